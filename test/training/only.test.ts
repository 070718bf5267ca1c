/** A reconstruction can learn from some classes alone, and its files say so. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import { loadModel } from '../../src/inference/index.js';
import { RoentgenError } from '../../src/native/index.js';
import { train } from '../../src/training/index.js';
import { quickSettings, testOnImages } from '../inference/images.js';

const test = testOnImages();
const settings = (root: string) => ({
  ...quickSettings(root),
  ...{ model: 'autoencoder', imgSize: 32, epochs: 1 },
});

test('of two classes an autoencoder learns and validates on the one it is told to', async (t) => {
  const { root } = t.context;
  const both = await train({ ...settings(root), experiment: 'both' });
  const one = await train({ ...settings(root), only: ['DARK'], experiment: 'one' });
  const configOf = async ({ runDirectory }: { runDirectory: string }) =>
    parse(await readFile(join(runDirectory, 'config.yaml'), 'utf8')) as object;
  t.like(await configOf(both), { images: { train: 36, validation: 12 } });
  t.like(await configOf(one), {
    only: ['DARK'],
    images: { train: 18, validation: 6 },
    resolved: { classes: ['DARK'] },
  });
  using model = await loadModel(one.model);
  t.deepEqual([...model.classes], ['DARK']);
});

test('its measured normalization is that of the class it learns from', async (t) => {
  const { root } = t.context;
  const measured = { ...settings(root), normalize: 'measured', experiment: 'measured' } as const;
  const { model } = await train({ ...measured, only: ['DARK'] });
  using loaded = await loadModel(model);
  // Dark images lie in 30 … 89 of 255, bright ones in 150 … 209.
  t.true((loaded.description.mean[0] ?? 1) < 0.35);
});

test('a class that the data have not is refused with the nearest name', async (t) => {
  const run = train({ ...settings(t.context.root), only: ['DRAK'], experiment: 'unknown' });
  await t.throwsAsync(run, {
    instanceOf: RoentgenError,
    code: 'ERR_UNKNOWN_CLASS',
    message: /no class "DRAK"; did you mean DARK\?/,
  });
});
