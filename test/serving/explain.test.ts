/** Where a model looked, over HTTP. */
import { readFile } from 'node:fs/promises';
import sharp from 'sharp';
import { explainImages, methodNames, renderOverlay } from '../../src/explanation/index.js';
import { loadModel } from '../../src/inference/index.js';
import type { ModelsBody, PredictBody } from '../../src/serving/api.js';
import { explainSchema } from '../../src/serving/openapi/bodies.js';
import { prefersPicture } from '../../src/serving/routes/explain.js';
import { formOf, served, testWithModel } from './served.js';
import { failureOf } from './support.js';

const test = testWithModel();

test('an explanation over HTTP is the one of explainImages', async (t) => {
  const { post } = await served(t);
  const bytes = await readFile(t.context.images[0] ?? '');
  const response = await post('/explain?target=DARK&layer=conv1', bytes);
  t.is(response.status, 200);
  const body = explainSchema.parse(await response.json());
  using model = await loadModel(t.context.file);
  const settings = { target: 'DARK', layer: ['conv1'] };
  const { explanations } = await explainImages(model, [bytes], settings);
  const [expected] = explanations;
  t.like(body, { method: 'gradCam', layers: ['conv1'], target: 'DARK', label: 'BRIGHT' });
  t.like(body, { evidence: expected?.evidence, raw: expected?.raw });
  t.deepEqual(
    body.map.values,
    Array.from(expected?.map ?? [], (value) => Math.round(value * 1e4) / 1e4),
  );
  t.is(body.map.values.length, body.map.width * body.map.height);
  const seen = await sharp(Buffer.from(body.image, 'base64')).metadata();
  t.like(seen, { width: body.map.width, height: body.map.height });
});

test('the heat map laid over the image is the overlay that is written to files', async (t) => {
  const { post } = await served(t);
  const bytes = await readFile(t.context.images[0] ?? '');
  using model = await loadModel(t.context.file);
  for (const method of ['gradCam', 'integratedGradients'] as const) {
    const accept = { accept: 'image/png' };
    const response = await post(`/explain?method=${method}&colormap=viridis`, bytes, accept);
    t.is(response.headers.get('content-type'), 'image/png');
    const heatmap = Buffer.from(await response.arrayBuffer());
    const { explanations } = await explainImages(model, [bytes], { method: [method] });
    const [explanation] = explanations;
    if (explanation === undefined) throw new Error('no explanation');
    const expected = await renderOverlay(explanation, { colormap: 'viridis', opacity: 1 });
    const { pixels, width, height } = explanation.image;
    const laid = await sharp(pixels, { raw: { width, height, channels: 1 } })
      .toColourspace('srgb')
      .composite([{ input: heatmap }])
      .removeAlpha()
      .raw()
      .toBuffer();
    const written = await sharp(expected).raw().toBuffer();
    t.is(laid.length, written.length);
    const largest = laid.reduce(
      (all, value, at) => Math.max(all, Math.abs(value - (written[at] ?? 0))),
      0,
    );
    t.true(largest <= 2, `${method}: ${largest}`);
  }
});

test('every method that the server lists answers, many at once too', async (t) => {
  const { post, url } = await served(t);
  const bytes = await readFile(t.context.images[0] ?? '');
  const { models } = (await (await fetch(`${url}/models`)).json()) as ModelsBody;
  const listed = models[0]?.explanation.methods ?? [];
  t.true(listed.length > 8);
  const quick = listed.filter((method) => method !== 'lime' && method !== 'activations');
  const asked = [...quick, ...quick].slice(0, 8);
  const [explained, predicted] = await Promise.all([
    Promise.all(asked.map(async (method) => post(`/explain?method=${method}`, bytes))),
    Promise.all(asked.map(async () => post('/predict', bytes))),
  ]);
  for (const response of [...explained, ...predicted]) t.is(response.status, 200);
  const labels = await Promise.all(
    predicted.map(async (one) => ((await one.json()) as PredictBody).predictions[0]?.label),
  );
  t.deepEqual(new Set(labels), new Set(['BRIGHT']));
  for (const [at, response] of explained.entries()) {
    t.like(await response.json(), { method: asked[at] });
  }
});

test('more explanations than may wait are turned away, and none is told that the model is busy', async (t) => {
  const { post } = await served(t);
  const bytes = await readFile(t.context.images[0] ?? '');
  const responses = await Promise.all(
    Array.from({ length: 20 }, async () => post('/explain?method=smoothGrad', bytes)),
  );
  const failures = responses.filter(({ status }) => status !== 200);
  t.true(failures.length > 0 && failures.length < 20);
  for (const response of failures) {
    t.like(await failureOf(response), { status: 503, code: 'ERR_OVERLOADED' });
    t.truthy(response.headers.get('retry-after'));
  }
  t.is((await post('/explain', bytes)).status, 200, 'and the line is empty afterwards');
});

test('activations are of one layer, which has to be named', async (t) => {
  const { post } = await served(t);
  const bytes = await readFile(t.context.images[0] ?? '');
  const all = await failureOf(await post('/explain?method=activations', bytes));
  t.is(all.status, 400);
  t.regex(all.error, /name one with layer=/);
  const one = await post('/explanations/net/1?method=activations&layer=conv1', bytes);
  t.like(await one.json(), { method: 'activations', layers: ['conv1'], target: null });
});

test('what cannot be explained is refused with the reason', async (t) => {
  const { post } = await served(t);
  const note = new FormData();
  note.append('a', new Blob(['no image']), 'note.txt');
  const bytes = await readFile(t.context.images[0] ?? '');
  const cases = [
    ['/explain?method=gradcam', bytes, 400, /method/],
    ['/explain?layer=conv9', bytes, 400, /did you mean conv/],
    ['/explain?target=BRIGTH', bytes, 400, /did you mean BRIGHT/],
    ['/explain?layer=head', bytes, 400, /./],
    ['/explain', await formOf(t.context.images.slice(0, 2)), 400, /2 files/],
    ['/explain', 'no image', 415, /curl/],
    ['/explain', Buffer.from('no image'), 422, /^image: cannot be decoded/],
    ['/explain', note, 422, /^note.txt: cannot be decoded/],
    ['/explanations/other', bytes, 404, /other/],
  ] as const;
  for (const [path, body, status, message] of cases) {
    const failure = await failureOf(await post(path, body));
    t.is(failure.status, status, path);
    t.regex(failure.error, message);
  }
});

test('a picture goes to who would rather have one', (t) => {
  for (const accept of [
    'image/png',
    'image/*',
    'image/png, application/json;q=0.5',
    'IMAGE/PNG;q=0.9',
  ]) {
    t.true(prefersPicture(accept), accept);
  }
  for (const accept of [
    undefined,
    '*/*',
    'application/json',
    'image/png;q=0',
    'text/html,image/png;q=0.5,*/*',
  ]) {
    t.false(prefersPicture(accept), String(accept));
  }
});

test('every method is known to the address', (t) => {
  t.deepEqual(explainSchema.shape.method.options, methodNames);
});
