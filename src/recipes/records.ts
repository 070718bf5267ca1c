/** What is remembered of each step, so that a reproduction that was interrupted goes on where it stood. */
import { existsSync } from 'node:fs';
import { mkdir, readdir, stat } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { z } from 'zod';
import { hashFile } from '../checksums/index.js';
import { mapConcurrently, sha256 } from '../data/index.js';
import { packageVersion, readJsonFile, RoentgenError, writeFileAtomic } from '../native/index.js';
import type { PlannedStep } from './plan.js';

const filesAtOnce = 16;

const recordSchema = z.object({
  /** Hash of the command and of all that it reads. */
  key: z.string(),
  /** As a shell would take it. */
  command: z.string(),
  state: z.enum(['started', 'finished', 'failed']),
  startedAt: z.string(),
  /** Of all attempts together. */
  seconds: z.number(),
});
export type StepRecord = z.output<typeof recordSchema>;

/** @throws RoentgenError ERR_INVALID_FILE, ERR_IO */
export async function readRecord(folder: string, name: string): Promise<StepRecord | null> {
  return readJsonFile(recordFile(folder, name), recordSchema, 'Delete it to run the step again.');
}

/** @throws RoentgenError ERR_NO_SPACE, ERR_IO */
export async function writeRecord(folder: string, name: string, record: StepRecord): Promise<void> {
  await mkdir(join(folder, 'records'), { recursive: true });
  await writeFileAtomic(recordFile(folder, name), `${JSON.stringify(record, null, 2)}\n`);
}

function recordFile(folder: string, name: string): string {
  return join(folder, 'records', `${name}.json`);
}

/** Whether the step ended well with this key, and all that it promises is still there. */
export function isDone(step: PlannedStep, key: string, record: StepRecord | null): boolean {
  const same = record?.state === 'finished' && record.key === key;
  return same && existsSync(step.directory) && missingPromises(step).length === 0;
}

/** Files that the step should have left and has not. */
export function missingPromises({ promises }: PlannedStep): string[] {
  return promises.filter((file) => !existsSync(file));
}

/**
 * Equal for the same command on the same data after the same steps.
 * @param before keys of the steps that it depends on
 */
export function stepKey(
  { command, prints, visits }: PlannedStep,
  data: readonly string[],
  before: readonly string[],
): string {
  return sha256(JSON.stringify([packageVersion, command, prints, visits, data, before]));
}

/**
 * Of the names and contents of all files below a path, so that a copy of the data counts as the same.
 * @throws RoentgenError ERR_NOT_FOUND, ERR_IO
 */
export async function fingerprintPath(path: string): Promise<string> {
  const info = await stat(path).catch((cause: unknown) => {
    throw new RoentgenError(
      'ERR_NOT_FOUND',
      `${path} does not exist or cannot be reached. Check the path and its permissions.`,
      { cause },
    );
  });
  if (!info.isDirectory()) return hashFile(path);
  const entries = await readdir(path, { withFileTypes: true, recursive: true });
  const files = entries.filter((entry) => entry.isFile()).map((e) => join(e.parentPath, e.name));
  const lines = await mapConcurrently(
    files.sort(),
    filesAtOnce,
    async (file) => `${await hashFile(file)} ${relative(path, file)}`,
  );
  return sha256(lines.join('\n'));
}
