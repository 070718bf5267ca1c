/** Whether there are masks where lungs are wanted, and none where they are not. */
import { RoentgenError, invalidArgument } from '../../native/index.js';
import type { ImageFormat } from '../types.js';

/**
 * That some image has a mask, where the format takes the lungs alone; images without one are problems of their own.
 * @param where the images are, for the message
 * @throws RoentgenError ERR_INVALID_ARGUMENT
 */
export function requireMasks(
  images: readonly { mask?: unknown }[],
  { lungs }: ImageFormat,
  where: string,
): void {
  if (lungs === undefined || images.some(({ mask }) => mask !== undefined)) return;
  throw new RoentgenError(
    'ERR_INVALID_ARGUMENT',
    `Only the lungs are to be seen (${lungs}), but for ${where} there are no lung masks: name their folder (masks, ` +
      "--masks), or list them in a manifest's column mask.",
  );
}

/**
 * That no folder of masks is named where it would change nothing.
 * @throws RoentgenError ERR_INVALID_ARGUMENT
 */
export function refuseMasks(folder: string | undefined, { lungs }: ImageFormat): void {
  if (folder === undefined || lungs !== undefined) return;
  throw invalidArgument('masks', 'nothing, since the images are taken whole,', folder);
}
