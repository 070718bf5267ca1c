/** How much of a map lies where evidence can be. */
import type { Box } from './types.js';

/** Share of what speaks for the class inside a region; null where nothing does. @param region [H, W] 0 or 1 */
export function shareInside(map: Float32Array, region: Uint8Array): number | null {
  let [inside, total] = [0, 0];
  map.forEach((value, pixel) => {
    const mass = Math.max(0, value);
    total += mass;
    inside += mass * (region[pixel] ?? 0);
  });
  return total === 0 ? null : inside / total;
}

/** What a map of one value would have there. */
export function flatShare(region: Uint8Array): number {
  return region.reduce((sum, inside) => sum + inside, 0) / region.length;
}

/** [H, W] 1 in the box. */
export function boxRegion(
  { left, top, width: across, height: down }: Box,
  { height, width }: { height: number; width: number },
): Uint8Array {
  return Uint8Array.from({ length: height * width }, (_, pixel) => {
    const [row, column] = [Math.floor(pixel / width), pixel % width];
    return row >= top && row < top + down && column >= left && column < left + across ? 1 : 0;
  });
}
