/** Pixels in the order of their importance, cut into bins of equal size. */
import { Random } from '../../data/index.js';

/**
 * The bin of each pixel: 0 holds the most important ones. Pixels of equal importance, such as those that a map leaves
 * at 0, come in random order, so that no corner is favored.
 * @param map [H, W]
 * @param bins at most as many as pixels
 */
export function rankBins(map: Float32Array, bins: number, seed: number): Int32Array {
  const random = new Random(seed);
  const ties = Float64Array.from(map, () => random.next());
  const order = Int32Array.from(map.keys()).sort(
    (a, b) => (map[b] ?? 0) - (map[a] ?? 0) || (ties[a] ?? 0) - (ties[b] ?? 0),
  );
  const bin = new Int32Array(map.length);
  order.forEach((pixel, rank) => (bin[pixel] = Math.floor((rank * bins) / map.length)));
  return bin;
}

/**
 * The same bins about another place: mirrored by chance and moved by a random way around the edges. As coarse or as
 * fine as the ranking itself, so that a comparison between the two is about the places alone.
 * @param bins [H, W]
 */
export function displaced(
  bins: Int32Array,
  { height, width }: { height: number; width: number },
  seed: number,
): Int32Array {
  const random = new Random(seed);
  const [down, across] = [random.next(), random.next()].map((share, axis) =>
    Math.floor(share * (axis === 0 ? height : width)),
  ) as [number, number];
  const [turned, mirrored] = [random.chance(0.5), random.chance(0.5)];
  return bins.map((_, pixel) => {
    const row = (Math.floor(pixel / width) + down) % height;
    const column = ((pixel % width) + across) % width;
    const from =
      (turned ? height - 1 - row : row) * width + (mirrored ? width - 1 - column : column);
    return bins[from] ?? 0;
  });
}
