/** Images and labels that are drawn: what a step costs does not depend on what the images show. */
import { Dataset, type Shape4 } from '../native/index.js';

/** Bytes of noise; zeros would flatter some kernels. */
export function noisePixels(count: number): Uint8Array {
  const pixels = new Uint8Array(count);
  // Knuth's multiplicative hash.
  for (let i = 0; i < count; i += 1) pixels[i] = Math.imul(i, 2654435761) >>> 24;
  return pixels;
}

/** Images of noise. */
export function noise(shape: Shape4): Dataset {
  return Dataset.fromImages(noisePixels(shape.reduce((product, size) => product * size)), shape);
}

/** Classes 0 and 1 in turn. */
export function alternatingLabels(count: number): Int32Array {
  return Int32Array.from({ length: count }, (_, i) => i % 2);
}
