/** Lung masks of the images under examination. */
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { decodeImages, type ImageFormat, type NamedImage, type Problem } from '../../data/index.js';
import { RoentgenError } from '../../native/index.js';

interface MaskedImage {
  /** Absolute path of the image. */
  path: string;
  /** Relative to the folder of images. */
  name: string;
}

export interface ExamMasks {
  /** By the image's name [H, W] 1 in the lungs; none where a mask is missing or cannot be used. */
  regions: ReadonlyMap<string, Uint8Array>;
  problems: Problem[];
}

/** A mask's lungs are white. */
const threshold = 128;
/** Sides may be rounded where images were made smaller: by less than 1 in 100 pixels. */
const tolerance = 0.01;

/**
 * The masks of these images, made as large as the network sees the images. A mask has its image's relative name, or
 * the same with .png; it may be smaller or larger than the image but must have its shape.
 * @throws RoentgenError ERR_NOT_FOUND where the folder holds no mask of any of the images; ABORT_ERR
 */
export async function readMasks(
  folder: string,
  images: readonly MaskedImage[],
  format: Pick<ImageFormat, 'height' | 'width' | 'fit'>,
  signal: AbortSignal | undefined,
): Promise<ExamMasks> {
  const found = await Promise.all(images.map(async (image) => usableMask(folder, image)));
  const masks = found.flatMap((mask) => ('image' in mask ? mask : []));
  const problems = found.flatMap((mask) => ('image' in mask ? [] : mask));
  if (masks.length === 0 && problems.every(({ code }) => code === 'ERR_NOT_FOUND')) {
    throw new RoentgenError(
      'ERR_NOT_FOUND',
      `${folder} holds no mask of these images: expected files of the same relative names, such as ` +
        `${images[0]?.name ?? ''}, or the same with .png.`,
    );
  }
  const gray = { ...format, channels: 1 } as const;
  const decoded = await decodeImages(masks, gray, { signal });
  const lungs = decoded.pixels.map((value) => (value >= threshold ? 1 : 0));
  const area = format.height * format.width;
  const regions = decoded.kept.map((position, at) => {
    const region = lungs.subarray(at * area, (at + 1) * area);
    return [masks[position]?.of ?? '', region] as const;
  });
  return { regions: new Map(regions), problems: [...problems, ...decoded.problems] };
}

/** A mask's file, and the image that it belongs to. */
interface Mask extends NamedImage {
  of: string;
}

async function usableMask(folder: string, { path, name }: MaskedImage): Promise<Mask | Problem> {
  // Masks of JPEG images are usually PNG files.
  const candidates = [join(folder, name), join(folder, name.replace(/\.[^./]+$/, '.png'))];
  for (const candidate of candidates) {
    const exists = await access(candidate).then(
      () => true,
      () => false,
    );
    if (exists)
      return (await mismatch(candidate, path)) ?? { image: candidate, name: candidate, of: name };
  }
  return { file: name, code: 'ERR_NOT_FOUND', message: `has no mask in ${folder}` };
}

/** Undefined where mask and image have one shape. */
async function mismatch(mask: string, image: string): Promise<Problem | undefined> {
  const [ofMask, ofImage] = await Promise.all([sizeOf(mask), sizeOf(image)]);
  // What cannot be read is told where it is decoded.
  if (ofMask === undefined || ofImage === undefined) return undefined;
  const shapes = (ofMask.width * ofImage.height) / (ofMask.height * ofImage.width);
  if (Math.abs(shapes - 1) <= tolerance) return undefined;
  const said = ({ width, height }: { width: number; height: number }): string =>
    `${width} × ${height}`;
  return {
    file: mask,
    code: 'ERR_MODEL_MISMATCH',
    message: `the mask is ${said(ofMask)} and its image ${said(ofImage)}: they must have one shape`,
  };
}

async function sizeOf(path: string): Promise<{ width: number; height: number } | undefined> {
  const facts = await sharp(path, { limitInputPixels: false })
    .metadata()
    .catch(() => undefined);
  return facts?.autoOrient;
}
