/** Every look at test images, entered in the ledger of the run that the model is from. */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { hashFile } from '../checksums/index.js';
import type { Split } from '../data/index.js';
import { enterLedger, readLedger, testReads, type LedgerEntry } from '../evaluation/index.js';

/** What tells a run directory from another folder. */
const runFile = 'config.yaml';
/** Where a run keeps models beside its best one. */
const modelFolders = ['.', '..'];

/** The run directory that a model file lies in, or null for a file that was taken elsewhere. */
export function runOf(modelFile: string): string | null {
  const folders = modelFolders.map((folder) => join(dirname(modelFile), folder));
  return folders.find((folder) => existsSync(join(folder, runFile))) ?? null;
}

/**
 * Enters a look, unless it is at images that a run may look at as often as it likes: `train` and `val`.
 * @returns how often these data have been looked at by now; null where no ledger is kept
 * @throws RoentgenError as `enterLedger` and `readLedger`
 */
export async function enterLook(
  modelFile: string,
  look: Pick<LedgerEntry, 'data' | 'dataHash' | 'images' | 'why'> & { split: Split | 'all' },
): Promise<number | null> {
  const run = runOf(modelFile);
  if (run === null || look.split === 'train' || look.split === 'val') return null;
  const modelHash = await hashFile(modelFile);
  await enterLedger(run, { when: new Date().toISOString(), ...look, modelHash });
  return testReads(await readLedger(run), look.dataHash);
}
