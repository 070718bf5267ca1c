/** From images as networks take them to images as files hold them. */
import type { ImageFormat } from './types.js';

/** Planes [C, H, W] as pixels [H, W, C]. */
export function interleave(
  planes: Uint8Array,
  { channels, height, width }: Pick<ImageFormat, 'channels' | 'height' | 'width'>,
): Uint8Array {
  const area = height * width;
  return planes.map((_, at) => planes[(at % channels) * area + Math.floor(at / channels)] ?? 0);
}
