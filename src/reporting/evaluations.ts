/** What a run's model said of labeled images, read back from the run directory with every figure it comes to. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import {
  evaluateClassification,
  evaluateDecision,
  metricIntervals,
  readPredictions,
  type DecisionRule,
} from '../evaluation/index.js';
import { galleryIndex } from '../inference/index.js';
import { RoentgenError } from '../native/index.js';
import type { EvaluatedSplit, GalleryImage } from '../report/index.js';
import type { RunSummary } from '../training/index.js';

/** What of an evaluation its predictions do not say. */
const originSchema = z.object({ split: z.string(), data: z.string(), dataHash: z.string() });
type Origin = z.infer<typeof originSchema>;

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
 * same images the newest. Figures are computed anew from the predictions, so that they cannot disagree with them.
 * @throws RoentgenError ERR_INVALID_FILE, ERR_IO
 */
export async function readEvaluations(
  runDirectory: string,
  run: RunSummary,
  rule: DecisionRule | null,
): Promise<EvaluatedSplit[]> {
  const folders = (await readdir(runDirectory, { withFileTypes: true }))
    .filter((entry) => entry.isDirectory() && entry.name.startsWith('evaluation-'))
    .map(({ name }) => join(runDirectory, name));
  const origins = new Map<string, { folder: string; origin: Origin }>();
  for (const folder of folders.sort(byNumber)) {
    const origin = await readJson(join(folder, 'metrics.json'), originSchema);
    origins.set(`${origin.split} ${origin.dataHash}`, { folder, origin });
  }
  const evaluations = [...origins.values()].map(({ folder, origin }) =>
    readEvaluation(folder, nameOf(origin, run), origin, rule),
  );
  if (run.images.validation > 0) {
    const { data, dataHash } = run;
    const origin = { split: 'validation', data, dataHash };
    evaluations.push(readEvaluation(runDirectory, 'validation', origin, rule));
  }
  return (await Promise.all(evaluations)).toSorted((a, b) => rankOf(a, run) - rankOf(b, run));
}

/** `evaluation-test-10` after `evaluation-test-9`. */
function byNumber(a: string, b: string): number {
  return a.localeCompare(b, 'en', { numeric: true });
}

function nameOf({ split, data, dataHash }: Origin, run: RunSummary): string {
  if (dataHash === run.dataHash) return split;
  return split === 'all' ? data : `${data}, ${split}`;
}

function rankOf({ name, dataHash }: EvaluatedSplit, run: RunSummary): number {
  if (name === 'validation') return 2;
  return dataHash === run.dataHash ? 0 : 1;
}

async function readEvaluation(
  folder: string,
  name: string,
  { data, dataHash }: Origin,
  rule: DecisionRule | null,
): Promise<EvaluatedSplit> {
  const { classes, filenames, probabilities, targets, patientIds } = await readPredictions(
    join(folder, 'predictions.csv'),
  );
  const labeled = { probabilities, labels: targets, classes, groups: patientIds };
  return {
    ...{ name, data, dataHash },
    metrics: evaluateClassification(labeled),
    intervals: metricIntervals(labeled),
    decision: rule && evaluateDecision(rule, labeled),
    predictions: {
      filenames,
      groups: patientIds,
      labels: Array.from(targets),
      probabilities: Array.from(probabilities),
    },
    gallery: await readGallery(join(folder, 'gallery')),
  };
}

/** With the pictures themselves; none where there is no gallery. */
async function readGallery(folder: string): Promise<GalleryImage[]> {
  const names = await readdir(folder).catch(() => []);
  if (!names.includes(galleryIndex)) return [];
  const entries = await readJson(join(folder, galleryIndex), gallerySchema);
  return Promise.all(
    entries.map(async ({ thumbnail, ...entry }) => {
      const jpeg = await read(join(folder, thumbnail));
      return { ...entry, thumbnail: `data:image/jpeg;base64,${jpeg.toString('base64')}` };
    }),
  );
}

async function readJson<T>(path: string, schema: z.ZodType<T>): Promise<T> {
  const text = (await read(path)).toString('utf8');
  const damaged = (what: string): RoentgenError =>
    new RoentgenError('ERR_INVALID_FILE', `${path} is damaged: ${what}. Evaluate again.`);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw damaged(String(error));
  }
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw damaged(z.prettifyError(result.error));
}

async function read(path: string): Promise<Buffer> {
  return readFile(path).catch((cause: unknown) => {
    throw new RoentgenError('ERR_IO', `${path} cannot be read: ${String(cause)}`, { cause });
  });
}
