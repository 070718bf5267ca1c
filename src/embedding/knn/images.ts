/** What neighbors say of single images, as `knn.json` lists it. */
import { className, predictionOf, type Gathered } from '../gathered.js';
import type { KnnAnswer } from './classify.js';

export interface NeighborImage {
  filename: string;
  /** Null where nobody knows it. */
  truth: string | null;
  /** The most voted class, and its share of the votes. */
  neighbors: { label: string; probability: number };
  /** The network's most probable class; null for a network without classes. */
  network: { label: string; probability: number } | null;
  /** The nearest first. */
  nearest: { filename: string; label: string; distance: number }[];
}

/** @param queries rows that `answer` is of */
export function describeImages(
  gathered: Gathered,
  queries: readonly number[],
  { neighbors, labels, probabilities }: KnnAnswer,
): NeighborImage[] {
  const { names, classes, labels: truths } = gathered.embeddings;
  const { k, indices, distances } = neighbors;
  return queries.map((row, at) => {
    const label = labels[at] ?? -1;
    return {
      filename: names[row] ?? '',
      truth: classes[truths[row] ?? -1] ?? null,
      neighbors: {
        label: classes[label] ?? '',
        probability: probabilities[at * classes.length + label] ?? 0,
      },
      network: predictionOf(gathered, row),
      nearest: Array.from(indices.subarray(at * k, (at + 1) * k), (neighbor, place) => ({
        filename: names[neighbor] ?? '',
        label: className(gathered, neighbor),
        distance: distances[at * k + place] ?? 0,
      })),
    };
  });
}
