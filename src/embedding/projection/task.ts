/** What a projection is computed from, as it goes to the thread that computes it, and what comes back. */
import type { NearestRows } from '../types.js';
import { trustworthiness } from './trustworthiness.js';
import { tsne, type TsneOptions } from './tsne/tsne.js';
import { umap, type UmapOptions } from './umap.js';

/** Neighbors in the map whose trust is measured; scikit-learn's default. */
const trusted = 5;

type Method =
  | { method: 'pca'; points: Float64Array }
  | { method: 'tsne'; neighbors: NearestRows; start: Float64Array; options: TsneOptions }
  | { method: 'umap'; neighbors: NearestRows; options: UmapOptions };

export type ProjectionTask = Method & {
  /** Row-major [N, features]. */
  vectors: Float32Array;
  features: number;
};

export interface ProjectionResult {
  /** Row-major [N, 2]. */
  points: Float64Array;
  /** Of the five nearest of every image; null for fewer than 11. */
  trustworthiness: number | null;
  /** Kullback–Leibler divergence of a t-SNE, in nats; null for the others. */
  divergence: number | null;
}

/** @param onShare called with how much is done, in [0, 1] */
export function computeProjection(
  task: ProjectionTask,
  onShare: (share: number) => void,
): ProjectionResult {
  const { points, divergence } = place(task, onShare);
  return {
    points,
    trustworthiness: trustworthiness(task.vectors, points, trusted),
    divergence,
  };
}

function place(
  task: ProjectionTask,
  onShare: (share: number) => void,
): { points: Float64Array; divergence: number | null } {
  switch (task.method) {
    case 'pca':
      return { points: task.points, divergence: null };
    case 'tsne': {
      const { neighbors, start, options } = task;
      return tsne(neighbors, start, options, (step) => {
        onShare(step / options.iterations);
      });
    }
    case 'umap': {
      const { vectors, features, neighbors, options } = task;
      return { points: umap(vectors, features, neighbors, options, onShare), divergence: null };
    }
  }
}
