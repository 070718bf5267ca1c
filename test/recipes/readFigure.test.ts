/** Figures are read from the files of steps: of a column, what a recipe takes of it. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { readFigure } from '../../src/recipes/readFigure.js';
import { temporaryFolder } from '../temporaryFolder.js';

test('of a column its first or last value, its median, highest or lowest', async (t) => {
  const directory = await temporaryFolder(t);
  await writeFile(join(directory, 'summary.csv'), 'epoch,seconds\n1,4\n2,1\n3,\n4,90\n5,2\n');
  const taken = { first: 4, last: 2, median: 3, highest: 90, lowest: 1 } as const;
  for (const [take, value] of Object.entries(taken)) {
    const place = { column: 'seconds', take: take as keyof typeof taken };
    const step = { name: 'a', directory };
    t.deepEqual(await readFigure(step, 'summary.csv', place), { value, interval: null }, take);
  }
});

test('images per second are told as seconds of so many images', async (t) => {
  const directory = await temporaryFolder(t);
  await writeFile(join(directory, 'summary.csv'), 'epoch,images_per_second\n1,50\n2,40\n3,10\n');
  const place = { column: 'images_per_second', take: 'median', dividing: 1000 } as const;
  const { value } = await readFigure({ name: 'a', directory }, 'summary.csv', place);
  t.is(value, 25);
});

test('a column without a finite value has no figure, and the file is named without its folder', async (t) => {
  const directory = await temporaryFolder(t);
  await writeFile(join(directory, 'summary.csv'), 'epoch,speed,note\n1,0,none\n');
  for (const place of [
    { column: 'minutes', take: 'last' },
    { column: 'note', take: 'last' },
    { column: 'speed', take: 'last', dividing: 1000 },
  ] as const) {
    const reading = readFigure({ name: 'a', directory }, 'summary.csv', place);
    const error = await t.throwsAsync(reading, { code: 'ERR_INVALID_FILE' });
    t.is(error.message, `summary.csv of a holds no figure at column ${place.column}`);
  }
});
