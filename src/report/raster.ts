/** Charts as pixels, for programs that do not draw SVG. */
import sharp from 'sharp';

/** A PNG of the same size, and that size in pixels. */
export async function toPng(svg: string): Promise<{ png: Buffer; width: number; height: number }> {
  const { data, info } = await sharp(Buffer.from(svg)).png().toBuffer({ resolveWithObject: true });
  return { png: data, width: info.width, height: info.height };
}
