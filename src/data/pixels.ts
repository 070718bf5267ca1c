/** Images as files hold them and as networks take them: pixels, planes, luminance. */
import type { ImageFormat } from './types.js';

/** Planes [C, H, W] as pixels [H, W, C]. */
export function interleave(
  planes: Uint8Array,
  { channels, height, width }: Pick<ImageFormat, 'channels' | 'height' | 'width'>,
): Uint8Array {
  const area = height * width;
  return planes.map((_, at) => planes[(at % channels) * area + Math.floor(at / channels)] ?? 0);
}

/** Rec. 601 luma as PIL's `convert('L')` rounds it; the weights add up to 2¹⁶. [H, W, 3] → [H, W]. */
export function luma(rgb: Uint8Array): Buffer {
  const gray = Buffer.allocUnsafe(rgb.length / 3);
  for (let pixel = 0, at = 0; pixel < gray.length; pixel += 1, at += 3) {
    const red = rgb[at] ?? 0;
    const green = rgb[at + 1] ?? 0;
    const blue = rgb[at + 2] ?? 0;
    gray[pixel] = (red * 19595 + green * 38470 + blue * 7471 + 0x8000) >> 16;
  }
  return gray;
}
