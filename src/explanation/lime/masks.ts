/** Which superpixels each variation of an image shows. */
import { randomIntegers } from '../../evaluation/index.js';

/**
 * Row-major [samples, superpixels]: the first row shows all, in the others each is shown or hidden with equal chance.
 * @param seed an integer in 0 … 2⁵³ − 1; the same seed gives the same rows
 */
export function drawMasks(samples: number, superpixels: number, seed: number): Uint8Array {
  const draw = randomIntegers(seed);
  return Uint8Array.from({ length: samples * superpixels }, (_, at) =>
    at < superpixels ? 1 : draw(2),
  );
}
