/** k-nearest neighbors on embeddings: every image gets the class that its neighbors have. */
import { largestInRows } from '../../evaluation/index.js';
import {
  invalidArgument,
  RoentgenError,
  type Hooks,
  type NeighborMetric,
  type Rows,
} from '../../native/index.js';
import type { Embeddings, NearestRows } from '../types.js';
import { nearestAllowed } from './neighbors.js';
import { vote, weightings, type Weighting } from './vote.js';

export const neighborMetrics = ['euclidean', 'cosine'] as const satisfies readonly NeighborMetric[];

/** How many neighbors vote, by which distance, and with which weights. */
export interface KnnOptions {
  /** Neighbors that vote; default 5. */
  k?: number | undefined;
  /** Default euclidean; cosine is 1 − the cosine of the angle. */
  metric?: NeighborMetric | undefined;
  /** Default uniform. */
  weighting?: Weighting | undefined;
  /** Whether images of an image's own patient are among its neighbors; default false. */
  samePatient?: boolean | undefined;
}

/** Which rows of embeddings vote, and which are to be classified. */
export interface KnnQuestion {
  /** Rows of the embeddings whose class is known: at least two classes. */
  references: readonly number[];
  /** Rows to classify; one that is a reference as well is never its own neighbor. */
  queries: readonly number[];
}

/** What the nearest neighbors say of each query. */
export interface KnnAnswer {
  /** Rows of the embeddings, for each query. */
  neighbors: NearestRows;
  /** Shares of the votes, row-major [M, classes]. */
  probabilities: Float64Array;
  /** [M] positions in the classes; of equal shares the first. */
  labels: number[];
}

/**
 * Predictions and probabilities are those of scikit-learn's KNeighborsClassifier.
 * @throws RoentgenError ERR_SINGLE_CLASS where the references are all of one class; ERR_EMPTY_DATASET without queries;
 * ERR_INVALID_ARGUMENT for a wrong option, a reference without a class, and where an image has fewer than `k`
 * references that are not its patient's; ABORT_ERR
 */
export async function classifyByNeighbors(
  embeddings: Embeddings,
  { references, queries }: KnnQuestion,
  options: KnnOptions = {},
  hooks: Hooks = {},
): Promise<KnnAnswer> {
  const { k = 5, metric = 'euclidean', weighting = 'uniform' } = options;
  if (!Number.isInteger(k) || k < 1) throw invalidArgument('k', 'a positive integer', k);
  if (!neighborMetrics.includes(metric)) {
    throw invalidArgument('metric', `one of ${neighborMetrics.join(', ')}`, metric);
  }
  if (!weightings.includes(weighting)) {
    throw invalidArgument('weighting', `one of ${weightings.join(', ')}`, weighting);
  }
  const labels = labelsOf(embeddings, references);
  if (queries.length === 0) {
    throw new RoentgenError('ERR_EMPTY_DATASET', 'There is no image to classify by neighbors.');
  }
  const found = await nearestAllowed(
    {
      queries: rowsOf(embeddings, queries),
      references: rowsOf(embeddings, references),
      ...{ k, metric },
      ...exclusions(embeddings, { references, queries }, options.samePatient ?? false),
    },
    hooks,
  );
  const probabilities = vote(found, labels, embeddings.classes.length, weighting);
  return {
    neighbors: { ...found, indices: found.indices.map((reference) => references[reference] ?? -1) },
    probabilities,
    labels: largestInRows(probabilities, embeddings.classes.length),
  };
}

function labelsOf({ labels, names, classes }: Embeddings, references: readonly number[]): number[] {
  const own = references.map((row) => labels[row] ?? -1);
  const unknown = references[own.indexOf(-1)];
  if (unknown !== undefined) {
    throw invalidArgument('references', 'images with a class', names[unknown] ?? unknown);
  }
  const [first = -1, ...others] = new Set(own);
  if (others.length === 0) {
    const which = first === -1 ? 'none' : `all ${own.length} are of ${classes[first] ?? ''}`;
    throw new RoentgenError(
      'ERR_SINGLE_CLASS',
      `Neighbors can vote where they are of two classes at least; of the reference images ${which}.`,
    );
  }
  return own;
}

function exclusions(
  { groups }: Embeddings,
  { references, queries }: KnnQuestion,
  samePatient: boolean,
): { excluded: (query: number, reference: number) => boolean; mostExcluded: number } {
  const keyOf = samePatient
    ? (row: number): string => String(row)
    : (row: number): string => groups[row] ?? '';
  const keys = references.map(keyOf);
  const counts = new Map<string, number>();
  for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1);
  const queried = queries.map(keyOf);
  return {
    excluded: (query, reference) => queried[query] === keys[reference],
    mostExcluded: queried.reduce((most, key) => Math.max(most, counts.get(key) ?? 0), 0),
  };
}

function rowsOf({ values, features }: Embeddings, rows: readonly number[]): Rows {
  const chosen = new Float32Array(rows.length * features);
  rows.forEach((row, at) => {
    chosen.set(values.subarray(row * features, (row + 1) * features), at * features);
  });
  return { values: chosen, features };
}
