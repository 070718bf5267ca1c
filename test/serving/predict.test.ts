/** What people type with curl. */
import { readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import sharp from 'sharp';
import { loadModel } from '../../src/inference/index.js';
import type { ExampleEntry, PredictBody } from '../../src/serving/api.js';
import { predictSchema } from '../../src/serving/openapi/bodies.js';
import { formOf, served, testWithModel } from './served.js';
import { failureOf } from './support.js';

const test = testWithModel();

test('a form with several files is answered in its order', async (t) => {
  const { post } = await served(t);
  const response = await post('/predict', await formOf(t.context.images));
  t.is(response.status, 200);
  const body = predictSchema.parse(await response.json());
  t.deepEqual(
    body.predictions.map(({ filename }) => filename),
    ['file0.png', 'file1.png', 'file2.png', 'file3.png'],
  );
  t.deepEqual(
    body.predictions.map(({ label }) => label),
    ['BRIGHT', 'BRIGHT', 'DARK', 'DARK'],
  );
  t.is(body.model, 'net');
  t.deepEqual(body.problems, []);
  t.regex(body.notice, /not a medical device/);
});

test('the body may be the image itself, of any type that is no text', async (t) => {
  const { post, url } = await served(t);
  const bytes = await readFile(t.context.images[2] ?? '');
  const types = ['image/png', 'application/octet-stream', 'application/x-www-form-urlencoded'];
  for (const type of [...types, 'application/dicom', 'x/y']) {
    const response = await post('/predict', bytes, { 'content-type': type });
    t.is(response.status, 200, type);
    const { predictions } = (await response.json()) as PredictBody;
    t.like(predictions[0], { filename: 'image', label: 'DARK' });
  }
  const put = await fetch(`${url}/predict`, { method: 'PUT', body: bytes });
  t.is(put.status, 200);
});

test("TorchServe's addresses name the model and its version", async (t) => {
  const { post } = await served(t, { models: [`net@7=${t.context.file}`] });
  const bytes = await readFile(t.context.images[0] ?? '');
  for (const path of ['/predictions/net', '/predictions/net/7', '/predict?model=net&version=7']) {
    const response = await post(path, bytes);
    t.is(response.status, 200, path);
    t.like(await response.json(), { model: 'net', version: '7' });
  }
  for (const path of ['/predictions/other', '/predictions/net/8', '/predict?model=other']) {
    t.like(await failureOf(await post(path, bytes)), { status: 404, code: 'ERR_UNKNOWN_MODEL' });
  }
});

test("raw probabilities are the network's own", async (t) => {
  const { post } = await served(t);
  const bytes = await readFile(t.context.images[0] ?? '');
  using model = await loadModel(t.context.file);
  for (const raw of [true, false]) {
    const response = await post(`/predict?raw=${raw}`, bytes);
    const { predictions } = (await response.json()) as PredictBody;
    const expected = await model.predict([bytes], { raw });
    t.deepEqual(
      Object.values(predictions[0]?.probabilities ?? {}),
      expected.predictions[0]?.probabilities,
    );
    t.deepEqual(predictions[0]?.predictionSet, expected.predictions[0]?.predictionSet);
  }
});

test('of several files those that are no images are problems, and one alone fails', async (t) => {
  const { post } = await served(t);
  const form = await formOf(t.context.images.slice(0, 2));
  form.append('a', new Blob(['no image']), 'note.txt');
  const some = await post('/predict', form);
  t.is(some.status, 200);
  const { predictions, problems } = (await some.json()) as PredictBody;
  t.is(predictions.length, 2);
  t.like(problems, [{ filename: 'note.txt', code: 'ERR_UNREADABLE_IMAGE' }]);
  const alone = await failureOf(
    await post('/predict', 'no image', { 'content-type': 'image/png' }),
  );
  t.like(alone, { status: 422, code: 'ERR_UNREADABLE_IMAGE' });
  const none = new FormData();
  for (const name of ['a.png', 'b.png']) none.append('f', new Blob(['?']), name);
  const both = await failureOf(await post('/predict', none));
  t.is(both.status, 422);
  t.regex(both.error, /^a.png: .*and 1 more/);
});

test('a body without an image is refused with an example of one', async (t) => {
  const { post } = await served(t);
  const form = new FormData();
  form.append('note', 'text');
  for (const body of [Buffer.alloc(0), form]) {
    const failure = await failureOf(await post('/predict', body));
    t.is(failure.status, 400);
    t.regex(failure.error, /curl -F file=@chest.png/);
  }
  for (const type of ['application/json', 'text/plain; charset=utf-8']) {
    const failure = await failureOf(await post('/predict', '{}', { 'content-type': type }));
    t.like(failure, { status: 415, code: 'ERR_MEDIA_TYPE' });
    t.regex(failure.error, /curl/);
  }
  const packed = await post('/predict', 'x', { 'content-encoding': 'gzip' });
  t.is(packed.status, 415);
});

test('a wrong parameter is named', async (t) => {
  const { post } = await served(t);
  for (const [query, named] of [
    ['modle=net', /modle/],
    ['raw=perhaps', /raw/],
    ['model=a&model=b', /model/],
  ] as const) {
    const failure = await failureOf(await post(`/predict?${query}`, 'x'));
    t.is(failure.status, 400);
    t.regex(failure.error, named);
  }
});

test('more files, bytes or pixels than there may be are refused with 413', async (t) => {
  const { post } = await served(t, { maxImages: 2, maxBodyMiB: 1, maxPixels: 5000 });
  const files = await failureOf(await post('/predict', await formOf(t.context.images.slice(0, 3))));
  t.like(files, { status: 413, code: 'ERR_BODY_TOO_LARGE' });
  const large = Buffer.alloc(700_000);
  t.is((await post('/predict', Buffer.alloc(1_100_000))).status, 413);
  const form = new FormData();
  for (const name of ['a', 'b']) form.append(name, new Blob([large]), name);
  const together = await failureOf(await post('/predict', form));
  t.like(together, { status: 413, code: 'ERR_BODY_TOO_LARGE' });
  const wide = await sharp({ create: { width: 100, height: 51, channels: 3, background: 'gray' } })
    .png()
    .toBuffer();
  const pixels = await failureOf(await post('/predict', wide));
  t.like(pixels, { status: 413, code: 'ERR_IMAGE_TOO_LARGE' });
});

test('a form that is cut short or has no boundary is refused', async (t) => {
  const { post } = await served(t);
  const cut = '--x\r\ncontent-disposition: form-data; name="a"; filename="b"\r\n\r\nabc';
  const response = await post('/predict', cut, {
    'content-type': 'multipart/form-data; boundary=x',
  });
  t.true(response.status >= 400 && response.status < 500, String(response.status));
  const none = await post('/predict', cut, { 'content-type': 'multipart/form-data' });
  t.true(none.status >= 400 && none.status < 500, String(none.status));
});

test('a client that goes away leaves nothing behind that counts as pending', async (t) => {
  const { url, post } = await served(t, { maxWaitMs: 300 });
  const bytes = await readFile(t.context.images[0] ?? '');
  const { port, hostname } = new URL(url);
  const socket = connect(Number(port), hostname);
  socket.write(
    `POST /predict HTTP/1.1\r\nhost: localhost\r\ncontent-length: ${bytes.length}\r\n\r\n`,
  );
  socket.write(bytes);
  await delay(100);
  socket.destroy();
  await delay(100);
  t.is((await post('/predict', bytes)).status, 200);
  const metrics = await (await fetch(`${url}/metrics`)).text();
  const pending = /nv_inference_pending_request_count\{[^}]*\} (\d+)/.exec(metrics);
  t.is(pending?.[1] ?? '0', '0');
});

test('examples are radiographs that the model can be asked about', async (t) => {
  const { url, post } = await served(t);
  const entries = (await (await fetch(`${url}/examples`)).json()) as ExampleEntry[];
  t.is(entries.length, 3);
  for (const { url: place } of entries) {
    const response = await fetch(url + place);
    t.is(response.headers.get('content-type'), 'image/png');
    const bytes = Buffer.from(await response.arrayBuffer());
    t.like(await sharp(bytes).metadata(), { format: 'png', width: 512, height: 512 });
    t.is((await post('/predict', bytes)).status, 200);
  }
  t.is((await fetch(`${url}/examples/other.png`)).status, 404);
});
