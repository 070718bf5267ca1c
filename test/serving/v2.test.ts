/** The Open Inference Protocol over HTTP. */
import { readFile } from 'node:fs/promises';
import { Random } from '../../src/data/index.js';
import {
  healthSchema,
  inferResponseSchema,
  modelMetadataSchema,
  modelStatisticsSchema,
  repositoryIndexSchema,
  serverMetadataSchema,
  type InferResponseBody,
} from '../../src/serving/protocol/schemas.js';
import { served, testWithModel, type Client } from './served.js';
import { failureOf } from './support.js';

const test = testWithModel();

const side = 32;
const infer = '/v2/models/net/infer';
const pixels = Array.from({ length: side * side }, (_, at) => (at * 7) % 256);
const asked = (input: object, rest: object = {}): string =>
  JSON.stringify({ inputs: [input], ...rest });
const pixelInput = { name: 'pixels', shape: [1, 1, side, side], datatype: 'UINT8', data: pixels };

async function ask(client: Client, body: string): Promise<InferResponseBody> {
  const response = await client.post(infer, body, { 'content-type': 'application/json' });
  if (response.status !== 200) throw new Error(await response.text());
  return inferResponseSchema.parse(await response.json());
}

test('server, model and its work are described as the protocol has it', async (t) => {
  const client = await served(t, {
    models: [`net@1=${t.context.file}`, `net@2=${t.context.file}`],
  });
  const get = async (path: string): Promise<unknown> => (await fetch(client.url + path)).json();
  serverMetadataSchema.parse(await get('/v2'));
  t.deepEqual(healthSchema.parse(await get('/v2/health/live')), { live: true, ready: true });
  t.deepEqual(healthSchema.parse(await get('/v2/health/ready')), { live: true, ready: true });
  const metadata = modelMetadataSchema.parse(await get('/v2/models/net'));
  t.deepEqual(metadata.versions.sort(), ['1', '2']);
  t.deepEqual(metadata.inputs[1], {
    name: 'pixels',
    datatype: 'UINT8',
    shape: [-1, 1, side, side],
  });
  t.deepEqual(metadata.outputs[1], { name: 'logits', datatype: 'FP32', shape: [-1, 2] });
  modelMetadataSchema.parse(await get('/v2/models/net/versions/1'));
  t.like(await get('/v2/models/net/versions/1/ready'), { version: '1', ready: true });
  t.like(await get('/v2/models/net/ready'), { name: 'net', ready: true });
  await client.post('/v2/models/net/versions/1/infer', asked(pixelInput));
  const statistics = await get('/v2/models/net/versions/1/stats');
  t.like(modelStatisticsSchema.parse(statistics).model_stats[0], {
    inference_count: 1,
    execution_count: 1,
  });
  const index = await client.post('/v2/repository/index', '');
  t.is(repositoryIndexSchema.parse(await index.json()).length, 2);
  for (const path of ['/v2/models/other', '/v2/models/net/versions/3', '/v2/models/other/stats']) {
    t.like(await failureOf(await fetch(client.url + path)), {
      status: 404,
      code: 'ERR_UNKNOWN_MODEL',
    });
  }
});

test('all outputs come unless some are chosen, and the id comes back', async (t) => {
  const client = await served(t);
  const all = await ask(client, asked(pixelInput, { id: 'mine' }));
  t.is(all.id, 'mine');
  t.like(all, { model_name: 'net', model_version: '1' });
  t.deepEqual(
    all.outputs.map(({ name }) => name),
    ['probabilities', 'logits', 'label', 'abstain'],
  );
  const outputs = [{ name: 'probabilities', parameters: { classification: 1 } }];
  const best = await ask(client, asked(pixelInput, { outputs }));
  t.is(best.id, undefined);
  t.is(best.outputs.length, 1);
  const [, index, label] = String(best.outputs[0]?.data?.[0]).split(':');
  t.is(label, ['BRIGHT', 'DARK'][Number(index)]);
});

test('image files as base64 are answered, and one that is no image fails the request', async (t) => {
  const client = await served(t);
  const files = await Promise.all(t.context.images.map(async (path) => readFile(path, 'base64')));
  const input = { name: 'image', shape: [4], datatype: 'BYTES', data: files };
  const { outputs } = await ask(client, asked(input, { outputs: [{ name: 'label' }] }));
  t.deepEqual(outputs[0]?.data, ['BRIGHT', 'BRIGHT', 'DARK', 'DARK']);
  const damaged = { ...input, data: [files[0], 'AAAA', files[1], files[2]] };
  const failure = await failureOf(await client.post(infer, asked(damaged)));
  t.is(failure.status, 422);
  t.regex(failure.error, /^image\[1\]/);
});

test('a body that is one image file is answered in binary', async (t) => {
  const client = await served(t);
  const bytes = await readFile(t.context.images[3] ?? '');
  const response = await client.post(infer, bytes, { 'inference-header-content-length': '0' });
  t.is(response.headers.get('content-type'), 'application/octet-stream');
  const length = Number(response.headers.get('inference-header-content-length'));
  const body = Buffer.from(await response.arrayBuffer());
  const { outputs } = inferResponseSchema.parse(JSON.parse(body.subarray(0, length).toString()));
  const sizes = outputs.map(({ parameters }) => Number(parameters?.['binary_data_size']));
  t.is(length + sizes.reduce((all, size) => all + size, 0), body.length);
  t.true(body.includes('DARK'));
});

test('whatever arrives, the answer is never 500', async (t) => {
  const client = await served(t);
  const whole = Buffer.from(asked(pixelInput));
  const binary = Buffer.from(
    asked({ ...pixelInput, data: undefined, parameters: { binary_data_size: pixels.length } }),
  );
  const random = new Random(4);
  const below = (limit: number): number => Math.floor(random.between(0, limit));
  const statuses = new Set<number>();
  for (let round = 0; round < 120; round += 1) {
    const behind = random.chance(0.5);
    const body = behind ? Buffer.concat([binary, Buffer.from(pixels)]) : Buffer.from(whole);
    for (let change = below(4); change >= 0; change -= 1) body[below(body.length)] = below(256);
    const cut = random.chance(0.3) ? body.subarray(0, below(body.length)) : body;
    const length = random.chance(0.8) ? binary.length : below(2 * body.length);
    const headers = { 'inference-header-content-length': String(length) };
    const response = await client.post(infer, cut, behind ? headers : {});
    await response.arrayBuffer();
    statuses.add(response.status);
  }
  t.true(
    [...statuses].every((status) => status === 200 || (status >= 400 && status < 500)),
    [...statuses].join(),
  );
});

test('more images than one request may have are refused', async (t) => {
  const client = await served(t, { maxImages: 2 });
  const input = {
    ...pixelInput,
    shape: [3, 1, side, side],
    data: [...pixels, ...pixels, ...pixels],
  };
  const failure = await failureOf(await client.post(infer, asked(input)));
  t.is(failure.status, 400);
  t.regex(failure.error, /1 to 2 images, received 3/);
});
