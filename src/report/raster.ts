/** Charts as pixels, for programs that do not draw SVG. */
import sharp from 'sharp';

/** The resolution at which one pixel of an SVG is one pixel of the image. */
const cssDensity = 72;

/**
 * A PNG, and its size in pixels.
 * @param scale pixels for each of the SVG's; default 1
 */
export async function toPng(
  svg: string,
  scale = 1,
): Promise<{ png: Buffer; width: number; height: number }> {
  const image = sharp(Buffer.from(svg), { density: cssDensity * scale });
  const { data, info } = await image.png().toBuffer({ resolveWithObject: true });
  return { png: data, width: info.width, height: info.height };
}
