/** Maps: each method shows the same clouds, new images come where their like are, and what cannot be is said. */
import test from 'ava';
import { project, projectionMethods, type ProjectOptions } from '../../src/embedding/index.js';
import { numbers } from './support.js';

const features = 6;

/** Rows around one of two far places, in turn. */
function clouds(count: number, seed = 3): { values: Float32Array; features: number } {
  const random = numbers(seed);
  const values = Float32Array.from({ length: count * features }, (_, at) => {
    return random() + (Math.floor(at / features) % 2 === 0 ? 0 : 8);
  });
  return { values, features };
}

/** Of each of `rows` whether its nearest point is of its own cloud. */
function besideItsLike(points: Float64Array, rows: readonly number[]): boolean[] {
  return rows.map((row) => {
    const distances = Array.from({ length: points.length / 2 }, (_, other) => {
      const [dx, dy] = [0, 1].map(
        (at) => (points[2 * row + at] ?? 0) - (points[2 * other + at] ?? 0),
      );
      return other === row ? Infinity : Math.hypot(dx ?? 0, dy ?? 0);
    });
    return distances.indexOf(Math.min(...distances)) % 2 === row % 2;
  });
}

for (const method of projectionMethods) {
  test(`${method} keeps two clouds apart, places new rows with their like, and repeats itself`, async (t) => {
    const rows = clouds(64);
    const fitted = 60;
    const options: ProjectOptions = { method, perplexity: 8, seed: 5, fitted };
    const shares: number[] = [];
    const map = await project(rows, options, { onShare: (share) => shares.push(share) });
    t.is(map.points.length, 2 * 64);
    t.true(map.points.every(Number.isFinite));
    t.true(
      (map.trustworthiness ?? 0) > (method === 'pca' ? 0.75 : 0.85),
      String(map.trustworthiness),
    );
    t.true(besideItsLike(map.points, [...Array(64).keys()]).every(Boolean));
    t.deepEqual(await project(rows, options), map);
    t.is(map.divergence === null, method !== 'tsne');
    if (method !== 'pca') t.is(shares.at(-1), 1);
  });
}

for (const method of ['umap', 'pca'] as const) {
  test(`with ${method} the map does not depend on what is placed into it, nor one new row on another`, async (t) => {
    const rows = clouds(52);
    const options: ProjectOptions = { method, fitted: 50 };
    const [both, one, none] = await Promise.all(
      [52, 51, 50].map((count) =>
        project({ features, values: rows.values.subarray(0, count * features) }, options),
      ),
    );
    t.deepEqual(both?.points.subarray(0, 102), one?.points);
    t.deepEqual(one?.points.subarray(0, 100), none?.points);
  });
}

test('as many new rows as old ones leave a UMAP as it was', async (t) => {
  const rows = clouds(60);
  const [both, old] = await Promise.all([
    project(rows, { method: 'umap', fitted: 30 }),
    project({ features, values: rows.values.subarray(0, 30 * features) }, { method: 'umap' }),
  ]);
  t.deepEqual(both.points.subarray(0, 60), old.points);
});

test('another seed gives another UMAP', async (t) => {
  const [a, b] = await Promise.all(
    [1, 2].map((seed) => project(clouds(40), { method: 'umap', seed })),
  );
  t.notDeepEqual(a?.points, b?.points);
});

test('rows that are all the same give finite points', async (t) => {
  const same = { features, values: new Float32Array(40 * features).fill(2) };
  for (const method of projectionMethods) {
    const { points } = await project(same, { method, perplexity: 5 });
    t.true(points.every(Number.isFinite), method);
  }
});

const refusals: readonly (readonly [
  name: string,
  count: number,
  options: ProjectOptions,
  message: RegExp,
])[] = [
  [
    'as many images as the perplexity',
    30,
    { method: 'tsne' },
    /perplexity 30 needs at least 31 images, and there are 30/,
  ],
  ['a fraction above it', 31, { method: 'tsne', perplexity: 31.5 }, /needs at least 32 images/],
  ['a perplexity of 1', 40, { method: 'tsne', perplexity: 1 }, /above 1 for perplexity/],
  ['too few images for UMAP', 15, { method: 'umap' }, /15 neighbors needs at least 16 images/],
  ['one neighbor', 40, { method: 'umap', neighbors: 1 }, /at least 2 for neighbors/],
  ['no steps', 40, { method: 'tsne', iterations: 0 }, /for iterations/],
  ['one image', 1, { method: 'pca' }, /pca needs at least 2 images, and there are 1/],
];

for (const [name, count, options, message] of refusals) {
  test(`refused: ${name}`, async (t) => {
    await t.throwsAsync(project(clouds(count), options), { code: 'ERR_INVALID_ARGUMENT', message });
  });
}

test('refused: vectors of one number, and values that are not finite', async (t) => {
  const single = { features: 1, values: new Float32Array(40) };
  const refusal = { code: 'ERR_INVALID_ARGUMENT', message: /at least 2 numbers/ };
  await t.throwsAsync(project(single, { method: 'pca' }), refusal);
  const broken = clouds(40);
  broken.values[7] = Infinity;
  for (const method of projectionMethods) {
    await t.throwsAsync(project(broken, { method, perplexity: 5 }), {
      code: 'ERR_INVALID_ARGUMENT',
      message: /NaN or infinity/,
    });
  }
});

test('a map can be aborted, before and while it is made', async (t) => {
  const aborted = { code: 'ABORT_ERR', name: 'AbortError' };
  const options: ProjectOptions = { method: 'tsne', perplexity: 5, iterations: 1_000_000 };
  await t.throwsAsync(project(clouds(100), options, { signal: AbortSignal.abort() }), aborted);
  const controller = new AbortController();
  const onShare = (): void => {
    controller.abort();
  };
  await t.throwsAsync(
    project(clouds(100), options, { signal: controller.signal, onShare }),
    aborted,
  );
});
