/** A file as the browser shows it, with a thumbnail that does not hold the whole image in memory. */
import type { Preview } from './session/state.js';

/** Longer side of a thumbnail, in pixels: twice what it takes on the page. */
const thumbnailSide = 128;

/** `none` for what the browser cannot show, as DICOM and TIFF. */
export async function previewOf(file: File): Promise<Preview | 'none'> {
  const url = URL.createObjectURL(file);
  try {
    const image = new Image();
    image.src = url;
    await image.decode();
    const { naturalWidth: width, naturalHeight: height } = image;
    return { url, width, height, thumbnail: await thumbnailOf(image) };
  } catch {
    URL.revokeObjectURL(url);
    return 'none';
  }
}

async function thumbnailOf(image: HTMLImageElement): Promise<string> {
  const { naturalWidth, naturalHeight } = image;
  const scale = Math.min(1, thumbnailSide / Math.max(naturalWidth, naturalHeight));
  const canvas = document.createElement('canvas');
  canvas.width = Math.max(1, Math.round(naturalWidth * scale));
  canvas.height = Math.max(1, Math.round(naturalHeight * scale));
  canvas.getContext('2d')?.drawImage(image, 0, 0, canvas.width, canvas.height);
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve));
  if (blob === null) throw new Error('the canvas could not be read');
  return URL.createObjectURL(blob);
}

export function forget(preview: Preview | 'none' | null): void {
  if (preview === null || preview === 'none') return;
  URL.revokeObjectURL(preview.url);
  URL.revokeObjectURL(preview.thumbnail);
}
