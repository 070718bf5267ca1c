/** Whether the stored model, run over the images again, says what the stored predictions say. */
import { join } from 'node:path';
import type { Checksums, ListedImage } from '../checksums/index.js';
import { largestInRows, readPredictions, type PredictionsFile } from '../evaluation/index.js';
import type { Model } from '../inference/index.js';
import { RoentgenError, type Outputs } from '../native/index.js';
import type { PresentImages } from './present.js';
import { toleranceOf } from './tolerance.js';
import { toCheck, type VerificationCheck, type VerificationFinding } from './types.js';

type Check = Omit<VerificationCheck, 'folder'>;

/** What the model says of the listed images that are still there. */
export interface Again {
  images: readonly ListedImage[];
  /** Row-major [N, classes]; empty for a reconstruction. */
  probabilities: Float64Array;
  outputs: Outputs;
}

/**
 * In batches and precision as they were, on the CPU; null where no image is left.
 * @throws RoentgenError as `Model.outputs`
 */
export async function inferAgain(
  model: Model,
  listed: readonly ListedImage[],
  present: PresentImages,
  { batchSize, precision, tta }: Checksums['inference'],
  signal: AbortSignal | undefined,
): Promise<Again | null> {
  const images = listed.filter(({ name }) => present.positions.has(name));
  if (images.length === 0) return null;
  const indices = Int32Array.from(images, ({ name }) => present.positions.get(name) ?? -1);
  const labels = Int32Array.from(images, ({ className }) => model.classes.indexOf(className));
  const hasLoss = model.task === 'classification' && !labels.includes(-1);
  const outputs = await model.outputs(
    present.packed.dataset,
    { indices, labels: hasLoss ? labels : new Int32Array(), batchSize, precision, tta },
    { signal },
  );
  const isClassifier = model.task === 'classification';
  return {
    ...{ images, outputs },
    probabilities: isClassifier ? model.probabilities(outputs) : new Float64Array(),
  };
}

/** The file, or why it cannot be what was written. */
export async function readStored(folder: string): Promise<PredictionsFile | string> {
  try {
    return await readPredictions(join(folder, 'predictions.csv'));
  } catch (error) {
    if (error instanceof RoentgenError) return error.message;
    throw error;
  }
}

/** @param changed names of images that are not as they were */
export function checkPredictions(
  listed: readonly ListedImage[],
  stored: PredictionsFile | string,
  again: Again | null,
  {
    classes,
    inference,
    changed,
  }: {
    classes: readonly string[];
    inference: Checksums['inference'];
    changed: ReadonlySet<string>;
  },
): Check {
  if (typeof stored === 'string') {
    const finding = { subject: 'predictions.csv', message: stored };
    return toCheck('predictions', [finding], 'predictions.csv cannot be read');
  }
  const findings = compareRows(listed, stored);
  if (stored.classes.join() !== classes.join()) {
    const message = `speaks of ${stored.classes.join(', ')}, the model of ${classes.join(', ')}`;
    findings.push({ subject: 'predictions.csv', message });
    return toCheck('predictions', findings, 'predictions.csv is of another model');
  }
  const { probability: tolerance } = toleranceOf(inference);
  const { largest, different } = compareValues(stored, again, { classes, tolerance, changed });
  findings.push(...different);
  const count = again?.images.length ?? 0;
  if (count < listed.length) {
    const message = `${listed.length - count} of ${listed.length} could not be predicted again: they are not there`;
    findings.push({ subject: 'images', message });
  }
  const how = `${count} images predicted again in ${inference.precision} on the CPU`;
  const from = inference.device === 'cuda' ? ', once on a CUDA device' : '';
  const off = `off by ${largest === 0 ? 'nothing' : `at most ${largest.toExponential(1)}`}`;
  return toCheck('predictions', findings, `${how}${from}: ${off}; the same up to ${tolerance}`);
}

/** File names, true classes and patients are those of images.csv. */
function compareRows(
  listed: readonly ListedImage[],
  { filenames, targets, patientIds, classes }: PredictionsFile,
): VerificationFinding[] {
  const images = new Map(listed.map((image) => [image.name, image]));
  const rows = new Set(filenames);
  const absent = listed.filter(({ name }) => !rows.has(name));
  const seen = new Set<string>();
  return [
    ...absent.map(({ name }) => ({ subject: name, message: 'has no row in predictions.csv' })),
    ...filenames.flatMap((name, at): VerificationFinding[] => {
      const image = images.get(name);
      const twice = seen.has(name);
      seen.add(name);
      if (image === undefined || twice) {
        const why = twice ? 'more than once' : 'but not with that use in images.csv';
        return [{ subject: name, message: `is in predictions.csv, ${why}` }];
      }
      const pairs = [
        ['class', image.className, classes[targets?.[at] ?? -1] ?? ''],
        ['patient', image.group, patientIds?.[at] ?? ''],
      ] as const;
      return pairs
        .filter(([, kept, said]) => kept !== said)
        .map(([what, kept, said]) => ({
          subject: name,
          message: `${what} ${said || 'none'} in predictions.csv, ${kept || 'none'} in images.csv`,
        }));
    }),
  ];
}

function compareValues(
  stored: PredictionsFile,
  again: Again | null,
  {
    classes,
    tolerance,
    changed,
  }: { classes: readonly string[]; tolerance: number; changed: ReadonlySet<string> },
): { largest: number; different: VerificationFinding[] } {
  const width = classes.length;
  const rows = new Map(stored.filenames.map((name, at) => [name, at]));
  let largest = 0;
  const different: VerificationFinding[] = [];
  for (const [place, { name }] of (again?.images ?? []).entries()) {
    const row = rows.get(name);
    if (row === undefined) continue;
    const pairs = classes.map((className, at) => {
      const was = stored.probabilities[row * width + at] ?? NaN;
      const is = again?.probabilities[place * width + at] ?? NaN;
      return { className, was, is, distance: Math.abs(was - is) };
    });
    const [worst] = pairs.toSorted((a, b) => b.distance - a.distance);
    if (worst === undefined) continue;
    largest = Math.max(largest, worst.distance);
    // A number that is none is never near.
    if (worst.distance <= tolerance) continue;
    const { className, was, is } = worst;
    const why = changed.has(name) ? '; the image has changed' : '';
    const message = `prob_${className} ${was.toPrecision(6)} in predictions.csv, ${is.toPrecision(6)} by the model${why}`;
    different.push({ subject: name, message });
  }
  return { largest, different };
}

/** Images whose most probable class is another, though their probabilities are the same. */
export function countFlips(stored: PredictionsFile, again: Again): number {
  const width = stored.classes.length;
  const [was, is] = [stored.probabilities, again.probabilities].map((values) =>
    largestInRows(values, width),
  );
  const rows = new Map(stored.filenames.map((name, at) => [name, at]));
  return again.images.filter(({ name }, at) => was?.[rows.get(name) ?? -1] !== is?.[at]).length;
}
