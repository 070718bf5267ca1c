/** checksums.json: the hashes of results and model, and how the predictions were made, written when a run or an evaluation ends. */
import { existsSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { z } from 'zod';
import { ttaChoices } from '../evaluation/index.js';
import { readJsonFile, writeFileAtomic } from '../native/index.js';
import { hashFile } from './hashFile.js';
import { imagesFile, writeImages, type ListedImage } from './images.js';
import { hashModel } from './model.js';

export const checksumsFile = 'checksums.json';

/** What nothing rewrites after a run or an evaluation has ended: reports are made anew, ledgers grow. */
const sealedFiles = [
  ...['config.yaml', 'audit.json', 'summary.csv', imagesFile],
  ...['metrics.json', 'predictions.csv', 'classification_report.txt', 'confusion_matrix.csv'],
] as const;

const digest = z.string().regex(/^[0-9a-f]{64}$/);

const checksumsSchema = z.object({
  version: z.literal(1),
  /** SHA-256 of each file in the folder that is not to change. */
  files: z.record(z.string(), digest),
  data: z.object({ dataHash: digest, maskHash: digest.optional(), images: z.int() }),
  model: z.object({
    /** Relative to the folder. */
    file: z.string(),
    tensors: z.record(z.string(), digest),
    architecture: digest,
    description: digest,
    decision: digest,
  }),
  /** How the predictions came about. */
  inference: z.object({
    precision: z.enum(['fp32', 'bf16']),
    device: z.enum(['cpu', 'cuda']),
    batchSize: z.int().positive(),
    tta: z.enum(ttaChoices).default('none'),
  }),
  /** How an evaluation read its data; a run's is in its settings. */
  reading: z.object({
    labelsFrom: z.string().optional(),
    groupBy: z.string().optional(),
    masks: z.string().optional(),
  }),
});

export type Checksums = z.infer<typeof checksumsSchema>;

export interface SealedResults extends Pick<Checksums, 'data' | 'inference' | 'reading'> {
  /** Path of the model that the results are of. */
  modelFile: string;
  images: readonly ListedImage[];
}

/**
 * Writes `images.csv` and `checksums.json` beside results that are complete. That is a few milliseconds for each
 * thousand images, whose hashes are known from packing, and one reading of the model file.
 * @throws RoentgenError as `hashModel`; ERR_NO_SPACE, ERR_IO
 */
export async function writeChecksums(
  folder: string,
  { modelFile, images, data, inference, reading }: SealedResults,
): Promise<void> {
  await writeImages(folder, images);
  const present = sealedFiles.filter((name) => existsSync(join(folder, name)));
  const files = await Promise.all(
    present.map(async (name) => [name, await hashFile(join(folder, name))] as const),
  );
  await write(folder, {
    version: 1,
    files: Object.fromEntries(files),
    data,
    model: { file: relative(folder, modelFile), ...(await hashModel(modelFile)) },
    inference,
    reading,
  });
}

/**
 * Null where the folder has none: an early version wrote it.
 * @throws RoentgenError ERR_INVALID_FILE, ERR_IO
 */
export async function readChecksums(folder: string): Promise<Checksums | null> {
  const remedy = 'Without it, what else changed cannot be told: bring it back.';
  return readJsonFile(join(folder, checksumsFile), checksumsSchema, remedy);
}

/**
 * Takes over the decision rule of a run's model that was fitted anew on purpose. Nothing is done for a model that is not
 * the one whose checksums stand beside it.
 * @throws RoentgenError as `readChecksums` and `hashModel`; ERR_NO_SPACE, ERR_IO
 */
export async function renewDecision(modelFile: string): Promise<void> {
  const folder = dirname(modelFile);
  const checksums = await readChecksums(folder);
  if (checksums === null || resolve(folder, checksums.model.file) !== resolve(modelFile)) return;
  const { decision } = await hashModel(modelFile);
  await write(folder, { ...checksums, model: { ...checksums.model, decision } });
}

async function write(folder: string, checksums: Checksums): Promise<void> {
  await writeFileAtomic(join(folder, checksumsFile), `${JSON.stringify(checksums, null, 2)}\n`);
}
