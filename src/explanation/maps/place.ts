/** Where the mass of a map lies: its center, and how much of it is at the edges of the image. */
import type { Explanation } from '../types.js';

/** Width of the border as a share of the side. */
export const borderWidth = 0.08;

export interface MapPlace {
  /** Of what speaks for the class, as shares of width and height from the top left corner. */
  centroid: { x: number; y: number };
  /** Share of it within 8% of an edge: letters, tubes, collimation. Of an even map 0.29. */
  border: number;
}

/** Null where nothing speaks for the class. */
export function placeOf({ map, image }: Pick<Explanation, 'map' | 'image'>): MapPlace | null {
  const { height, width } = image;
  let [total, x, y, border] = [0, 0, 0, 0];
  map.forEach((value, at) => {
    const weight = Math.max(0, value);
    const [across, down] = [((at % width) + 0.5) / width, (Math.floor(at / width) + 0.5) / height];
    total += weight;
    x += weight * across;
    y += weight * down;
    if (Math.min(across, 1 - across, down, 1 - down) < borderWidth) border += weight;
  });
  if (total === 0) return null;
  return { centroid: { x: x / total, y: y / total }, border: border / total };
}
