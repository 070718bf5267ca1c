/** Lung masks of the images under examination. */
import {
  readMask,
  toProblem,
  type ImageFormat,
  type Problem,
  type Sample,
} from '../../data/index.js';
import { throwIfAborted } from '../../native/index.js';

export interface ExamMasks {
  /** By the image's name [H, W] 1 in the lungs; none where a mask is missing or cannot be used. */
  regions: ReadonlyMap<string, Uint8Array>;
  problems: Problem[];
}

/**
 * The masks of these images, as large as the network sees the images.
 * @throws RoentgenError ABORT_ERR
 */
export async function readMasks(
  samples: readonly Sample[],
  format: ImageFormat,
  signal: AbortSignal | undefined,
): Promise<ExamMasks> {
  const regions = new Map<string, Uint8Array>();
  const problems: Problem[] = [];
  for (const { path, name, mask } of samples) {
    throwIfAborted(signal);
    try {
      regions.set(name, await readMask(path, mask, format, { name }));
    } catch (error) {
      problems.push(toProblem(name, error));
    }
  }
  return { regions, problems };
}
