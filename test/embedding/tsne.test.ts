/** t-SNE as scikit-learn's: affinities, gradient, divergence, and how far its map can be trusted. */
import test from 'ava';
import { affinities } from '../../src/embedding/projection/tsne/affinities.js';
import { Gradient } from '../../src/embedding/projection/tsne/gradient.js';
import { tsne, tsneNeighbors } from '../../src/embedding/projection/tsne/tsne.js';
import { trustworthiness } from '../../src/embedding/projection/trustworthiness.js';
import { bruteNeighbors, fixture, numbers } from './support.js';

const oracle = fixture('tsne') as {
  rows: number[];
  features: number;
  perplexity: number;
  firstRow: number[];
  somewhere: number[];
  gradient: number[];
  gradientDivergence: number;
  start: number[];
  divergence: number;
  points: number[];
  trustworthiness: number;
};
const { features, perplexity } = oracle;
const rows = Float32Array.from(oracle.rows);
const count = rows.length / features;
const neighbors = bruteNeighbors(rows, features, tsneNeighbors(perplexity, count));
const start = scaledStart();
const settings = { perplexity, iterations: 1000, angle: 0.5 };

function scaledStart(): Float64Array {
  const squares = oracle.start.reduce((sum, x, at) => sum + (at % 2 === 0 ? x * x : 0), 0);
  const deviation = Math.sqrt(squares / count);
  return Float64Array.from(oracle.start, (value) => (value / deviation) * 1e-4);
}

test("affinities are scikit-learn's, symmetric, and sum to 1", (t) => {
  const { starts, columns, values } = affinities(neighbors, perplexity);
  const row = new Float64Array(count);
  columns.subarray(0, starts[1]).forEach((column, at) => {
    row[column] = values[at] ?? 0;
  });
  oracle.firstRow.forEach((expected, at) => {
    // The search for the width of a point ends at a tolerance of 1e-5 nats.
    t.true(Math.abs((row[at] ?? 0) - expected) < 1e-7, `column ${at}`);
  });
  t.true(Math.abs(values.reduce((sum, value) => sum + value, 0) - 1) < 1e-12);
  const cells = new Map<string, number>();
  for (let point = 0; point < count; point += 1) {
    for (let at = starts[point] ?? 0; at < (starts[point + 1] ?? 0); at += 1) {
      cells.set(`${point},${columns[at] ?? -1}`, values[at] ?? 0);
    }
  }
  t.is(cells.size, values.length, 'no cell twice');
  for (const [cell, value] of cells) {
    t.is(cells.get(cell.split(',').reverse().join()), value, cell);
  }
});

test("at angle 0 the gradient is scikit-learn's sum over all pairs, and so is the divergence", (t) => {
  const gradient = new Gradient(affinities(neighbors, perplexity), 0);
  const points = Float64Array.from(oracle.somewhere);
  gradient.compute(points, 1);
  const divergence = gradient.divergence(points, 1);
  t.true(Math.abs(divergence / oracle.gradientDivergence - 1) < 1e-6);
  const largest = Math.max(...oracle.gradient.map(Math.abs));
  oracle.gradient.forEach((expected, at) => {
    t.true(Math.abs((gradient.values[at] ?? 0) - expected) < 1e-5 * largest, `coordinate ${at}`);
  });
});

/** Of points that repel each other and nothing else: no affinities. */
function repulsion(points: Float64Array, angle: number): Float64Array {
  const none = {
    starts: new Int32Array(points.length / 2 + 1),
    columns: new Int32Array(),
    values: new Float64Array(),
  };
  const gradient = new Gradient(none, angle);
  gradient.compute(points, 1);
  return gradient.values;
}

function bruteRepulsion(points: Float64Array): Float64Array {
  const forces = new Float64Array(points.length);
  let total = 0;
  for (let a = 0; a < points.length; a += 2) {
    for (let b = 0; b < points.length; b += 2) {
      if (a === b) continue;
      const [dx, dy] = [
        (points[a] ?? 0) - (points[b] ?? 0),
        (points[a + 1] ?? 0) - (points[b + 1] ?? 0),
      ];
      const q = 1 / (1 + dx * dx + dy * dy);
      total += q;
      forces[a] = (forces[a] ?? 0) - 4 * q * q * dx;
      forces[a + 1] = (forces[a + 1] ?? 0) - 4 * q * q * dy;
    }
  }
  return forces.map((force) => force / total);
}

function worstDifference(a: Float64Array, b: Float64Array): number {
  const largest = Math.max(...b.map(Math.abs));
  return Math.max(...a.map((value, at) => Math.abs(value - (b[at] ?? 0)))) / largest;
}

test('repulsion at angle 0 is the sum over all pairs, with points in one place, on one line, and far away', (t) => {
  const random = numbers(7);
  const cloud = Float64Array.from({ length: 400 }, () => 20 * random() - 10);
  const line = Float64Array.from({ length: 200 }, (_, at) => (at % 2 === 0 ? random() : 3));
  const heap = Float64Array.of(1, 1, 1, 1, 1, 1, 1 + 1e-13, 1, -2, 4, -2, 4, 1e3, -1e3);
  for (const [name, points] of Object.entries({ cloud, line, heap })) {
    t.true(worstDifference(repulsion(points, 0), bruteRepulsion(points)) < 1e-11, name);
  }
  t.deepEqual(repulsion(Float64Array.of(3, 3, 3, 3), 0), new Float64Array(4), 'one place');
});

test('repulsion at angle 0.5 is near that sum, and nearer at 0.2', (t) => {
  const random = numbers(11);
  const points = Float64Array.from({ length: 1000 }, () => 60 * random() - 30);
  const exact = bruteRepulsion(points);
  const [rough, fine] = [0.5, 0.2].map((angle) => worstDifference(repulsion(points, angle), exact));
  t.true((rough ?? 1) < 0.05 && (rough ?? 1) > 1e-6, String(rough));
  t.true((fine ?? 1) < (rough ?? 0) / 3, String(fine));
});

test("the map is as good as scikit-learn's: divergence at most 5% above, trustworthiness no less by 0.01", (t) => {
  const steps: number[] = [];
  const map = tsne(neighbors, start, settings, (step) => steps.push(step));
  t.true(map.divergence <= 1.05 * oracle.divergence, `${map.divergence} ${oracle.divergence}`);
  const trust = trustworthiness(rows, map.points, 5) ?? 0;
  t.true(trust >= oracle.trustworthiness - 0.01, `${trust} ${oracle.trustworthiness}`);
  t.is(steps.length, map.iterations);
});

test('the same input gives the same map, bit for bit', (t) => {
  const quick = { ...settings, iterations: 300 };
  t.deepEqual(tsne(neighbors, start, quick), tsne(neighbors, start, quick));
});

test('it stops early where nothing moves any more', (t) => {
  // Two points that want to be near each other and are nowhere else.
  const pair = { k: 1, indices: Int32Array.of(1, 0), distances: Float64Array.of(1, 1) };
  const { iterations, divergence } = tsne(pair, Float64Array.of(-1e-4, 0, 1e-4, 0), {
    ...settings,
    perplexity: 1.5,
    iterations: 5000,
  });
  t.true(iterations < 1000, String(iterations));
  t.true(Math.abs(divergence) < 1e-6, String(divergence));
});

test('neighbors at distance 0, and far ones, give finite affinities', (t) => {
  const distances = Float64Array.of(0, 0, 0, 0, 0, 1e6, 0, 1e6, 1e6);
  const indices = Int32Array.of(1, 2, 3, 0, 2, 3, 0, 1, 3);
  const { values } = affinities({ k: 3, indices, distances }, 2);
  t.true(values.every(Number.isFinite));
});
