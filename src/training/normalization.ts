/** Mean and standard deviation of the input: given, measured, or those that imported weights are used to. */
import { z } from 'zod';
import type { PackedDataset, SplitSelection } from '../data/index.js';
import { fromMetadata } from '../inference/index.js';
import type { ModelSpec } from '../models/index.js';
import {
  invalidArgument,
  RoentgenError,
  type ImportReport,
  type Normalization,
} from '../native/index.js';

export const normalizationOptions = {
  mean: z
    .array(z.number())
    .min(1)
    .max(3)
    .optional()
    .describe('Mean per channel, of pixels in [0, 1]; goes before --normalize'),
  std: z
    .array(z.number().positive())
    .min(1)
    .max(3)
    .optional()
    .describe('Standard deviation per channel, of pixels in [0, 1]; goes before --normalize'),
  normalize: z
    .enum(['auto', 'architecture', 'measured', 'imagenet'])
    .default('auto')
    .describe(
      "Input mean and deviation: of the imported weights, else the architecture's (auto), measured on train, or ImageNet's",
    ),
};

export type NormalizationSettings = z.output<z.ZodObject<typeof normalizationOptions>>;

/** Per channel, of red, green and blue in [0, 1]: torchvision's transforms for its ImageNet weights. */
const imageNet: Normalization = { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] };

/**
 * What can be refused before any image is read.
 * @throws RoentgenError ERR_INVALID_ARGUMENT for another number of values than there are channels, or values that
 * leave `normalize` nothing to say
 */
export function checkNormalization(settings: NormalizationSettings, channels: number): void {
  for (const name of ['mean', 'std'] as const) {
    const count = settings[name]?.length ?? 1;
    if (count === 1 || count === channels) continue;
    throw new RoentgenError(
      'ERR_INVALID_ARGUMENT',
      `Expected 1 or ${channels} values for ${name} but received ${count}`,
    );
  }
  if (settings.mean && settings.std && settings.normalize !== 'auto') {
    throw invalidArgument('normalize', 'auto, as mean and std are given', settings.normalize);
  }
}

/**
 * What a run normalizes by; settings as `checkNormalization` allows them. One value serves all channels, and of three
 * their mean serves one, as timm has it for grayscale.
 * @param imported what was said of the weights that the network starts from, where it does
 */
export async function resolveNormalization(
  settings: NormalizationSettings,
  spec: ModelSpec,
  channels: number,
  images: { packed: PackedDataset; selection: Pick<SplitSelection, 'train'> },
  imported?: ImportReport,
): Promise<Normalization> {
  const base = await choose(settings, spec, images, imported);
  return {
    mean: spread(settings.mean ?? base.mean, channels),
    std: spread(settings.std ?? base.std, channels),
  };
}

async function choose(
  { normalize, mean, std }: NormalizationSettings,
  { input }: ModelSpec,
  { packed, selection }: Parameters<typeof resolveNormalization>[3],
  imported: ImportReport | undefined,
): Promise<Normalization> {
  const architecture = { mean: listOf(input.mean ?? 0), std: listOf(input.std ?? 1) };
  if (mean && std) return { mean, std };
  switch (normalize) {
    case 'architecture':
      return architecture;
    case 'imagenet':
      return imageNet;
    case 'measured':
      return packed.dataset.measure(Int32Array.from(selection.train));
    case 'auto':
      return imported ? normalizationOf(imported) : architecture;
  }
}

/** A model file of ours says it; what comes from elsewhere was trained on ImageNet as a rule. */
function normalizationOf({ metadata }: ImportReport): Normalization {
  if (!('description' in metadata)) return imageNet;
  return fromMetadata(metadata, 'the imported weights').normalization;
}

function listOf(value: number | readonly number[]): readonly number[] {
  return typeof value === 'number' ? [value] : value;
}

function spread(values: readonly number[], channels: number): number[] {
  if (values.length === channels) return [...values];
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return Array<number>(channels).fill(mean);
}
