/** What an architecture file may hold: layer kinds, their fields and the types of both. */
import { z } from 'zod';

// Every message completes the sentence "<field> must be …".
const positiveInteger = z.int('a positive integer').min(1, 'a positive integer');
const wholeNumber = z.int('a whole number').min(0, 'a whole number');
const words = z.string('a non-empty text').min(1, 'a non-empty text');
const flag = z.boolean('true or false');
const fraction = z
  .number('a number in [0, 1)')
  .min(0, 'a number in [0, 1)')
  .lt(1, 'a number in [0, 1)');

/** Becomes the first part of parameter names, which end at the first dot: `conv1.weight`. */
const layerName = z
  .string('a name without dots')
  .regex(/^[^.]+$/, 'a name without dots');

const kernel = z.union(
  [positiveInteger, z.tuple([positiveInteger, positiveInteger])],
  'a positive integer or [height, width]',
);

const activationFunction = z.enum(
  ['relu', 'leakyRelu', 'elu', 'gelu', 'silu', 'sigmoid', 'tanh'],
  'one of relu, leakyRelu, elu, gelu, silu, sigmoid, tanh',
);

/** Keras pads nothing ('valid') or so that ceil(size / stride) outputs remain ('same'); a number pads all sides. */
const padding = z.union(
  [z.enum(['valid', 'same']), wholeNumber],
  '"valid", "same" or a whole number',
);

const batchNormFields = {
  epsilon: fraction.optional(),
  /** Weight of the new batch's statistic, as in PyTorch; Keras's momentum is 1 minus this. */
  momentum: fraction.optional(),
};

const poolFields = { name: layerName.optional(), kernel, stride: kernel.optional(), padding: padding.optional() };

/** One schema per layer kind; names are optional where a layer has no parameters. */
export const layerSchemas = {
  conv2d: z.strictObject({
    kind: z.literal('conv2d'),
    name: layerName,
    out: z.union([positiveInteger, z.literal('channels')], 'a positive integer or "channels"'),
    kernel,
    stride: kernel.optional(),
    padding: padding.optional(),
    groups: positiveInteger.optional(),
    bias: flag.optional(),
    activation: activationFunction.optional(),
  }),
  batchNorm: z.strictObject({
    kind: z.literal('batchNorm'),
    name: layerName,
    ...batchNormFields,
    activation: activationFunction.optional(),
  }),
  activation: z.strictObject({
    kind: z.literal('activation'),
    name: layerName.optional(),
    function: activationFunction,
  }),
  maxPool2d: z.strictObject({ kind: z.literal('maxPool2d'), ...poolFields }),
  avgPool2d: z.strictObject({ kind: z.literal('avgPool2d'), ...poolFields }),
  zeroPad2d: z.strictObject({
    kind: z.literal('zeroPad2d'),
    name: layerName.optional(),
    padding: positiveInteger,
  }),
  globalAvgPool: z.strictObject({ kind: z.literal('globalAvgPool'), name: layerName.optional() }),
  upsample2d: z.strictObject({
    kind: z.literal('upsample2d'),
    name: layerName.optional(),
    scale: z.int('an integer from 2 on').min(2, 'an integer from 2 on').optional(),
  }),
  flatten: z.strictObject({ kind: z.literal('flatten'), name: layerName.optional() }),
  linear: z.strictObject({
    kind: z.literal('linear'),
    name: layerName,
    out: z.union([positiveInteger, z.literal('classes')], 'a positive integer or "classes"'),
    bias: flag.optional(),
    activation: activationFunction.optional(),
  }),
  dropout: z.strictObject({
    kind: z.literal('dropout'),
    name: layerName.optional(),
    rate: fraction,
  }),
  residualStage: z.strictObject({
    kind: z.literal('residualStage'),
    name: layerName,
    block: z.enum(
      ['basic', 'bottleneck', 'preActivation'],
      'one of basic, bottleneck, preActivation',
    ),
    blocks: positiveInteger,
    /** Width of a block; bottleneck and preActivation blocks put out four times as many channels. */
    out: positiveInteger,
    stride: z.literal([1, 2], '1 or 2'),
    ...batchNormFields,
  }),
};

export type LayerKind = keyof typeof layerSchemas;

export const layerSchema = z.discriminatedUnion(
  'kind',
  [
    layerSchemas.conv2d,
    layerSchemas.batchNorm,
    layerSchemas.activation,
    layerSchemas.maxPool2d,
    layerSchemas.avgPool2d,
    layerSchemas.zeroPad2d,
    layerSchemas.globalAvgPool,
    layerSchemas.upsample2d,
    layerSchemas.flatten,
    layerSchemas.linear,
    layerSchemas.dropout,
    layerSchemas.residualStage,
  ],
  `an object whose kind is one of ${Object.keys(layerSchemas).join(', ')}`,
);

const side = z
  .int('an integer from 1 to 8192')
  .min(1, 'an integer from 1 to 8192')
  .max(8192, 'an integer from 1 to 8192');

/** One number for all channels, or one for each. */
function perChannel(value: z.ZodNumber, expected: string) {
  const values = z.array(value).min(1, expected).max(3, expected);
  return z.union([value, values], expected).optional();
}

const meanExpected = 'a number, or one for each channel';
const stdExpected = 'a positive number, or one for each channel';

export const inputSchema = z.strictObject(
  {
    channels: z.literal([1, 3], '1 or 3'),
    height: side,
    width: side,
    /** Of pixels in [0, 1]; default 0. */
    mean: perChannel(z.number(meanExpected), meanExpected),
    /** Of pixels in [0, 1]; default 1. */
    std: perChannel(z.number(stdExpected).positive(stdExpected), stdExpected),
  },
  'an object with channels, height and width',
);

export const layersForSchema = z.strictObject(
  {
    /** Layer that class activation maps look at. */
    cam: layerName.optional(),
    /** Layer whose output stands for an image in comparisons. */
    embedding: layerName.optional(),
  },
  'an object with cam and embedding',
);

export const specSchema = z.strictObject(
  {
    name: words,
    description: words,
    /** Who described or trained the architecture. */
    source: words,
    /** Whose initial weights and batch-norm defaults. */
    convention: z.enum(['keras', 'torch'], '"keras" or "torch"'),
    task: z
      .enum(['classification', 'reconstruction'], '"classification" or "reconstruction"')
      .default('classification'),
    /** How logits become probabilities. */
    output: z.enum(['softmax', 'sigmoid'], '"softmax" or "sigmoid"').default('softmax'),
    /** Defaults: an image of another size or number of channels may be asked for. */
    input: inputSchema,
    /** Default number of outputs. */
    classes: positiveInteger,
    layers: z.array(layerSchema, 'a list of layers').min(1, 'a list of at least one layer'),
    layersFor: layersForSchema.default({}),
    /** What other programs call a layer in their weights; an empty list for one that only this file has. */
    aliases: z.record(layerName, z.array(words)).default({}),
  },
  'a JSON object',
);

export type Layer = z.infer<typeof layerSchema>;

/** A checked architecture: the file's content with `task`, `output` and `layersFor` filled in. */
export type ModelSpec = z.infer<typeof specSchema>;
