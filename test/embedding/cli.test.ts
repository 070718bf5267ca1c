/** `roentgen embed` as a child process. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import type { EmbedDataResult } from '../../src/index.js';
import { roentgen, tinyData, tinyRun } from '../cli/program.js';
import { temporaryFolder } from '../temporaryFolder.js';

test('roentgen embed writes vectors, neighbors and a map, and takes new images up to the next flag', async (t) => {
  const folder = await temporaryFolder(t);
  const data = await tinyData(folder);
  await roentgen(folder, 'train', data, ...tinyRun, '--experiment', 'run');
  const fresh = join(data, 'test', 'NORMAL');
  const words = [
    'embed',
    'runs/run',
    data,
    '--new',
    fresh,
    '--knn',
    '--k',
    '3',
    '--project',
    'pca',
  ];
  const { exitCode, stdout, stderr } = await roentgen(folder, ...words);
  t.is(exitCode, 0, stderr);
  t.regex(stdout, /^30 images, and 2 new: \d+ features of layer \w+$/m);
  t.regex(stdout, /^accuracy +0\.\d{4} \(.*\) +0\.\d{4} \(.*\)$/m);
  t.regex(stdout, /^Same answer for \d+\.\d% of the images/m);
  t.regex(stdout, /^Principal components in /m);
  t.regex(stderr, /not a medical device/);
  t.true(existsSync(join(folder, 'runs/run/embedding/scatter.html')));

  const plain = await roentgen(folder, 'embed', 'runs/run', data, '--output', 'vectors', '--json');
  t.is(plain.exitCode, 0, plain.stderr);
  t.notRegex(plain.stderr, /not a medical device/);
  const result = JSON.parse(plain.stdout) as EmbedDataResult;
  t.like(result, { knn: null, projection: null, looks: null, output: 'vectors' });
  t.deepEqual(result.files, ['embeddings.safetensors', 'embeddings.csv']);

  const refused = await roentgen(folder, 'embed', 'runs/run', data, '--layer', 'conv');
  t.is(refused.exitCode, 2);
  t.regex(refused.stderr, /no layer "conv"; did you mean conv\d/);
});
