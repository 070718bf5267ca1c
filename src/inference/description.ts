/** What a model file says of itself beside its weights, so that nothing else is needed to use it. */
import { z } from 'zod';
import { fits, lungSections, repairsSchema, type ImageFormat } from '../data/index.js';
import { outputKinds, ttaChoices } from '../evaluation/index.js';
import { RoentgenError, type Normalization } from '../native/index.js';
import { checkDecision, decisionSchema } from './decisionSchema.js';
import { gateSchema } from './gate.js';

const kind = 'roentgen model';
/** Raised where older readers would misread what newer writers wrote: they would leave out what `extended` tells. */
const formatVersions = { plain: '1', extended: '2' } as const;

const descriptionFields = z.object({
  /** Name of the architecture, as in models/. */
  model: z.string(),
  /** In the order of the outputs; for a reconstruction the classes it was trained on. */
  classes: z.array(z.string()).min(1),
  task: z.enum(['classification', 'reconstruction']),
  output: z.enum(outputKinds),
  loss: z.enum(['crossEntropy', 'binaryCrossEntropy', 'meanSquaredError']),
  /** What pixels in [0, 1] were normalized by, one value per channel. */
  mean: z.array(z.number()).min(1).max(3),
  std: z.array(z.number().positive()).min(1).max(3),
  fit: z.enum(fits),
  /** What becomes of images before they are resized; none where there are none. */
  repairs: repairsSchema.optional(),
  /** What is left of an image by its lung mask; without it the whole image. */
  lungs: z.enum(lungSections).optional(),
  /** What an answer is averaged over; without it the image alone. Classifiers only. */
  tta: z.enum(ttaChoices).exclude(['none']).optional(),
  /** Where it comes from: versions, seed, epoch, hash of the data. */
  provenance: z.record(z.string(), z.union([z.string(), z.number(), z.null()])),
  /** How probabilities become answers; files of earlier versions, and models without validation images, have none. */
  decision: decisionSchema.optional(),
  /** Which images get no answer because they are like none that the model was trained on. */
  gate: gateSchema.optional(),
});
const descriptionSchema = descriptionFields
  .superRefine(checkDecision)
  .refine(({ task, tta }) => tta === undefined || task === 'classification', {
    path: ['tta'],
    message: 'a reconstruction has no answers to average',
  });

export type ModelDescription = z.infer<typeof descriptionSchema>;

/** The description as safetensors metadata, strings only; the addon adds architecture and shape. */
export function toMetadata(description: ModelDescription): Record<string, string> {
  const { repairs = [], lungs, tta, decision } = description;
  const parts = [lungs, tta, decision?.targetPrior];
  const extended = repairs.length > 0 || parts.some((part) => part !== undefined);
  const formatVersion = formatVersions[extended ? 'extended' : 'plain'];
  return { kind, formatVersion, description: JSON.stringify(description) };
}

const shapeSchema = z.object({
  outputs: z.number(),
  channels: z.union([z.literal(1), z.literal(3)]),
  height: z.number(),
  width: z.number(),
});

/** What `toMetadata` wrote, and the images that the network takes. */
export interface ModelMetadata {
  description: ModelDescription;
  format: ImageFormat;
  normalization: Normalization;
}

/** @throws RoentgenError ERR_INVALID_FILE naming `path` and what is wrong */
export function fromMetadata(
  metadata: Readonly<Record<string, string>>,
  path: string,
): ModelMetadata {
  const known: readonly (string | undefined)[] = Object.values(formatVersions);
  if (metadata['kind'] !== kind || !known.includes(metadata['formatVersion'])) {
    throw new RoentgenError(
      'ERR_INVALID_FILE',
      `${path}: not a roentgen model of format ${known.join(' or ')} (${metadata['kind'] ?? 'no kind'}, format ${metadata['formatVersion'] ?? 'unknown'})`,
    );
  }
  const description = parse(descriptionSchema, metadata, 'description', path);
  const { channels, height, width } = parse(shapeSchema, metadata, 'shape', path);
  return {
    description,
    format: { channels, height, width, ...formatOf(description) },
    normalization: { mean: description.mean, std: description.std },
  };
}

function formatOf({
  fit,
  repairs,
  lungs,
}: ModelDescription): Pick<ImageFormat, 'fit' | 'repairs' | 'lungs'> {
  return { fit, ...(repairs && { repairs }), ...(lungs && { lungs }) };
}

function parse<T>(
  schema: z.ZodType<T>,
  metadata: Readonly<Record<string, string>>,
  key: string,
  path: string,
): T {
  const fail = (what: string): RoentgenError =>
    new RoentgenError('ERR_INVALID_FILE', `${path}: its ${key} is not valid: ${what}`);
  let value: unknown;
  try {
    value = JSON.parse(metadata[key] ?? 'null');
  } catch (error) {
    throw fail(String(error));
  }
  const result = schema.safeParse(value);
  if (!result.success) throw fail(z.prettifyError(result.error));
  return result.data;
}
