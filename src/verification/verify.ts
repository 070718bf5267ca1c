/** Re-infers from a run's stored model, and says what of the run is no longer as it was. */
import { join } from 'node:path';
import { z } from 'zod';
import {
  checksumsFile,
  hashFile,
  readChecksums,
  readImages,
  type Checksums,
  type ListedImage,
} from '../checksums/index.js';
import { listEvaluations, loadModel, type EvaluateHooks, type Model } from '../inference/index.js';
import {
  packageVersion,
  readJsonFile,
  RoentgenError,
  systemInfo,
  throwIfAborted,
} from '../native/index.js';
import { readRun, type RunSummary } from '../training/index.js';
import { splits } from '../data/index.js';
import { checkFigures } from './figures.js';
import { checkFiles, checkWeights } from './files.js';
import { checkImages } from './images.js';
import { checkPredictions, inferAgain, readStored } from './predictions.js';
import { openPresent, type PresentImages, type Reading } from './present.js';
import { checkSplits } from './splits.js';
import { toCheck, unchecked, type Verification, type VerificationCheck } from './types.js';

/** Which run is verified, and where its images are. */
export interface VerifyOptions {
  /** Directory of a run that is complete. Nothing is written to it. */
  run: string;
  /** Where the images of the run are now; default where they were. */
  data?: string | undefined;
  /** Folder of lung masks, for a run that sees the lungs alone; default where they were. */
  masks?: string | undefined;
  cacheDir?: string | undefined;
  workers?: number | undefined;
}

type Check = Omit<VerificationCheck, 'folder'>;

/**
 * Compares a run with what it wrote of itself in `checksums.json` and `images.csv` when it ended: files, weights, every
 * image, the division into splits. Predicts the validation images again, in the precision and batches of the run, and
 * computes the figures of `metrics.json` from the stored and from the new predictions. Every `evaluation-*` in the run is
 * verified likewise. Probabilities may differ by 1e-5 in fp32 and by 0.02 in bf16, or where a CUDA device made them.
 *
 * Checksums find accidents and edits, not forgers, who write new ones: note the fingerprint elsewhere.
 * @throws RoentgenError ERR_NOT_FOUND where the folder is no run, keeps no checksums, or the images are not there;
 * ERR_INVALID_CONFIG or ERR_INVALID_FILE naming a file that cannot be read at all; as `openData`; ABORT_ERR
 */
export async function verify(
  options: VerifyOptions,
  hooks: EvaluateHooks = {},
): Promise<Verification> {
  const begun = performance.now();
  const run = await readRun(options.run);
  const checksums = await requireChecksums(run);
  const place = options.data ?? run.data;
  const reading = readingOf(options, hooks);
  const weights = await checkWeights(run.path, checksums);
  using model = await openModel(run.path);
  const checks: VerificationCheck[] = [];
  if (model === null) {
    checks.push(...inFolder('', [await checkFiles(run.path, checksums), weights]));
  } else {
    const { labelsFrom, groupBy } = run.settings;
    const masks = options.masks ?? run.settings.masks;
    using present = await openPresent(place, model.format, {
      ...reading,
      ...{ labelsFrom, groupBy, masks },
    });
    const own = await verifyOwn(run, checksums, { model, present, weights, signal: hooks.signal });
    checks.push(...inFolder('', own));
    for (const folder of await listEvaluations(run.path)) {
      throwIfAborted(hooks.signal);
      const found = await verifyEvaluation(join(run.path, folder), run, {
        ...{ model, present, reading, signal: hooks.signal },
      });
      checks.push(...inFolder(folder, found));
    }
  }
  const { torchVersion } = systemInfo();
  return {
    run: run.path,
    data: place,
    verdict: verdictOf(checks),
    checks,
    fingerprint: await hashFile(join(run.path, checksumsFile)),
    writtenBy: run.versions,
    verifiedBy: { roentgen: packageVersion, torch: torchVersion, node: process.version },
    seconds: (performance.now() - begun) / 1000,
  };
}

function verdictOf(checks: readonly VerificationCheck[]): Verification['verdict'] {
  if (checks.some(({ status }) => status === 'differs')) return 'differs';
  return checks.some(({ status }) => status === 'unchecked') ? 'incomplete' : 'reproduced';
}

function inFolder(folder: string, checks: readonly Check[]): VerificationCheck[] {
  return checks.map(({ name, ...check }) => ({ name, folder, ...check }));
}

async function requireChecksums({ path, state }: RunSummary): Promise<Checksums> {
  const checksums = await readChecksums(path);
  if (checksums !== null) return checksums;
  const why =
    state === 'complete'
      ? `${path} has no ${checksumsFile}: an early version wrote the run, or the file was lost. ` +
        'Judging the run once more writes it'
      : `${path} is not complete, so that there is nothing to verify yet. Complete it`;
  throw new RoentgenError('ERR_NOT_FOUND', `${why} (roentgen train --resume ${path}).`);
}

function readingOf(
  { cacheDir, workers }: VerifyOptions,
  { onEvent, signal }: EvaluateHooks,
): Reading {
  return {
    ...{ cacheDir, workers, signal },
    onProgress: (progress) => onEvent?.({ kind: 'packing', ...progress }),
  };
}

/** Null for a file that is no model any more: the check of the weights says so. */
async function openModel(run: string): Promise<Model | null> {
  try {
    return await loadModel(run);
  } catch (error) {
    if (error instanceof RoentgenError) return null;
    throw error;
  }
}

interface At {
  model: Model;
  present: PresentImages;
  signal: AbortSignal | undefined;
}

async function verifyOwn(
  run: RunSummary,
  checksums: Checksums,
  { model, present, weights, signal }: At & { weights: Check },
): Promise<Check[]> {
  const files = await checkFiles(run.path, checksums);
  const listed = await readListed(run.path);
  if (typeof listed === 'string') return [files, weights, unlisted(listed)];
  const images = checkImages(listed, present, checksums.data, 'all');
  const validated = listed.filter(({ use }) => use === 'validation');
  const results = { folder: run.path, listed: validated, checksums, images };
  return [
    ...[files, weights, images],
    checkSplits(listed, run, present),
    ...(validated.length === 0 ? [] : await verifyResults(results, { model, present, signal })),
  ];
}

const evaluationSchema = z.object({
  split: z.enum([...splits, 'all']),
  data: z.string(),
  dataHash: z.string(),
  map: z.array(z.string()).optional(),
});

async function verifyEvaluation(
  folder: string,
  run: RunSummary,
  { reading, ...at }: At & { reading: Reading },
): Promise<Check[]> {
  const checksums = await readChecksums(folder);
  if (checksums === null) {
    return [unchecked('files', `no ${checksumsFile}: an early version wrote it; evaluate again`)];
  }
  const files = await checkFiles(folder, checksums);
  const weights = await checkWeights(folder, checksums, ['decision']);
  const unclear = weights.status === 'ok' ? [] : [weights];
  const listed = await readListed(folder);
  if (typeof listed === 'string') return [files, ...unclear, unlisted(listed)];
  const remedy = 'Evaluate again.';
  const evaluation = await readJsonFile(join(folder, 'metrics.json'), evaluationSchema, remedy);
  if (evaluation === null) return [files, ...unclear];
  const { split, data, map } = evaluation;
  const results = { folder, listed, checksums };
  if (checksums.data.dataHash === run.dataHash) {
    const images = checkImages(listed, at.present, checksums.data, split);
    return [files, ...unclear, ...(await verifyResults({ ...results, images }, at))];
  }
  try {
    const place = data === run.data ? at.present.place : data;
    const how = { ...reading, ...checksums.reading, map };
    using present = await openPresent(place, at.model.format, how);
    const images = checkImages(listed, present, checksums.data, split);
    const found = await verifyResults({ ...results, images }, { ...at, present });
    return [files, ...unclear, images, ...found];
  } catch (error) {
    if (!(error instanceof RoentgenError) || error.code !== 'ERR_NOT_FOUND') throw error;
    return [files, ...unclear, unchecked('images', `of ${data}: ${error.message}`)];
  }
}

async function verifyResults(
  {
    folder,
    listed,
    checksums: { inference },
    images,
  }: { folder: string; listed: readonly ListedImage[]; checksums: Checksums; images: Check },
  { model, present, signal }: At,
): Promise<Check[]> {
  const again = await inferAgain(model, listed, present, inference, signal);
  if (model.task === 'reconstruction') {
    return [await checkFigures(folder, null, again, inference)];
  }
  const stored = await readStored(folder);
  const changed = new Set(images.findings.map(({ subject }) => subject));
  const { classes } = model;
  return [
    checkPredictions(listed, stored, again, { classes, inference, changed }),
    await checkFigures(folder, stored, again, inference),
  ];
}

async function readListed(folder: string): Promise<ListedImage[] | string> {
  try {
    return await readImages(folder);
  } catch (error) {
    if (error instanceof RoentgenError) return error.message;
    throw error;
  }
}

function unlisted(message: string): Check {
  return toCheck('images', [{ subject: 'images.csv', message }], 'images.csv cannot be read');
}
