/** Small pictures of what a model got wrong, and of some that it got right, with what it said. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { interleave, type ImageFormat } from '../data/index.js';
import { writeError, writeFileAtomic, type Dataset } from '../native/index.js';

/** One image that the model answered. */
export interface AnsweredImage {
  filename: string;
  /** Position in the dataset. */
  position: number;
  prediction: string;
  truth: string;
  /** Of the predicted class. */
  probability: number;
}

export interface GalleryEntry extends Omit<AnsweredImage, 'position'> {
  /** The picture's file, beside `gallery.json`. */
  thumbnail: string;
}

export const galleryIndex = 'gallery.json';

const mostWrong = 24;
const mostRight = 8;
/** Longer side of a picture, in pixels. */
const thumbnailSide = 192;

/** The most confident errors, and as many right answers as a row has, from sure to unsure. */
export function chooseForGallery(images: readonly AnsweredImage[]): AnsweredImage[] {
  const bySureness = images.toSorted((a, b) => b.probability - a.probability);
  const wrong = bySureness.filter(({ prediction, truth }) => prediction !== truth);
  const right = bySureness.filter(({ prediction, truth }) => prediction === truth);
  return [...wrong.slice(0, mostWrong), ...spread(right, mostRight)];
}

/** `count` items, evenly from the first to the last. */
function spread<T>(items: readonly T[], count: number): T[] {
  if (items.length <= count) return [...items];
  const positions = Array.from({ length: count }, (_, index) =>
    Math.round((index * (items.length - 1)) / (count - 1)),
  );
  return items.filter((_, index) => positions.includes(index));
}

/**
 * Writes the chosen images as the network saw them, JPEG files of at most 192 pixels a side, and `gallery.json`.
 * @throws RoentgenError ERR_NO_SPACE, ERR_IO
 */
export async function writeGallery(
  folder: string,
  images: readonly AnsweredImage[],
  { dataset, format }: { dataset: Dataset; format: ImageFormat },
): Promise<void> {
  await mkdir(folder, { recursive: true }).catch((cause: unknown) => {
    throw writeError(folder, cause);
  });
  const entries = await Promise.all(
    chooseForGallery(images).map(async ({ position, ...image }, rank): Promise<GalleryEntry> => {
      const verdict = image.prediction === image.truth ? 'right' : 'wrong';
      const thumbnail = `${String(rank + 1).padStart(2, '0')}-${verdict}.jpg`;
      await writeFileAtomic(
        join(folder, thumbnail),
        await drawThumbnail(dataset.read(position), format),
      );
      return { ...image, thumbnail };
    }),
  );
  await writeFileAtomic(join(folder, galleryIndex), `${JSON.stringify(entries, null, 2)}\n`);
}

async function drawThumbnail(planes: Uint8Array, format: ImageFormat): Promise<Buffer> {
  const { channels, height, width } = format;
  return sharp(interleave(planes, format), { raw: { width, height, channels } })
    .resize({
      width: thumbnailSide,
      height: thumbnailSide,
      fit: 'inside',
      withoutEnlargement: true,
    })
    .jpeg({ quality: 80 })
    .toBuffer();
}
