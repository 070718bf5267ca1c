/** A run's ledger: every look at images that a model must not be chosen by, one JSON object a line. */
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { readTextFile, RoentgenError, writeError } from '../native/index.js';

export const ledgerFile = 'ledger.jsonl';

const entrySchema = z.object({
  /** ISO 8601, UTC. */
  when: z.iso.datetime(),
  /** `test`; or `all`, for all images of a source. */
  split: z.string(),
  /** As the user named it. */
  data: z.string(),
  dataHash: z.string(),
  images: z.int().positive(),
  /** SHA-256 of the model file. */
  modelHash: z.string(),
  /** What the figures are for, in the user's words. */
  why: z.string(),
});

/** One look at images that a model must not be chosen by. */
export type LedgerEntry = z.infer<typeof entrySchema>;

/**
 * Adds a line to the run's ledger, which is made where there is none. Whoever reads figures off test images calls
 * this first: a figure that the ledger does not know must not exist.
 * @throws RoentgenError ERR_NO_SPACE, ERR_IO
 */
export async function enterLedger(runDirectory: string, entry: LedgerEntry): Promise<void> {
  const path = join(runDirectory, ledgerFile);
  try {
    await using file = await open(path, 'a+');
    const text = await file.readFile('utf8');
    // A line that a power cut left unfinished stays a line of its own.
    const start = text === '' || text.endsWith('\n') ? '' : '\n';
    await file.appendFile(`${start}${JSON.stringify(entry)}\n`);
    await file.sync();
  } catch (cause) {
    throw writeError(path, cause);
  }
}

/**
 * The entries, oldest first; none where there is no ledger.
 * @throws RoentgenError ERR_INVALID_FILE naming the line that is no entry, ERR_IO
 */
export async function readLedger(runDirectory: string): Promise<LedgerEntry[]> {
  const path = join(runDirectory, ledgerFile);
  const text = (await readTextFile(path)) ?? '';
  return text.split('\n').flatMap((line, index) => {
    if (line === '') return [];
    const entry = entrySchema.safeParse(parseJson(line));
    if (entry.success) return [entry.data];
    throw new RoentgenError(
      'ERR_INVALID_FILE',
      `${path}, line ${index + 1}, is no entry of a ledger: ${z.prettifyError(entry.error)}. ` +
        'Mend the line; taking it out would hide a look at the test images.',
    );
  });
}

/** How often images of these data were looked at for figures. */
export function testReads(ledger: readonly LedgerEntry[], dataHash: string): number {
  return ledger.filter((entry) => entry.dataHash === dataHash).length;
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
