/** What the exam is made of: rankings, imputation, similarity, and shares of a map. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { imputeImage, imputeLinearly } from '../../src/explanation/exam/imputation.js';
import { boxRegion, flatShare, shareInside } from '../../src/explanation/exam/places.js';
import { displaced, rankBins } from '../../src/explanation/exam/ranking.js';
import { jaccard, spearman, structuralSimilarity } from '../../src/explanation/exam/similarity.js';
import { packageRoot } from '../../src/native/index.js';

interface Fixture {
  imputations: {
    height: number;
    width: number;
    plane: number[];
    removed: string;
    filled: number[];
  }[];
  similarities: {
    height: number;
    width: number;
    first: number[];
    second: number[];
    ssim: number;
    spearman: number;
  }[];
}

const fixture = JSON.parse(
  readFileSync(join(packageRoot, 'test/fixtures/explanation/exam.json'), 'utf8'),
) as Fixture;

for (const { height, width, plane, removed, filled } of fixture.imputations) {
  test(`pixels removed from ${height} × ${width} are filled in as pytorch-grad-cam does`, (t) => {
    const gone = Uint8Array.from(removed, Number);
    const found = imputeLinearly(plane, gone, { height, width });
    const worst = Math.max(...filled.map((value, at) => Math.abs(value - (found[at] ?? NaN))));
    t.true(worst < 1e-6, String(worst));
  });
}

test('only removed pixels get noise, of a hundredth of the range, the same for a seed', (t) => {
  const size = { height: 60, width: 60 };
  const image = new Uint8Array(3600).fill(100);
  const removed = image.map((_, at) => (at % 3 === 0 ? 0 : 1));
  const filled = imputeImage(image, removed, { ...size, seed: 4 });
  const off = Array.from(filled, (value) => value - 100);
  t.true(off.every((value, at) => removed[at] === 1 || value === 0));
  const among = off.filter((_, at) => removed[at] === 1);
  const deviation = Math.sqrt(among.reduce((sum, value) => sum + value ** 2, 0) / among.length);
  // Rounding to whole gray levels adds a variance of 1/12; 2,400 draws leave 1.5% of doubt, of which five are given.
  t.true(Math.abs(deviation / Math.hypot(2.55, Math.sqrt(1 / 12)) - 1) < 0.075, String(deviation));
  t.deepEqual(imputeImage(image, removed, { ...size, seed: 4 }), filled);
  t.notDeepEqual(imputeImage(image, removed, { ...size, seed: 5 }), filled);
});

for (const { height, width, ...expected } of fixture.similarities) {
  test(`SSIM of ${height} × ${width} is scikit-image's, the rank correlation SciPy's`, (t) => {
    const [a, b] = [Float32Array.from(expected.first), Float32Array.from(expected.second)];
    // Float32 keeps seven digits of the maps.
    const ssim = structuralSimilarity(a, b, { height, width }) ?? NaN;
    t.true(Math.abs(ssim - expected.ssim) < 1e-6);
    t.true(Math.abs(spearman(expected.first, expected.second) - expected.spearman) < 1e-12);
  });
}

test('maps too small for a window have no SSIM, constant ones no rank correlation', (t) => {
  const small = new Float32Array(36);
  t.is(structuralSimilarity(small, small, { height: 6, width: 6 }), null);
  t.is(spearman([1, 2, 3], [5, 5, 5]), 0);
});

test('the most important pixels come first, in bins of equal size', (t) => {
  const map = Float32Array.from({ length: 100 }, (_, at) => (at * 37) % 100);
  const bins = rankBins(map, 20, 1);
  for (const [at, bin] of bins.entries()) t.is(bin, Math.floor((99 - (map[at] ?? 0)) / 5));
});

test('pixels of equal importance come in random order', (t) => {
  const map = new Float32Array(10_000);
  map[1234] = 1;
  const bins = rankBins(map, 10, 1);
  t.is(bins[1234], 0);
  // Of 1,000 pixels in the first bin about 500 lie in the upper half: five standard deviations.
  const upper = bins.subarray(0, 5000).reduce((count, bin) => count + (bin === 0 ? 1 : 0), 0);
  t.true(Math.abs(upper - 500) < 5 * Math.sqrt(250), String(upper));
  t.notDeepEqual(rankBins(map, 10, 2), bins);
});

test('a displaced ranking has the same bins and the same neighbors elsewhere', (t) => {
  const size = { height: 8, width: 10 };
  const bins = Int32Array.from({ length: 80 }, (_, at) => at);
  for (let seed = 0; seed < 20; seed += 1) {
    const moved = displaced(bins, size, seed);
    t.deepEqual(
      Array.from(moved).sort((a, b) => a - b),
      Array.from(bins),
    );
    // Pixels that lay side by side still do, around the edges.
    const place = (bin: number): number => moved.indexOf(bin);
    const [first, second] = [place(33), place(34)];
    t.is(Math.floor(first / 10), Math.floor(second / 10));
    t.true([1, 9].includes(Math.abs(first - second)));
  }
});

test('shares count what speaks for the class alone', (t) => {
  const size = { height: 4, width: 5 };
  const region = boxRegion({ left: 3, top: 2, width: 2, height: 2 }, size);
  t.is(flatShare(region), 4 / 20);
  const map = new Float32Array(20);
  map[13] = 3;
  map[0] = 1;
  map[1] = -100;
  t.is(shareInside(map, region), 0.75);
  t.is(shareInside(new Float32Array(20), region), null);
});

test('Jaccard counts shared members', (t) => {
  t.is(jaccard(new Set([1, 2, 3, 4, 5]), new Set([1, 2, 3, 4, 6])), 4 / 6);
  t.is(jaccard(new Set(), new Set()), 1);
});
