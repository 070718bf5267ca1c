/** Where a run directory keeps the evaluations of its model. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

const prefix = 'evaluation-';
const { compare } = new Intl.Collator('en', { numeric: true });

/** The folder of an evaluation of a split, before a number is added to a name that is taken. */
export function evaluationFolder(runDirectory: string, split: string): string {
  return join(runDirectory, `${prefix}${split}`);
}

/** Names of the folders there are, those of one split in the order in which they were made. */
export async function listEvaluations(runDirectory: string): Promise<string[]> {
  const entries = await readdir(runDirectory, { withFileTypes: true });
  return entries
    .filter((entry) => entry.isDirectory() && entry.name.startsWith(prefix))
    .map(({ name }) => name)
    .sort(compare);
}
