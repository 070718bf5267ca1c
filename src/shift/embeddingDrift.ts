/** How far the embeddings of two collections lie apart, and how much of it other shares of the classes explain. */
import type { Rows } from '../native/index.js';
import { gradeEmbedding } from './grading.js';
import { againstHalves } from './halves.js';
import type { Answers } from './seen.js';
import { mixedDiscrepancies, type MixedDiscrepancies } from './statistics/classShares.js';
import { discrepancy, testDiscrepancy } from './statistics/discrepancy.js';
import { gaussian, medianSquare, squaredDistances, type Grid } from './statistics/kernel.js';
import type { EmbeddingDrift } from './types.js';

/** Divisions for the permutation test: p can be as low as 0.002. */
const permutations = 500;

/** The source as every set of embeddings is compared with it. */
export interface Reference {
  embeddings: Rows;
  /** [N] in [0, classes). */
  labels: Int32Array;
  classes: number;
  /** σ² of the kernel. */
  square: number;
  /** Of the source with itself. */
  kernel: Grid;
}

export interface ComparedEmbeddings {
  drift: EmbeddingDrift;
  reference: Reference;
  mixed: MixedDiscrepancies;
}

/**
 * The kernel's width is the median distance in both collections together, and stays for all that `mixedOf` compares
 * with the same reference.
 * @param labels of the source, [N] in [0, classes)
 * @param halves rows of the source, as `halvesOf` gives them
 * @throws RoentgenError ERR_INVALID_ARGUMENT for a seed out of range; ABORT_ERR
 */
export async function compareEmbeddings(
  source: Answers,
  target: Answers,
  { labels, classes, halves }: { labels: Int32Array; classes: number; halves: Int32Array[] },
  { seed, signal }: { seed: number; signal?: AbortSignal | undefined },
): Promise<ComparedEmbeddings> {
  const { embeddings, layer } = source;
  const distances = await squaredDistances(...joined(embeddings, target.embeddings), signal);
  const square = medianSquare(distances);
  const whole = gaussian(distances, square);
  const [n, m] = [labels.length, whole.rows - labels.length];
  const kernel = part(whole, 0, n, 0, n);
  const first = Int32Array.from({ length: n }, (_, row) => row);
  const tested = await testDiscrepancy(whole, first, { draws: permutations, seed, signal });
  const ofHalves = halves.map((half) => discrepancy(kernel, half).squared);
  const found = { ...tested, usual: Math.max(0, ...ofHalves) * againstHalves(n, m) };
  const reference = { embeddings, labels, classes, square, kernel };
  const kernels = {
    source: kernel,
    across: part(whole, 0, n, n, m),
    target: part(whole, n, m, n, m),
  };
  const mixed = await mixedDiscrepancies(kernels, labels, classes, signal);
  const drift = {
    ...{ layer, features: embeddings.features, ...found, remaining: mixed.least.squared },
    grade: gradeEmbedding(found),
  };
  return { drift, reference, mixed };
}

/** As `mixedDiscrepancies`, for other embeddings of the target. Throws ABORT_ERR. */
export async function mixedOf(
  { embeddings, labels, classes, square, kernel }: Reference,
  target: Rows,
  signal?: AbortSignal,
): Promise<MixedDiscrepancies> {
  const across = gaussian(await squaredDistances(embeddings, target, signal), square);
  const own = gaussian(await squaredDistances(target, target, signal), square);
  return mixedDiscrepancies({ source: kernel, across, target: own }, labels, classes, signal);
}

/** Both sets as rows of one, twice: what distances of all points are taken of. */
function joined(a: Rows, b: Rows): [Rows, Rows] {
  const values = new Float32Array(a.values.length + b.values.length);
  values.set(a.values);
  values.set(b.values, a.values.length);
  const all = { values, features: a.features };
  return [all, all];
}

function part(whole: Grid, top: number, rows: number, left: number, columns: number): Grid {
  const values = new Float32Array(rows * columns);
  for (let row = 0; row < rows; row += 1) {
    const start = (top + row) * whole.columns + left;
    values.set(whole.values.subarray(start, start + columns), row * columns);
  }
  return { values, rows, columns };
}
