import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { Random } from '../../../src/data/index.js';
import { packageRoot, RoentgenError } from '../../../src/native/index.js';
import {
  parseInferRequest,
  readHeaderLength,
  type InferRequest,
} from '../../../src/serving/protocol/request.js';
import type { InputName } from '../../../src/serving/protocol/tensors.js';
import { drawRequest, tensors, writeBinary, writeJson } from './tensors.js';

const limits = { images: 8 };
const rounds = 300;

interface TritonFixture {
  requests: Record<
    string,
    { input: InputName; headerLength: number | null; body: string; values: (number | string)[] }
  >;
}

const triton = JSON.parse(
  readFileSync(join(packageRoot, 'test/fixtures/serving/triton_requests.json'), 'utf8'),
) as TritonFixture;

const small = { ...tensors, name: 'net', height: 3, width: 4 };

for (const [form, { input, headerLength, body, values }] of Object.entries(triton.requests)) {
  test(`what Triton's client writes is read: ${form}`, (t) => {
    const request = parseInferRequest(Buffer.from(body, 'base64'), headerLength, small, limits);
    t.is(request.input, input);
    const read =
      input === 'image'
        ? request.images.map((image) => Buffer.from(image as Uint8Array).toString('base64'))
        : request.images.flatMap((image) => [...image]);
    t.deepEqual(read, values);
  });
}

test("the wishes of Triton's client are understood", (t) => {
  const read = (form: string): InferRequest => {
    const { body = '', headerLength = null } = triton.requests[form] ?? {};
    return parseInferRequest(Buffer.from(body, 'base64'), headerLength, small, limits);
  };
  t.is(read('float32 behind the JSON').id, 'one');
  t.true(read('float32 in the JSON').outputs.every(({ binary }) => binary));
  t.true(read('files behind the JSON').raw);
  t.deepEqual(read('pixels in the JSON').outputs, [
    { name: 'label', classification: 0, binary: false },
    { name: 'probabilities', classification: 2, binary: true },
  ]);
});

test('a request means the same as flat JSON, as nested JSON and with its tensor behind the JSON', (t) => {
  const random = new Random(1);
  for (let round = 0; round < rounds; round += 1) {
    const drawn = drawRequest(random);
    const { body, headerLength } = writeBinary(drawn);
    const binary = parseInferRequest(body, headerLength, tensors, limits);
    t.is(binary.id, drawn.id);
    t.is(binary.input, drawn.input);
    t.deepEqual(binary.images.map(values), drawn.images.map(values));
    for (const nested of [false, true]) {
      const json = parseInferRequest(writeJson(drawn, nested), null, tensors, limits);
      t.deepEqual(
        { ...json, images: json.images.map(values) },
        { ...binary, images: binary.images.map(values) },
      );
    }
  }
});

const values = (image: Uint8Array | Float32Array): number[] => [...image];

test('a damaged request is read or refused, never anything else', (t) => {
  const random = new Random(2);
  let refused = 0;
  for (let round = 0; round < rounds; round += 1) {
    const drawn = drawRequest(random);
    const binary = random.chance(0.5);
    const { body, headerLength } = binary
      ? writeBinary(drawn)
      : { body: writeJson(drawn, random.chance(0.5)), headerLength: null };
    const damaged = damage(body, random);
    try {
      const header = headerLength === null ? undefined : String(headerLength);
      parseInferRequest(damaged, readHeaderLength(header, damaged.length), tensors, limits);
    } catch (error) {
      refused += 1;
      t.true(error instanceof RoentgenError, String(error));
      t.is((error as RoentgenError).code, 'ERR_INVALID_ARGUMENT');
      t.true((error as RoentgenError).message.length < 1500);
    }
  }
  t.true(refused > rounds / 3);
});

/** Bytes changed, cut out, doubled or lost at the end. */
function damage(body: Buffer, random: Random): Buffer {
  const at = Math.floor(random.between(0, body.length));
  const length = Math.floor(random.between(1, 9));
  const before = body.subarray(0, at);
  const after = body.subarray(at + length);
  const noise = Buffer.from(
    Array.from({ length }, () =>
      random.chance(0.5) ? Math.floor(random.between(32, 127)) : Math.floor(random.between(0, 256)),
    ),
  );
  const ways = [
    [before, noise, after],
    [before, after],
    [before, noise, body.subarray(at)],
    [before],
  ];
  return Buffer.concat(ways[Math.floor(random.between(0, ways.length))] ?? []);
}

const pixels = { name: 'pixels', shape: [1, 1, 3, 4], datatype: 'UINT8' };
const twelve = Array.from({ length: 12 }, (_, at) => at);
const json = (body: unknown): Buffer => Buffer.from(JSON.stringify(body));
const withInput = (input: object, rest: object = {}) => json({ inputs: [input], ...rest });

const refusals: Record<string, [Buffer, RegExp]> = {
  'no JSON': [Buffer.from('{'), /body: expected JSON/],
  'text that is no UTF-8': [Buffer.from([0x22, 0xff, 0x22]), /body: expected JSON/],
  'no inputs': [json({}), /inputs/],
  'an empty list of inputs': [json({ inputs: [] }), /exactly one tensor.*received none/],
  'two inputs': [
    json({ inputs: [pixels, { ...pixels, name: 'input' }] }),
    /exactly one tensor of image, pixels, input, received pixels, input/,
  ],
  'an unknown input': [
    withInput({ ...pixels, name: 'x' }),
    /one of image, pixels, input, received "x"/,
  ],
  'another datatype': [
    withInput({ ...pixels, datatype: 'FP32', data: twelve }),
    /datatype: expected UINT8 for pixels, received "FP32"/,
  ],
  'another size': [
    withInput({ ...pixels, shape: [1, 3, 3, 4], data: twelve }),
    /shape: expected \[N, 1, 3, 4\] for pixels, received \[1, 3, 3, 4\]/,
  ],
  'a shape without images': [withInput({ ...pixels, shape: [3, 4], data: twelve }), /\[3, 4\]/],
  'no image': [
    withInput({ ...pixels, shape: [0, 1, 3, 4], data: [] }),
    /1 to 8 images, received 0/,
  ],
  'too many images': [
    withInput({ ...pixels, shape: [9, 1, 3, 4], data: twelve }),
    /1 to 8 images, received 9/,
  ],
  'too few values': [
    withInput({ ...pixels, data: twelve.slice(1) }),
    /12 values for shape \[1, 1, 3, 4\], received 11/,
  ],
  'nesting of another shape': [
    withInput({ ...pixels, data: [[[twelve]]] }),
    /data\[0\]\[0\]: expected an array of 3 .* received an array of 1/,
  ],
  'a value that is no byte': [
    withInput({ ...pixels, data: [256, ...twelve.slice(1)] }),
    /data\[0\]: expected an integer from 0 to 255, received 256/,
  ],
  'no number': [
    withInput({ ...pixels, name: 'input', datatype: 'FP32', data: [null, ...twelve.slice(1)] }),
    /data\[0\]: expected a number that float32 can hold, received null/,
  ],
  'a number beyond float32': [
    withInput({ ...pixels, name: 'input', datatype: 'FP32', data: [1e39, ...twelve.slice(1)] }),
    /received 1e\+39/,
  ],
  'text that is no base64': [
    withInput({
      name: 'image',
      shape: [1],
      datatype: 'BYTES',
      data: ['data:image/png;base64,AA=='],
    }),
    /image file as base64/,
  ],
  'no data': [withInput(pixels), /data: expected an array, received nothing/],
  'binary data that did not come': [
    withInput({ ...pixels, parameters: { binary_data_size: 12 } }),
    /Inference-Header-Content-Length/,
  ],
  'shared memory': [
    withInput({ ...pixels, parameters: { shared_memory_region: 'a' } }),
    /shared memory/,
  ],
  'an unknown output': [
    withInput({ ...pixels, data: twelve }, { outputs: [{ name: 'scores' }] }),
    /one of probabilities, logits, label, abstain, received "scores"/,
  ],
  'an output twice': [
    withInput({ ...pixels, data: twelve }, { outputs: [{ name: 'label' }, { name: 'label' }] }),
    /outputs\[1\].name: expected each output once/,
  ],
  'classification of a label': [
    withInput(
      { ...pixels, data: twelve },
      { outputs: [{ name: 'label', parameters: { classification: 1 } }] },
    ),
    /probabilities or logits/,
  ],
  'a negative classification': [
    withInput(
      { ...pixels, data: twelve },
      { outputs: [{ name: 'logits', parameters: { classification: -1 } }] },
    ),
    /positive integer, received -1/,
  ],
  'a flag that is a word': [
    withInput({ ...pixels, data: twelve }, { parameters: { raw: 'yes' } }),
    /parameters.raw: expected true or false, received "yes"/,
  ],
};

for (const [what, [body, expected]] of Object.entries(refusals)) {
  test(`refused, and said what was expected: ${what}`, (t) => {
    const error = t.throws(() => parseInferRequest(body, null, tensors, limits), {
      instanceOf: RoentgenError,
      code: 'ERR_INVALID_ARGUMENT',
    });
    t.regex(error.message, expected);
  });
}

test('binary data of another length than announced, or none announced, is refused', (t) => {
  const parse = (parameters: object | undefined, tail: number, data?: unknown): InferRequest => {
    const header = withInput({ ...pixels, parameters, data });
    const body = Buffer.concat([header, Buffer.alloc(tail)]);
    return parseInferRequest(body, header.length, tensors, limits);
  };
  t.is(parse({ binary_data_size: 12 }, 12).images.length, 1);
  t.throws(() => parse({ binary_data_size: 12 }, 13), { message: /expected 13.*received 12/ });
  t.throws(() => parse({ binary_data_size: 11 }, 11), {
    message: /12 bytes for UINT8.*received 11/,
  });
  t.throws(() => parse(undefined, 12, twelve), { message: /12 bytes behind the JSON/ });
  t.throws(() => parse({ binary_data_size: 12 }, 12, twelve), { message: /both/ });
});

test('a float32 tensor holds finite numbers alone, in binary, too', (t) => {
  const values = Float32Array.from(twelve);
  values[3] = NaN;
  const header = withInput({
    ...{ name: 'input', shape: [1, 1, 3, 4], datatype: 'FP32' },
    parameters: { binary_data_size: values.byteLength },
  });
  const body = Buffer.concat([header, new Uint8Array(values.buffer)]);
  t.throws(() => parseInferRequest(body, header.length, tensors, limits), {
    message: /inputs\[0\]\[3\]: expected a number that float32 can hold, received NaN/,
  });
});

test('a body without any JSON is one image file, and is answered in binary', (t) => {
  const request = parseInferRequest(Buffer.from('file'), 0, tensors, limits);
  t.deepEqual(request.images.map(values), [[...Buffer.from('file')]]);
  t.is(request.input, 'image');
  t.is(request.outputs.length, 4);
  t.true(request.outputs.every(({ binary }) => binary));
  t.throws(() => parseInferRequest(Buffer.alloc(0), 0, tensors, limits), { message: /none/ });
});

test('the length of the header is a number of bytes of the body', (t) => {
  t.is(readHeaderLength(undefined, 10), null);
  t.is(readHeaderLength('10', 10), 10);
  for (const header of ['11', '-1', '1.5', '', 'x', ['1', '2']]) {
    t.throws(() => readHeaderLength(header, 10), { code: 'ERR_INVALID_ARGUMENT' });
  }
});
