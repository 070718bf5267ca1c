/** t-SNE: points in the plane whose neighbors are those of many dimensions (van der Maaten 2014). */
import type { NearestRows } from '../../types.js';
import { affinities } from './affinities.js';
import { Gradient } from './gradient.js';

export interface TsneOptions {
  /** Neighbors that a point cares for, about; above 1 and below the number of points. */
  perplexity: number;
  /** Steps at most. */
  iterations: number;
  /** Squares this small, seen from a point, count as one; 0 for exact sums. */
  angle: number;
}

export interface TsneMap {
  /** x and y of each point. */
  points: Float64Array;
  /** Kullback–Leibler divergence at the end, in nats. */
  divergence: number;
  /** Steps taken. */
  iterations: number;
}

/** All numbers below are scikit-learn's. */
const exaggeration = 12;
const phases = [
  { until: 250, exaggeration, momentum: 0.5, patience: 250 },
  { until: Infinity, exaggeration: 1, momentum: 0.8, patience: 300 },
] as const;
const checkEvery = 50;
const smallestGradient = 1e-7;
const smallestGain = 0.01;

/** Neighbors that the affinities are made of. */
export function tsneNeighbors(perplexity: number, points: number): number {
  return Math.min(points - 1, Math.floor(3 * perplexity + 1));
}

/**
 * Gradient descent with momentum and a gain for every coordinate; the learning rate is max(N / 48, 50). A phase ends
 * early where the divergence has not fallen for 250 (later 300) steps, or the gradient is 0. It depends on nothing but
 * its arguments: there is no chance in it.
 * @param neighbors `tsneNeighbors` of every point, itself not among them
 * @param start x and y of each point
 * @param onStep called after each step with the number of steps taken
 */
export function tsne(
  neighbors: NearestRows,
  start: Float64Array,
  { perplexity, iterations, angle }: TsneOptions,
  onStep: (step: number) => void = () => undefined,
): TsneMap {
  const points = start.slice();
  const gradient = new Gradient(affinities(neighbors, perplexity), angle);
  const rate = Math.max(points.length / 2 / exaggeration / 4, 50);
  let [step, divergence] = [0, Infinity];
  for (const phase of phases) {
    const update = new Float64Array(points.length);
    const gains = new Float64Array(points.length).fill(1);
    let best = { divergence: Infinity, step };
    while (step < Math.min(phase.until, iterations)) {
      gradient.compute(points, phase.exaggeration);
      const checking = (step + 1) % checkEvery === 0 || step + 1 === iterations;
      if (checking) divergence = gradient.divergence(points, phase.exaggeration);
      const length = move(
        points,
        { gradient: gradient.values, update, gains },
        phase.momentum,
        rate,
      );
      step += 1;
      onStep(step);
      if (!checking) continue;
      if (divergence < best.divergence) best = { divergence, step };
      else if (step - best.step > phase.patience) break;
      if (length <= smallestGradient) break;
    }
  }
  return { points, divergence, iterations: step };
}

interface Motion {
  gradient: Float64Array;
  update: Float64Array;
  gains: Float64Array;
}

/** One step; returns the length of the gradient times its gains. */
function move(
  points: Float64Array,
  { gradient, update, gains }: Motion,
  momentum: number,
  rate: number,
): number {
  let squared = 0;
  for (let at = 0; at < points.length; at += 1) {
    const [slope, last, gain] = [gradient[at] ?? 0, update[at] ?? 0, gains[at] ?? 0];
    // Farther where the way goes on, shorter where it turns back.
    const next = Math.max(smallestGain, slope * last < 0 ? gain + 0.2 : gain * 0.8);
    const scaled = slope * next;
    const change = momentum * last - rate * scaled;
    gains[at] = next;
    update[at] = change;
    points[at] = (points[at] ?? 0) + change;
    squared += scaled * scaled;
  }
  return Math.sqrt(squared);
}
