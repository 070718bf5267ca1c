import test from 'ava';
import { toOutputs, type TensorAnswer } from '../../../src/serving/protocol/answers.js';
import { modelMetadata, modelStatistics } from '../../../src/serving/protocol/metadata.js';
import { encodeInferAnswer, type EncodedAnswer } from '../../../src/serving/protocol/response.js';
import {
  inferResponseSchema,
  modelMetadataSchema,
  modelStatisticsSchema,
} from '../../../src/serving/protocol/schemas.js';
import { tensors } from './tensors.js';

const answers: TensorAnswer[] = [
  { label: 'NORMAL', probabilities: [0.7, 0.1, 0.2], abstain: null, outputs: [2, -1, 0.5] },
  {
    label: 'Überlagerung',
    probabilities: [0.2, 0.4, 0.4],
    abstain: 'ambiguous',
    outputs: [0, 1, 1],
  },
];
const all = (binary: boolean, classification = 0) =>
  (['probabilities', 'logits', 'label', 'abstain'] as const).map((name) => {
    const numbers = name === 'probabilities' || name === 'logits';
    return { name, binary, classification: numbers ? classification : 0 };
  });
const encode = (binary: boolean, classification?: number): EncodedAnswer =>
  encodeInferAnswer({
    ...{ model: 'net', version: '1', id: 'a' },
    outputs: toOutputs(answers, all(binary, classification), tensors),
  });

interface Decoded {
  name: string;
  shape: number[];
  datatype: string;
  values: (number | string)[];
}

/** Written from the protocol's text, for what a client would read. */
function decode({ body, headerLength }: EncodedAnswer): Decoded[] {
  const header = inferResponseSchema.parse(
    JSON.parse(body.subarray(0, headerLength ?? body.length).toString()),
  );
  let at = headerLength ?? body.length;
  const decoded = header.outputs.map(({ name, shape, datatype, data, parameters }) => {
    const size = Number(parameters?.['binary_data_size'] ?? 0);
    const bytes = body.subarray(at, at + size);
    at += size;
    const values = data ?? (datatype === 'FP32' ? floats(bytes) : texts(bytes));
    return { name, shape, datatype, values };
  });
  if (at !== body.length) throw new Error('bytes are left over');
  return decoded;
}

const floats = (bytes: Buffer): number[] =>
  Array.from({ length: bytes.length / 4 }, (_, at) => bytes.readFloatLE(4 * at));

function texts(bytes: Buffer): string[] {
  const found: string[] = [];
  for (let at = 0; at < bytes.length;) {
    const end = at + 4 + bytes.readUInt32LE(at);
    found.push(bytes.subarray(at + 4, end).toString());
    at = end;
  }
  return found;
}

test('an answer says the same in JSON and behind it', (t) => {
  const json = encode(false);
  const binary = encode(true);
  t.is(json.headerLength, null);
  t.is(json.contentType, 'application/json; charset=utf-8');
  t.is(binary.contentType, 'application/octet-stream');
  t.deepEqual(decode(json), decode(binary));
  t.deepEqual(decode(json)[0], {
    name: 'probabilities',
    shape: [2, 3],
    datatype: 'FP32',
    values: [0.7, 0.1, 0.2, 0.2, 0.4, 0.4].map(Math.fround),
  });
  t.deepEqual(decode(binary)[2]?.values, ['NORMAL', 'Überlagerung']);
  t.deepEqual(decode(binary)[3]?.values, ['', 'ambiguous']);
});

test('of equal values the first class comes first in a classification', (t) => {
  for (const binary of [false, true]) {
    const [probabilities, logits, label] = decode(encode(binary, 2));
    t.deepEqual(probabilities, {
      name: 'probabilities',
      shape: [2, 2],
      datatype: 'BYTES',
      values: [
        '0.699999988:0:NORMAL',
        '0.200000003:2:VIRUS',
        '0.400000006:1:BACTERIA',
        '0.400000006:2:VIRUS',
      ],
    });
    t.deepEqual(logits?.values, ['2:0:NORMAL', '0.5:2:VIRUS', '1:1:BACTERIA', '1:2:VIRUS']);
    t.is(label?.datatype, 'BYTES');
  }
});

test('a classification never has more entries than there are classes', (t) => {
  const [probabilities] = decode(encode(false, 99));
  t.deepEqual(probabilities?.shape, [2, 3]);
});

test('a lone logit scores the second of two classes', (t) => {
  const binary = { ...tensors, classes: ['NORMAL', 'PNEUMONIA'], logits: 1 };
  const [logits] = toOutputs(
    [{ label: 'PNEUMONIA', probabilities: [0.1, 0.9], abstain: null, outputs: [2.2] }],
    [{ name: 'logits', binary: false, classification: 1 }],
    binary,
  );
  t.deepEqual(logits?.values, ['2.20000005:0:PNEUMONIA']);
  t.deepEqual(modelMetadata(binary, ['1']).outputs[1]?.shape, [-1, 1]);
});

test('what is said of a model fits its schema', (t) => {
  const metadata = modelMetadataSchema.parse(modelMetadata(tensors, ['1', '2']));
  t.deepEqual(metadata.inputs[2], { name: 'input', datatype: 'FP32', shape: [-1, 1, 3, 4] });
  const statistics = modelStatistics(
    { name: 'net', version: '1' },
    {
      ...{ precision: 'fp32', probabilityShift: null, device: 'cpu', workers: 2 },
      ...{ answered: 7, refused: 1, aborted: 1, failed: 0, batches: 3 },
      ...{ pending: 0, waiting: 0, queueMs: 1.5, computeMs: 2.25 },
    },
  );
  t.notThrows(() => modelStatisticsSchema.parse({ model_stats: [statistics] }));
  t.is(statistics.inference_stats.success.ns, 3_750_000);
  t.is(statistics.inference_stats.fail.count, 2);
});
