/** One image, however it is asked about, has one answer. */
import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import sharp from 'sharp';
import { decodeImage, drawPhantom, phantomKinds } from '../../src/data/index.js';
import { loadModel, type Model } from '../../src/inference/index.js';
import type { PredictBody } from '../../src/serving/api.js';
import { inferResponseSchema } from '../../src/serving/protocol/schemas.js';
import { formOf, served, testWithModel, type Client } from './served.js';

const test = testWithModel();
const tolerance = 1e-6;

/** Phantoms as PNG and JPEG files of another size than the network's. */
async function writePhantoms(root: string): Promise<string[]> {
  return Promise.all(
    phantomKinds.flatMap((kind) =>
      (['png', 'jpeg'] as const).map(async (format, patient) => {
        const { pixels, size } = drawPhantom({ kind, size: 90, patient });
        const path = join(root, `${kind}-${patient}.${format}`);
        const raw = { width: size, height: size, channels: 1 } as const;
        await writeFile(path, await sharp(pixels, { raw }).toFormat(format).toBuffer());
        return path;
      }),
    ),
  );
}

/** Rows of probabilities, one for each image. */
type Rows = number[][];

async function byCommand(model: string, paths: readonly string[]): Promise<Rows> {
  const program = resolve('scripts/roentgen.mjs');
  const args = [program, 'predict', model, ...paths, '--json'];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  const { predictions } = JSON.parse(stdout) as {
    predictions: { filename: string; probabilities: number[] }[];
  };
  const byName = new Map(predictions.map((one) => [one.filename, one.probabilities]));
  return paths.map((path) => byName.get(path.slice(path.lastIndexOf('/') + 1)) ?? []);
}

async function byForm({ post }: Client, paths: readonly string[]): Promise<Rows> {
  const response = await post('/predict', await formOf(paths));
  const { predictions } = (await response.json()) as PredictBody;
  return predictions.map(({ probabilities }) => Object.values(probabilities));
}

async function byProtocol(
  { post }: Client,
  name: string,
  datatype: string,
  shape: number[],
  data: unknown[],
): Promise<Rows> {
  const inputs = [{ name, datatype, shape, data }];
  const response = await post('/v2/models/net/infer', JSON.stringify({ inputs }));
  const { outputs } = inferResponseSchema.parse(await response.json());
  const values = (outputs[0]?.data ?? []).map(Number);
  const columns = outputs[0]?.shape[1] ?? 1;
  return Array.from({ length: values.length / columns }, (_, at) =>
    values.slice(at * columns, (at + 1) * columns),
  );
}

/** As the README tells clients to: pixels in [0, 1], minus mean, divided by deviation. */
function normalize(pixels: Uint8Array, { description }: Model): number[] {
  const [mean = 0] = description.mean;
  const [std = 1] = description.std;
  return Array.from(pixels, (value) => (value / 255 - mean) / std);
}

test('command, function, form and all three tensors of the protocol give the same probabilities', async (t) => {
  const client = await served(t);
  const paths = await writePhantoms(t.context.root);
  using model = await loadModel(t.context.file);
  const { predictions } = await model.predict(paths);
  const expected = predictions.map(({ probabilities }) => probabilities);
  t.is(expected.length, paths.length);
  t.true(new Set(expected.map(([first]) => first)).size > 1);

  const files = await Promise.all(paths.map(async (path) => readFile(path, 'base64')));
  const pixels = await Promise.all(paths.map(async (path) => decodeImage(path, model.format)));
  const { channels, height, width } = model.format;
  const shape = [paths.length, channels, height, width];
  const ways: Record<string, Rows> = {
    command: await byCommand(t.context.file, paths),
    form: await byForm(client, paths),
    image: await byProtocol(client, 'image', 'BYTES', [paths.length], files),
    pixels: await byProtocol(
      client,
      'pixels',
      'UINT8',
      shape,
      pixels.flatMap((one) => [...one]),
    ),
    input: await byProtocol(
      client,
      ...(['input', 'FP32', shape, pixels.flatMap((one) => normalize(one, model))] as const),
    ),
  };
  for (const [way, rows] of Object.entries(ways)) {
    t.is(rows.length, expected.length, way);
    const differences = rows.flatMap((row, at) =>
      row.map((value, column) => Math.abs(value - (expected[at]?.[column] ?? NaN))),
    );
    t.true(
      differences.every((difference) => difference <= tolerance),
      `${way}: ${Math.max(...differences)}`,
    );
  }
});
