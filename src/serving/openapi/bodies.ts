/** The bodies of `api.ts` as schemas, for the document that describes them to others. */
import { z } from 'zod';
import { ttaChoices } from '../../evaluation/index.js';
import { methodNames } from '../../explanation/index.js';
import { notice } from '../../models/index.js';
import type {
  ExampleEntry,
  ExplainBody,
  FailureBody,
  ModelsBody,
  PredictBody,
  PredictionEntry,
} from '../api.js';

const names = z.array(z.string()).readonly();
const noticeSchema = z.string().describe(notice);
const pngSchema = z.string().meta({ contentMediaType: 'image/png', contentEncoding: 'base64' });

export const failureSchema = z
  .object({
    error: z.string().describe('What was wrong, where, and what to do'),
    code: z.string().describe('Stable, as ERR_INVALID_ARGUMENT'),
    requestId: z.string().describe('As in the header x-request-id and in the log'),
  })
  .describe('Every failure of every route') satisfies z.ZodType<FailureBody>;

const modelSchema = z.object({
  name: z.string(),
  version: z.string(),
  default: z.boolean().describe('Whether requests that name no version, or no model, get this one'),
  architecture: z.string(),
  classes: names.describe('In the order of the probabilities'),
  input: z.object({
    channels: z.union([z.literal(1), z.literal(3)]),
    height: z.int(),
    width: z.int(),
    fit: z
      .enum(['fill', 'contain', 'cover'])
      .describe(
        'How an image of another shape comes to that size: stretched, with black bars, cut',
      ),
  }),
  operatingPoint: z
    .object({ positive: z.string(), threshold: z.number(), rule: z.string() })
    .nullable()
    .describe(
      'From which probability on the answer is the positive class; null for the most probable class',
    ),
  abstains: z.boolean().describe('Whether it can say that an answer should not be relied on'),
  explanation: z.object({
    methods: names,
    layers: names.describe('With a height and width, in the order in which they run'),
    layer: z.string().nullable().describe('That maps come from unless asked'),
  }),
  precision: z.enum(['fp32', 'bf16']),
  tta: z
    .enum(ttaChoices)
    .describe('Over what its answers are averaged: hflip is the image and its mirror image'),
  repair: z.string().nullable().describe('What was done to it so that it fits other images'),
  loaded: z.iso.datetime().describe('When its file was read'),
});

export const modelsSchema = z
  .object({ models: z.array(modelSchema), notice: noticeSchema })
  .describe('An entry for each version of each model') satisfies z.ZodType<ModelsBody>;

const predictionShape = {
  filename: z.string().describe('As the form names the file; image where it has no name'),
  label: z
    .string()
    .describe('The class at the operating point; without one the most probable class'),
  probabilities: z.record(z.string(), z.number()).describe('By class; they sum to 1'),
  predictionSet: names
    .nullable()
    .describe('Classes that the image may be of; null for a model that has no thresholds for it'),
  abstain: z
    .enum(['unfamiliar', 'ambiguous'])
    .nullable()
    .describe(
      'Why the label should not be relied on; null where it can, as far as the model can tell',
    ),
};
export const predictionSchema = z.object(predictionShape) satisfies z.ZodType<PredictionEntry>;

export const predictSchema = z
  .object({
    model: z.string(),
    version: z.string(),
    predictions: z.array(predictionSchema),
    problems: z
      .array(z.object({ filename: z.string(), code: z.string(), error: z.string() }))
      .describe('Files that could not be read; where none could, the answer is 422'),
    notice: noticeSchema,
  })
  .describe('Answers in the order of the files') satisfies z.ZodType<PredictBody>;

export const explainSchema = z
  .object({
    ...predictionShape,
    model: z.string(),
    version: z.string(),
    method: z.enum(methodNames),
    layers: names.describe('Layers that the map comes from; none for methods that look at pixels'),
    target: z
      .string()
      .nullable()
      .describe('The class that is explained; null where the map is the same whatever the class'),
    evidence: z.boolean().describe('False where nothing speaks for the class: the map is empty'),
    raw: z.object({ minimum: z.number(), maximum: z.number() }).describe('Before scaling'),
    map: z
      .object({ height: z.int(), width: z.int(), values: z.array(z.number()) })
      .describe('Row-major, in [0, 1]; of signed methods in [−1, 1], below 0 against the class'),
    heatmap: pngSchema.describe('The same as a picture with transparency'),
    image: pngSchema.describe('What the network saw'),
    notice: noticeSchema,
  })
  .describe('Where a model looked') satisfies z.ZodType<ExplainBody>;

export const examplesSchema = z
  .array(z.object({ name: z.string(), url: z.string().describe("Relative to the server's root") }))
  .describe('Synthetic radiographs to try a model with') satisfies z.ZodType<ExampleEntry[]>;

export const serverHealthSchema = z.object({
  status: z.enum(['ready', 'no models', 'stopping']),
  models: z.int(),
});

export const pingSchema = z.object({ status: z.literal('Healthy') });
