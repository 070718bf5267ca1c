/** A run's plots are files that open, one SVG and one PNG each. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import sharp from 'sharp';
import { writePlots } from '../../src/report/index.js';
import { bareContent, madeUpContent } from './content.js';
import { temporaryFolder } from '../temporaryFolder.js';

test('every chart is written as SVG and, twice as wide, as PNG, the first evaluation under plain names', async (t) => {
  const root = await temporaryFolder(t);
  const content = await madeUpContent();
  const evaluations = content.evaluations.map((split, index) =>
    index === 0 ? split : { ...split, name: '../../else where' },
  );
  const folder = join(root, 'plots');
  const names = await writePlots(folder, { ...content, evaluations });
  t.true(names.includes('training_curves') && names.includes('roc'));
  t.true(names.includes('confusion_matrix-_else_where-1'), 'a name is no path');
  t.deepEqual(
    readdirSync(folder).sort(),
    names.flatMap((name) => [`${name}.png`, `${name}.svg`]).sort(),
  );
  for (const name of names) {
    const svg = await sharp(readFileSync(join(folder, `${name}.svg`))).metadata();
    const png = await sharp(readFileSync(join(folder, `${name}.png`))).metadata();
    t.is(png.format, 'png');
    t.true(Math.abs(png.width - 2 * svg.width) <= 1, name);
  }
});

test('a run with nothing to show has no plots', async (t) => {
  const folder = await temporaryFolder(t);
  t.deepEqual(await writePlots(folder, bareContent(await madeUpContent())), []);
  t.deepEqual(readdirSync(folder), []);
});
