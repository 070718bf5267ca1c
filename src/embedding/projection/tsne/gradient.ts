/** Which way the points of a t-SNE should move, and how far they are from where they should be. */
import { squaredDistance } from '../distance.js';
import type { Affinities } from './affinities.js';
import { QuadTree, type Push } from './quadTree.js';

/**
 * The gradient of the Kullback–Leibler divergence of the map from the affinities (van der Maaten 2014, equation 5),
 * repulsion by Barnes and Hut.
 */
export class Gradient {
  /** x and y of each point. */
  readonly values: Float64Array;
  private readonly affinities: Affinities;
  private readonly angle: number;
  private readonly tree = new QuadTree();
  /** Σ q over all pairs. */
  private total = 0;
  private readonly push: Push = { x: 0, y: 0, total: 0 };

  /** @param angle 0 for exact sums; larger is faster */
  constructor(affinities: Affinities, angle: number) {
    this.affinities = affinities;
    this.angle = angle;
    this.values = new Float64Array(2 * (affinities.starts.length - 1));
  }

  /**
   * Fills `values`.
   * @param exaggeration the affinities are multiplied by it
   */
  compute(points: Float64Array, exaggeration: number): void {
    this.total = this.repel(points);
    this.attract(points, exaggeration);
  }

  /** The divergence in nats, of the points and the exaggeration that `compute` was called with last. */
  divergence(points: Float64Array, exaggeration: number): number {
    const { starts, columns, values: weights } = this.affinities;
    let divergence = 0;
    for (let point = 0; point < starts.length - 1; point += 1) {
      for (let at = starts[point] ?? 0; at < (starts[point + 1] ?? 0); at += 1) {
        const p = exaggeration * (weights[at] ?? 0);
        const squared = squaredDistance(points, 2 * point, 2 * (columns[at] ?? 0), 2);
        // p ln p is 0 for p = 0.
        if (p > 0) divergence += p * Math.log(p * this.total * (1 + squared));
      }
    }
    return divergence;
  }

  /** Leaves the sums of q² (y − y′) in `values`, and returns the sum of q over all pairs. */
  private repel(points: Float64Array): number {
    const { tree, push, values, angle } = this;
    tree.build(points);
    let total = 0;
    for (let at = 0; at < points.length; at += 2) {
      tree.push(points[at] ?? 0, points[at + 1] ?? 0, angle, push);
      values[at] = push.x;
      values[at + 1] = push.y;
      total += push.total - 1;
    }
    return total;
  }

  /** Adds the pull of the affinities, and turns sums into the gradient. */
  private attract(points: Float64Array, exaggeration: number): void {
    const { values, total } = this;
    const { starts, columns, values: weights } = this.affinities;
    for (let point = 0; point < starts.length - 1; point += 1) {
      const [x, y] = [points[2 * point] ?? 0, points[2 * point + 1] ?? 0];
      let [pullX, pullY] = [0, 0];
      for (let at = starts[point] ?? 0; at < (starts[point + 1] ?? 0); at += 1) {
        const column = columns[at] ?? 0;
        const dx = x - (points[2 * column] ?? 0);
        const dy = y - (points[2 * column + 1] ?? 0);
        const pull = (exaggeration * (weights[at] ?? 0)) / (1 + dx * dx + dy * dy);
        pullX += pull * dx;
        pullY += pull * dy;
      }
      values[2 * point] = 4 * (pullX - (values[2 * point] ?? 0) / total);
      values[2 * point + 1] = 4 * (pullY - (values[2 * point + 1] ?? 0) / total);
    }
  }
}
