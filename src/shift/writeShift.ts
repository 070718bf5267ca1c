/** The files of a comparison: for machines, for people, and some of the images. */
import { join } from 'node:path';
import { writeFileAtomic } from '../native/index.js';
import { drawContactSheet } from './page/contactSheet.js';
import { shiftHtml } from './page/page.js';
import type { RepairReport } from './repairReport.js';
import type { Side } from './side.js';
import type { Study } from './study.js';
import type { ShiftReport } from './types.js';

/**
 * Writes `shift.json`, `shift.html` and `images.png`.
 * @param repaired the target's images after the repair; null where nothing was repaired
 * @throws RoentgenError ERR_NO_SPACE, ERR_IO
 */
export async function writeShift(
  folder: string,
  report: ShiftReport & Partial<RepairReport>,
  { source, target, columns }: Study,
  repaired: Side | null,
): Promise<void> {
  const sheet = await drawContactSheet(source, target, repaired, target.format);
  await writeFileAtomic(join(folder, 'images.png'), sheet);
  await writeFileAtomic(join(folder, 'shift.html'), await shiftHtml(report, { columns }, sheet));
  await writeFileAtomic(join(folder, 'shift.json'), `${JSON.stringify(report, null, 2)}\n`);
}
