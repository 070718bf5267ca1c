/** What `matchHistogram` takes images to: the brightness of those that a model learned from. */
import { setImmediate } from 'node:timers/promises';
import { invalidArgument, throwIfAborted, type Dataset } from '../../native/index.js';
import { interleave, luma } from '../pixels.js';
import type { ImageFormat } from '../types.js';
import { histogramOf } from './picture.js';

/** More images than these change no quantile by a level. */
const mostImages = 1024;
/** Images measured between two turns of the event loop: some milliseconds. */
const stride = 8;

/** How finely the brightness of reference images is described. */
export interface ReferenceOptions {
  /** Quantiles, evenly from 0 to 1; 2 … 1,025. Default 129. */
  count?: number | undefined;
  signal?: AbortSignal | undefined;
}

/**
 * Quantiles of the luminance, 0 … 255, averaged over images: of all positions, or of 1,024 evenly spaced ones.
 * Averages of quantiles, not quantiles of all pixels: these would be those of one image with every image's contrast.
 * @param positions in the dataset, at least one
 * @throws RoentgenError ERR_INVALID_ARGUMENT, ABORT_ERR
 */
export async function referenceQuantiles(
  dataset: Dataset,
  format: Pick<ImageFormat, 'channels' | 'height' | 'width'>,
  positions: ArrayLike<number>,
  { count = 129, signal }: ReferenceOptions = {},
): Promise<number[]> {
  if (!Number.isInteger(count) || count < 2 || count > 1025) {
    throw invalidArgument('count', 'an integer between 2 and 1025', count);
  }
  if (positions.length === 0) throw invalidArgument('positions', 'at least one', 'none');
  const images = Math.min(positions.length, mostImages);
  const totals = Array<number>(count).fill(0);
  for (let image = 0; image < images; image += 1) {
    if (image % stride === 0) {
      await setImmediate();
      throwIfAborted(signal);
    }
    const position = positions[Math.floor((image * positions.length) / images)] ?? 0;
    const planes = dataset.read(position);
    const brightness = format.channels === 1 ? planes : luma(interleave(planes, format));
    quantilesOf(brightness, count).forEach((level, at) => {
      totals[at] = (totals[at] ?? 0) + level;
    });
  }
  return totals.map((total) => total / images);
}

/** Between the levels that pixels have, the share of pixels up to them is taken to rise evenly, as scikit-image does. */
function quantilesOf(brightness: Uint8Array, count: number): number[] {
  const steps: { level: number; share: number }[] = [];
  let passed = 0;
  histogramOf(brightness).forEach((pixels, level) => {
    passed += pixels;
    if (pixels > 0) steps.push({ level, share: passed / brightness.length });
  });
  let above = 0;
  return Array.from({ length: count }, (_, at) => {
    const share = at / (count - 1);
    while (above < steps.length - 1 && (steps[above]?.share ?? 1) < share) above += 1;
    const end = steps[above] ?? { level: 0, share: 1 };
    const start = steps[above - 1] ?? end;
    const way = start === end ? 1 : (share - start.share) / (end.share - start.share);
    return start.level + (end.level - start.level) * way;
  });
}
