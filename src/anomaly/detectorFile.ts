/** `detector.json`: what was learned from normal images, and from which scores on images are flagged. */
import { dirname, join, relative, resolve } from 'node:path';
import { z } from 'zod';
import { loadModel, type Model } from '../inference/index.js';
import { readJsonFile, RoentgenError, writeFileAtomic } from '../native/index.js';
import type { Learned } from './detectors.js';
import { detectorNames, type AnomalyThreshold, type DetectorName } from './types.js';

export const detectorFile = 'detector.json';

const numbers = z.array(z.number());
const gaussianSchema = z.object({ mean: numbers, factor: numbers });

const detectorSchema = z.object({
  kind: z.literal('roentgen anomaly detector'),
  formatVersion: z.literal(1),
  /** Path of the model file, from the folder of this file. */
  model: z.string(),
  /** Of the model, to tell when its file has become another. */
  provenance: z.record(z.string(), z.union([z.string(), z.number(), z.null()])),
  normal: z.string(),
  layer: z.string(),
  thresholds: z.array(
    z.object({
      detector: z.enum(detectorNames),
      rule: z.string(),
      value: z.number(),
      on: z.enum(['validation', 'test']),
      images: z.int().positive(),
    }),
  ),
  pattern: gaussianSchema.optional(),
  embedding: gaussianSchema.optional(),
  /** Rows of length 1, [N, features] one after another. */
  references: z
    .object({ values: numbers, features: z.int().positive(), k: z.int().positive() })
    .optional(),
});

type DetectorDescription = z.infer<typeof detectorSchema>;

/** A detector that is ready to score images. */
export interface StoredDetector {
  normal: string;
  layer: string;
  thresholds: ReadonlyMap<DetectorName, AnomalyThreshold>;
  learned: Learned;
}

/**
 * Writes the detector into a folder, which should stay where it is beside its model.
 * @throws RoentgenError ERR_NO_SPACE, ERR_IO
 */
export async function writeDetector(
  folder: string,
  model: Model,
  { normal, layer, thresholds, learned }: StoredDetector,
): Promise<void> {
  const { pattern, embedding, references } = learned;
  const description: DetectorDescription = {
    kind: 'roentgen anomaly detector',
    formatVersion: 1,
    model: relative(resolve(folder), resolve(model.path)),
    provenance: { ...model.provenance },
    ...{ normal, layer, pattern, embedding },
    thresholds: [...thresholds].map(([detector, threshold]) => ({ detector, ...threshold })),
    references: references && {
      values: [...references.rows.values],
      features: references.rows.features,
      k: references.k,
    },
  };
  await writeFileAtomic(join(folder, detectorFile), `${JSON.stringify(description)}\n`);
}

/**
 * Reads a detector and its model, which the caller disposes of.
 * @param path the folder of a `detector.json`, or the file
 * @throws RoentgenError ERR_NOT_FOUND, ERR_INVALID_FILE, ERR_IO; ERR_MODEL_MISMATCH where the model is another by now
 */
export async function readDetector(path: string): Promise<StoredDetector & { model: Model }> {
  const file = path.endsWith('.json') ? path : join(path, detectorFile);
  const stored = await readJsonFile(file, detectorSchema, 'Run roentgen anomaly again.');
  if (stored === null) {
    throw new RoentgenError(
      'ERR_NOT_FOUND',
      `${file} does not exist: name a folder that \`roentgen anomaly\` wrote.`,
    );
  }
  const model = await loadModel(join(dirname(file), stored.model));
  if (JSON.stringify(model.provenance) !== JSON.stringify(stored.provenance)) {
    model.dispose();
    throw new RoentgenError(
      'ERR_MODEL_MISMATCH',
      `${model.path} is not the model that ${file} was made with: run roentgen anomaly again.`,
    );
  }
  const { normal, layer, thresholds, pattern, embedding, references } = stored;
  return {
    ...{ model, normal, layer },
    thresholds: new Map(thresholds.map(({ detector, ...threshold }) => [detector, threshold])),
    learned: { pattern, embedding, references: references && toReferences(references) },
  };
}

function toReferences({
  values,
  features,
  k,
}: NonNullable<DetectorDescription['references']>): Learned['references'] {
  return { rows: { values: Float32Array.from(values), features }, k };
}
