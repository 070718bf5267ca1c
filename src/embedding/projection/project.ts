/** Vectors as points in the plane, by t-SNE, UMAP or principal components. */
import {
  invalidArgument,
  principalComponents,
  RoentgenError,
  type Rows,
} from '../../native/index.js';
import { nearestOthers } from '../knn/neighbors.js';
import type { NearestRows } from '../types.js';
import { computeInWorker, type ProjectionHooks } from './inWorker.js';
import type { ProjectionResult } from './task.js';
import { tsneNeighbors } from './tsne/tsne.js';

export const projectionMethods = ['tsne', 'umap', 'pca'] as const;
/** How vectors are brought into two dimensions. */
export type ProjectionMethod = (typeof projectionMethods)[number];

/** Method and parameters of a projection into two dimensions. */
export interface ProjectOptions {
  method: ProjectionMethod;
  /** Of t-SNE: above 1, below the number of images; default 30. */
  perplexity?: number | undefined;
  /** Steps of t-SNE at most; default 1,000. */
  iterations?: number | undefined;
  /** Of UMAP: images in a neighborhood, at least 2; default 15. */
  neighbors?: number | undefined;
  /** Of UMAP's chance: an integer in 0 … 2⁵³ − 1; default 42. t-SNE and principal components have none. */
  seed?: number | undefined;
  /**
   * The first so many rows make the map; default all. Principal components and UMAP place the others in the finished
   * map. t-SNE has no such step: there all rows make the map together.
   */
  fitted?: number | undefined;
}

/** Vectors in two dimensions, and how faithful that is. */
export interface Projection extends ProjectionResult {
  method: ProjectionMethod;
}

/** Of squares in the sums of t-SNE, as scikit-learn has it. */
const angle = 0.5;
/** The standard deviation along the first axis that a t-SNE starts with. */
const startDeviation = 1e-4;

/**
 * The same rows and options give the same points. The work is done in threads of its own.
 * @throws RoentgenError ERR_INVALID_ARGUMENT for too few images, naming how many are needed, for vectors of one
 * number, and for values that are not finite; ABORT_ERR
 */
export async function project(
  rows: Rows,
  options: ProjectOptions,
  hooks: ProjectionHooks = {},
): Promise<Projection> {
  const { method } = options;
  const fitted = options.fitted ?? countOf(rows);
  const input: Input = { rows, fitted, options, hooks };
  check(input);
  return { method, ...(await methods[method](input)) };
}

interface Input {
  rows: Rows;
  fitted: number;
  options: ProjectOptions;
  hooks: ProjectionHooks;
}

const methods: Readonly<Record<ProjectionMethod, (input: Input) => Promise<ProjectionResult>>> = {
  async pca({ rows, fitted, hooks }) {
    const points = await principalPoints(rows, fitted, hooks.signal);
    return computeInWorker({ method: 'pca', points, ...vectorsOf(rows) }, hooks);
  },
  async tsne({ rows, options, hooks }) {
    const { perplexity = 30, iterations = 1000 } = options;
    const count = countOf(rows);
    const k = tsneNeighbors(perplexity, count);
    const neighbors = await nearestOthers(rows, { k, metric: 'euclidean' }, hooks);
    const start = scaled(await principalPoints(rows, count, hooks.signal));
    return computeInWorker(
      {
        ...{ method: 'tsne', neighbors, start },
        options: { perplexity, iterations, angle },
        ...vectorsOf(rows),
      },
      hooks,
    );
  },
  async umap({ rows, fitted, options, hooks }) {
    const { neighbors: k = 15, seed = 42 } = options;
    const reference = firstRows(rows, fitted);
    const others = await nearestOthers(reference, { k: k - 1, metric: 'euclidean' }, hooks);
    return computeInWorker(
      { method: 'umap', neighbors: withThemselves(others), options: { seed }, ...vectorsOf(rows) },
      hooks,
    );
  },
};

function check({ rows, fitted, options }: Input): void {
  const { method, perplexity = 30, neighbors = 15, iterations = 1000 } = options;
  if (rows.features < 2) {
    throw new RoentgenError(
      'ERR_INVALID_ARGUMENT',
      'A map needs vectors of at least 2 numbers: take another layer.',
    );
  }
  if (!(perplexity > 1)) throw invalidArgument('perplexity', 'a number above 1', perplexity);
  if (!Number.isInteger(neighbors) || neighbors < 2) {
    throw invalidArgument('neighbors', 'an integer of at least 2', neighbors);
  }
  if (!Number.isInteger(iterations) || iterations < 1) {
    throw invalidArgument('iterations', 'a positive integer', iterations);
  }
  const [count, needed, remedy] = {
    pca: [fitted, 2, 'give more images'] as const,
    tsne: [countOf(rows), Math.floor(perplexity) + 1, 'lower the perplexity'] as const,
    umap: [fitted, neighbors + 1, 'lower the number of neighbors'] as const,
  }[method];
  if (count >= needed) return;
  const asked = {
    pca: '',
    tsne: ` with perplexity ${perplexity}`,
    umap: ` with ${neighbors} neighbors`,
  };
  throw new RoentgenError(
    'ERR_INVALID_ARGUMENT',
    `${method}${asked[method]} needs at least ${needed} images, and there are ${count}: ${remedy}.`,
    { details: { needed, count } },
  );
}

/** Row-major [N, 2]: places along the first two principal components of the first `fitted` rows. */
async function principalPoints(
  rows: Rows,
  fitted: number,
  signal: AbortSignal | undefined,
): Promise<Float64Array> {
  const { features, values } = rows;
  const { mean, components } = await principalComponents(firstRows(rows, fitted), 2, { signal });
  const points = new Float64Array(2 * countOf(rows));
  return points.map((_, at) => {
    const [row, axis] = [Math.floor(at / 2) * features, (at % 2) * features];
    let place = 0;
    for (let feature = 0; feature < features; feature += 1) {
      const centered = (values[row + feature] ?? 0) - (mean[feature] ?? 0);
      place += centered * (components[axis + feature] ?? 0);
    }
    return place;
  });
}

/** Of points around 0: so small that distances in the map say nothing at first. */
function scaled(points: Float64Array): Float64Array {
  let squares = 0;
  for (let at = 0; at < points.length; at += 2) squares += (points[at] ?? 0) ** 2;
  const deviation = Math.sqrt(squares / (points.length / 2));
  // Images that are all the same stay in one place.
  return points.map((place) => (deviation === 0 ? 0 : (place / deviation) * startDeviation));
}

/** Each row before its neighbors, at distance 0, as UMAP counts them. */
function withThemselves({ indices, distances, k }: NearestRows): NearestRows {
  const count = indices.length / k;
  const result = {
    k: k + 1,
    indices: new Int32Array(count * (k + 1)),
    distances: new Float32Array(count * (k + 1)),
  };
  for (let row = 0; row < count; row += 1) {
    result.indices[row * (k + 1)] = row;
    result.indices.set(indices.subarray(row * k, (row + 1) * k), row * (k + 1) + 1);
    result.distances.set(distances.subarray(row * k, (row + 1) * k), row * (k + 1) + 1);
  }
  return result;
}

function countOf({ values, features }: Rows): number {
  return values.length / features;
}

function firstRows({ values, features }: Rows, count: number): Rows {
  return { values: values.subarray(0, count * features), features };
}

function vectorsOf({ values, features }: Rows): { vectors: Float32Array; features: number } {
  return { vectors: values, features };
}
