/** What a run's model said of labeled images, read back from the run directory with every figure it comes to. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import {
  evaluateClassification,
  metricIntervals,
  readPredictions,
  type DecisionEvaluation,
} from '../evaluation/index.js';
import { galleryIndex, listEvaluations } from '../inference/index.js';
import { readJsonFile, RoentgenError } from '../native/index.js';
import type { EvaluatedSplit, GalleryImage } from '../report/index.js';
import type { RunSummary } from '../training/index.js';

/** What of an evaluation its predictions do not say. */
const originSchema = z.object({
  split: z.string(),
  /** Evaluations of early versions did not say. */
  data: z.string().optional(),
  dataHash: z.string(),
  decision: z.custom<DecisionEvaluation | null>((value) => typeof value === 'object').default(null),
});
type Origin = z.infer<typeof originSchema>;
/** The run's own metrics speak of its validation images. */
const ownSchema = originSchema.pick({ decision: true });

const gallerySchema = z.array(
  z.object({
    filename: z.string(),
    thumbnail: z.string(),
    prediction: z.string(),
    truth: z.string(),
    probability: z.number(),
  }),
);

/**
 * Test first, then sets from elsewhere, the images that the epoch was chosen on last; of several evaluations of the
 * same images the newest. Metrics are computed anew from the predictions, so that they cannot disagree with them.
 * @throws RoentgenError ERR_INVALID_FILE, ERR_IO
 */
export async function readEvaluations(
  runDirectory: string,
  run: RunSummary,
): Promise<EvaluatedSplit[]> {
  const origins = new Map<string, { folder: string; origin: Origin }>();
  for (const name of await listEvaluations(runDirectory)) {
    const folder = join(runDirectory, name);
    const origin = await readOwn(join(folder, 'metrics.json'), originSchema);
    origins.set(`${origin.split} ${origin.dataHash}`, { folder, origin });
  }
  const evaluations = [...origins.values()].map(({ folder, origin }) =>
    readEvaluation(folder, nameOf(origin, run), origin),
  );
  if (run.images.validation > 0) {
    const own = await readOwn(join(runDirectory, 'metrics.json'), ownSchema);
    const origin = { ...own, data: run.data, dataHash: run.dataHash };
    evaluations.push(readEvaluation(runDirectory, 'validation', origin));
  }
  return (await Promise.all(evaluations)).toSorted((a, b) => rankOf(a, run) - rankOf(b, run));
}

function nameOf({ split, data, dataHash }: Origin, run: RunSummary): string {
  if (dataHash === run.dataHash) return split;
  const set = data ?? 'other data';
  return split === 'all' ? set : `${set}, ${split}`;
}

function rankOf({ name, dataHash }: EvaluatedSplit, run: RunSummary): number {
  if (name === 'validation') return 2;
  return dataHash === run.dataHash ? 0 : 1;
}

async function readEvaluation(
  folder: string,
  name: string,
  { data, dataHash, decision }: Omit<Origin, 'split'>,
): Promise<EvaluatedSplit> {
  const path = join(folder, 'predictions.csv');
  const { classes, filenames, probabilities, targets, patientIds } = await readPredictions(path);
  if (targets === undefined) {
    throw new RoentgenError('ERR_INVALID_FILE', `${path} holds no true classes. Evaluate again.`);
  }
  const groups = patientIds ?? filenames;
  const labeled = { probabilities, labels: targets, classes, groups };
  return {
    ...{ name, data: data ?? '', dataHash },
    metrics: evaluateClassification(labeled),
    intervals: metricIntervals(labeled),
    decision,
    predictions: {
      filenames,
      groups,
      labels: Array.from(targets),
      probabilities: Array.from(probabilities),
    },
    gallery: await readGallery(join(folder, 'gallery')),
  };
}

/** With the pictures themselves; none where there is no gallery. */
async function readGallery(folder: string): Promise<GalleryImage[]> {
  const names = await readdir(folder).catch((): string[] => []);
  if (!names.includes(galleryIndex)) return [];
  const entries = await readOwn(join(folder, galleryIndex), gallerySchema);
  return Promise.all(
    entries.map(async ({ thumbnail, ...entry }) => {
      const jpeg = await read(join(folder, thumbnail));
      return { ...entry, thumbnail: `data:image/jpeg;base64,${jpeg.toString('base64')}` };
    }),
  );
}

/** A file that must be there. */
async function readOwn<T>(path: string, schema: z.ZodType<T>): Promise<T> {
  const content = await readJsonFile(path, schema, 'Evaluate again.');
  if (content !== null) return content;
  throw new RoentgenError('ERR_NOT_FOUND', `${path} is missing. Evaluate again.`);
}

async function read(path: string): Promise<Buffer> {
  return readFile(path).catch((cause: unknown) => {
    throw new RoentgenError('ERR_IO', `${path} cannot be read: ${String(cause)}`, { cause });
  });
}
