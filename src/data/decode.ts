/** How an image file of any kind becomes one tensor of fixed size. */
import { invalidArgument } from '../native/index.js';
import { checkPixelLimit, decodeError, openImage } from './imageFile.js';
import { loadImage } from './imageInput.js';
import { blacken, readLungs } from './lungs/index.js';
import { luma } from './pixels.js';
import { checkRepairs, repairImage } from './repair/index.js';
import { fits, lungSections, type ImageFormat, type ImageInput } from './types.js';

/** Wider than any network's input; keeps a slip of the keyboard from asking for terabytes. */
const maximumSide = 16_384;

export interface DecodeOptions {
  /** Images of more pixels (width × height, as the header says) are refused. Default 100,000,000. */
  pixelLimit?: number | undefined;
  /** What error messages call the image; by default its path, or 'image'. */
  name?: string;
  /** Stops reading a stream. */
  signal?: AbortSignal | undefined;
  /** The image's lung mask, its path or bytes: needed where the format takes the lungs alone. */
  mask?: string | Uint8Array | undefined;
  /** What error messages call the mask; by default its path, or 'mask' for bytes. */
  maskName?: string | undefined;
}

export interface MaskedImage {
  /** uint8 [C, H, W]. */
  pixels: Buffer;
  /** [H, W], 1 for lung and 0 for what was made black; null where the format blacks nothing out. */
  mask: Uint8Array | null;
}

/**
 * Decodes an image, whatever it is given as, to uint8 [C, H, W] (planar, C·H·W bytes). Pixels give what a file that
 * keeps them as they are would give.
 *
 * - The pixel values are those in the file: embedded color profiles are ignored, as PIL and OpenCV do.
 * - One channel from a color image is Rec. 601 luma in PIL's integer arithmetic, so three equal channels give
 *   exactly their value; three channels from a gray image are that image three times.
 * - Of DICOM files the picture is as their rescaling, window and photometric interpretation mean it, see `decodeDicom`.
 * - 16-bit samples are scaled (65535 → 255), transparency is laid on black, EXIF orientation is applied, CMYK is
 *   converted, and of an animation or multi-page file the first page counts.
 * - Resizing is Lanczos 3 after the codec's own reduction by a power of two (JPEG and WebP shrink on load, 1.6
 *   times as fast); an image that has the size already is not resampled.
 * - Repairs work on the image before it is resized, decoded whole and halved while it has more than 2,000,000 pixels;
 *   padding stays black. What they do is read off the luminance and done to each channel.
 * - Where the format takes the lungs alone, `crop` cuts the image to them first, and `blackout` makes what lies
 *   outside of the mask 0 in the end; see `readLungs`.
 *
 * @throws RoentgenError ERR_INVALID_ARGUMENT; ERR_NOT_FOUND for a file or mask that is not there; ERR_UNREADABLE_IMAGE
 * for what is unreadable, damaged, truncated or no image; ERR_IMAGE_TOO_LARGE; ERR_INVALID_FILE for a mask without lungs
 * or of another shape than its image; ABORT_ERR
 */
export async function decodeImage(
  image: ImageInput,
  format: ImageFormat,
  options: DecodeOptions = {},
): Promise<Buffer> {
  return (await decodeMasked(image, format, options)).pixels;
}

/** As `decodeImage`, with the mask of what is not blacked out, which augmentation moves as it moves the image. */
export async function decodeMasked(
  image: ImageInput,
  format: ImageFormat,
  options: DecodeOptions = {},
): Promise<MaskedImage> {
  const { channels, height, width, fit, lungs } = checkFormat(format);
  const pixelLimit = checkPixelLimit(options.pixelLimit);
  const name = options.name ?? (typeof image === 'string' ? image : 'image');
  const loaded = await loadImage(image, name, options.signal);
  const section = lungs && (await readLungs({ loaded, name }, format, { ...options, pixelLimit }));
  // sharp's constructor throws for an empty buffer; within the promise both ways of failing are one.
  const rgb = await Promise.resolve()
    .then(async () => {
      const opened = await openImage(loaded, pixelLimit);
      const cut = section?.rectangle ? opened.extract(section.rectangle) : opened;
      const whole = format.repairs?.length ? await repairImage(cut, format) : cut;
      return whole
        .resize({ width, height, fit, background: 'black' })
        .toColourspace('srgb')
        .raw({ depth: 'uchar' })
        .toBuffer();
    })
    .catch((cause: unknown) => {
      throw decodeError(name, cause, pixelLimit);
    });
  const pixels = channels === 1 ? luma(rgb) : planar(rgb);
  if (section === undefined || lungs === 'crop') return { pixels, mask: null };
  blacken(pixels, section.mask);
  return { pixels, mask: section.mask };
}

/** @throws RoentgenError ERR_INVALID_ARGUMENT that names the field */
export function checkFormat(format: ImageFormat): ImageFormat {
  const { channels, height, width, fit, lungs } = format;
  if (![1, 3].includes(channels)) throw invalidArgument('channels', '1 or 3', channels);
  for (const [name, side] of Object.entries({ height, width })) {
    if (!Number.isInteger(side) || side < 1 || side > maximumSide) {
      throw invalidArgument(name, `an integer between 1 and ${maximumSide}`, side);
    }
  }
  if (!fits.includes(fit)) throw invalidArgument('fit', `one of ${fits.join(', ')}`, fit);
  checkRepairs(format.repairs ?? []);
  if (lungs !== undefined && !lungSections.includes(lungs)) {
    throw invalidArgument('lungs', `one of ${lungSections.join(', ')}`, lungs);
  }
  if (lungs === 'blackout' && format.repairs?.some(({ kind }) => kind === 'cropBorder')) {
    throw invalidArgument('lungs', 'crop with the repair cropBorder, which moves no mask', lungs);
  }
  return format;
}

/** [H, W, 3] → [3, H, W]. */
function planar(rgb: Buffer): Buffer {
  const plane = rgb.length / 3;
  const planes = Buffer.allocUnsafe(rgb.length);
  for (let pixel = 0, at = 0; pixel < plane; pixel += 1, at += 3) {
    planes[pixel] = rgb[at] ?? 0;
    planes[plane + pixel] = rgb[at + 1] ?? 0;
    planes[2 * plane + pixel] = rgb[at + 2] ?? 0;
  }
  return planes;
}
