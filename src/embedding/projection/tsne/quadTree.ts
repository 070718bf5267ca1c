/** Points in the plane as squares within squares, so that what is far away counts as one (Barnes and Hut, 1986). */

/** Squares have 2⁻⁵² of the first one's side: points this near to each other count as one. */
const deepest = 52;

const empty = -1;

/** How all points push one away. */
export interface Push {
  /** Σ q² (y − y′), with q = 1 / (1 + |y − y′|²). */
  x: number;
  y: number;
  /** Σ q, of the point itself as well, which is 1. */
  total: number;
}

/** Built anew for every step of a t-SNE; its memory is kept. */
export class QuadTree {
  /** First of a square's four parts, which follow one another; `empty` for a square without. */
  private parts = new Int32Array(0);
  private counts = new Int32Array(0);
  /** Centers of mass. */
  private massX = new Float64Array(0);
  private massY = new Float64Array(0);
  private sides = new Float64Array(0);
  private nodes = 0;
  private readonly stack = new Int32Array(4 * (deepest + 2));

  /** @param points x and y of each */
  build(points: Float64Array): void {
    this.nodes = 0;
    const { left, top, side } = squareAround(points);
    this.allocate(side, 1);
    for (let at = 0; at < points.length; at += 2) {
      this.insert(points[at] ?? 0, points[at + 1] ?? 0, left, top, side);
    }
  }

  private insert(x: number, y: number, left: number, top: number, side: number): void {
    let [node, half] = [0, side / 2];
    for (let depth = 0; ; depth += 1) {
      const count = this.counts[node] ?? 0;
      const split = (this.parts[node] ?? empty) !== empty;
      if (!split && count > 0 && depth < deepest && !this.isAt(node, x, y)) {
        this.split(node, left + half, top + half, half);
      }
      this.add(node, x, y);
      const first = this.parts[node] ?? empty;
      if (first === empty) return;
      const [right, below] = [x >= left + half, y >= top + half];
      node = first + (right ? 1 : 0) + (below ? 2 : 0);
      if (right) left += half;
      if (below) top += half;
      half /= 2;
    }
  }

  private isAt(node: number, x: number, y: number): boolean {
    return this.massX[node] === x && this.massY[node] === y;
  }

  /** Moves what a square holds, which is all in one place, into one of four parts. */
  private split(node: number, middleX: number, middleY: number, half: number): void {
    const first = this.allocate(half, 4);
    this.parts[node] = first;
    const [x, y] = [this.massX[node] ?? 0, this.massY[node] ?? 0];
    const part = first + (x >= middleX ? 1 : 0) + (y >= middleY ? 2 : 0);
    this.counts[part] = this.counts[node] ?? 0;
    this.massX[part] = x;
    this.massY[part] = y;
  }

  /** Running means: of equal points they are exactly these. */
  private add(node: number, x: number, y: number): void {
    const count = (this.counts[node] ?? 0) + 1;
    const [oldX, oldY] = [this.massX[node] ?? 0, this.massY[node] ?? 0];
    this.counts[node] = count;
    this.massX[node] = oldX + (x - oldX) / count;
    this.massY[node] = oldY + (y - oldY) / count;
  }

  private allocate(side: number, count: number): number {
    const first = this.nodes;
    this.nodes += count;
    if (this.nodes > this.parts.length) this.grow(2 * this.nodes + 1024);
    this.parts.fill(empty, first, this.nodes);
    this.counts.fill(0, first, this.nodes);
    this.massX.fill(0, first, this.nodes);
    this.massY.fill(0, first, this.nodes);
    this.sides.fill(side, first, this.nodes);
    return first;
  }

  private grow(length: number): void {
    this.parts = enlarged(this.parts, new Int32Array(length));
    this.counts = enlarged(this.counts, new Int32Array(length));
    this.massX = enlarged(this.massX, new Float64Array(length));
    this.massY = enlarged(this.massY, new Float64Array(length));
    this.sides = enlarged(this.sides, new Float64Array(length));
  }

  /**
   * The push on a point by all others.
   * @param angle a square counts as one where its side is less than `angle` times its distance; 0 for exact sums
   */
  push(x: number, y: number, angle: number, push: Push): void {
    push.x = 0;
    push.y = 0;
    push.total = 0;
    const { parts, counts, massX, massY, sides, stack } = this;
    const limit = angle * angle;
    let waiting = 1;
    stack[0] = 0;
    while (waiting > 0) {
      waiting -= 1;
      const node = stack[waiting] ?? 0;
      const count = counts[node] ?? 0;
      if (count === 0) continue;
      const dx = x - (massX[node] ?? 0);
      const dy = y - (massY[node] ?? 0);
      const squared = dx * dx + dy * dy;
      const side = sides[node] ?? 0;
      const first = parts[node] ?? empty;
      if (first === empty || side * side < limit * squared) {
        const q = 1 / (1 + squared);
        push.total += count * q;
        const strength = count * q * q;
        push.x += strength * dx;
        push.y += strength * dy;
      } else {
        for (let part = first; part < first + 4; part += 1) {
          stack[waiting] = part;
          waiting += 1;
        }
      }
    }
  }
}

function squareAround(points: Float64Array): { left: number; top: number; side: number } {
  let [left, right, top, bottom] = [Infinity, -Infinity, Infinity, -Infinity];
  for (let at = 0; at < points.length; at += 2) {
    const [x, y] = [points[at] ?? 0, points[at + 1] ?? 0];
    left = Math.min(left, x);
    right = Math.max(right, x);
    top = Math.min(top, y);
    bottom = Math.max(bottom, y);
  }
  return { left, top, side: Math.max(right - left, bottom - top) };
}

function enlarged<Values extends Int32Array | Float64Array>(from: Values, to: Values): Values {
  to.set(from);
  return to;
}
