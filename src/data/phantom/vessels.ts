/** The pulmonary vessels: a tree that branches from each hilum into its lung. */
import { length, type Random } from './noise.js';

/** A straight piece of vessel, in the units of `Patient`. */
interface Segment {
  from: { x: number; y: number };
  to: { x: number; y: number };
  radius: number;
}

const hilum = { x: 0.15, y: -0.05 };
/** Vessels thinner than this no longer show. */
const thinnest = 0.004;

/** All vessels of both lungs; the tree is the patient's own. */
export function growVessels(random: Random): Segment[] {
  const segments: Segment[] = [];
  const grow = (x: number, y: number, direction: number, radius: number): void => {
    if (radius < thinnest) return;
    const reach = random.between(0.55, 1.1) * Math.sqrt(radius);
    const to = { x: x + reach * Math.cos(direction), y: y + reach * Math.sin(direction) };
    segments.push({ from: { x, y }, to, radius });
    const spread = random.between(0.25, 0.6);
    // Murray's law would give 0.79 for both; one side is favored, as in a lung.
    grow(to.x, to.y, direction + spread * 0.5, radius * random.between(0.72, 0.86));
    grow(to.x, to.y, direction - spread, radius * random.between(0.55, 0.75));
  };
  for (const side of [-1, 1]) {
    // Upwards, outwards and, with the largest, downwards.
    for (const [angle, radius] of [
      [-1.15, 0.014],
      [-0.7, 0.015],
      [-0.2, 0.013],
      [0.3, 0.015],
      [0.75, 0.019],
      [1.15, 0.02],
    ] as const) {
      const outward = angle + random.between(-0.15, 0.15);
      const direction = side > 0 ? outward : Math.PI - outward;
      grow(side * hilum.x, hilum.y + random.between(-0.06, 0.08), direction, radius);
    }
  }
  return segments;
}

/**
 * Adds the vessels' attenuation to `field` [size, size]. `toPixels` maps the patient's coordinates to pixel positions,
 * and `thickening` widens walls, as edema around bronchi and vessels does.
 */
export function paintVessels(
  field: Float32Array,
  size: number,
  segments: readonly Segment[],
  toPixels: (point: { x: number; y: number }) => { x: number; y: number },
  thickening: number,
): void {
  for (const { from, to, radius } of segments) {
    const [start, end] = [toPixels(from), toPixels(to)];
    const [across, down] = [end.x - start.x, end.y - start.y];
    const squared = across * across + down * down;
    // At least half a pixel wide: thinner ones would flicker, so they fade instead.
    const width = radius * thickening * 0.5 * size;
    const drawn = Math.max(0.6, width);
    const strength = 9 * radius * (width / drawn);
    const reach = 2.5 * drawn;
    const firstRow = Math.max(0, Math.floor(Math.min(start.y, end.y) - reach));
    const lastRow = Math.min(size - 1, Math.ceil(Math.max(start.y, end.y) + reach));
    const firstColumn = Math.max(0, Math.floor(Math.min(start.x, end.x) - reach));
    const lastColumn = Math.min(size - 1, Math.ceil(Math.max(start.x, end.x) + reach));
    for (let row = firstRow; row <= lastRow; row += 1) {
      for (let column = firstColumn; column <= lastColumn; column += 1) {
        const x = column - start.x;
        const y = row - start.y;
        const along = Math.min(1, Math.max(0, (x * across + y * down) / squared));
        const distance = length(x - along * across, y - along * down) / drawn;
        if (distance > 2.5) continue;
        const at = row * size + column;
        field[at] = Math.max(field[at] ?? 0, strength * Math.exp(-distance * distance));
      }
    }
  }
}
