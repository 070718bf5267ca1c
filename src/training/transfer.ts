/** The settings of transfer: weights to start from, the head on top of them, and what stays frozen. */
import { z } from 'zod';
import { headLayers, layerNames, resolveLayers, type ModelSpec } from '../models/index.js';
import {
  invalidArgument,
  RoentgenError,
  type ImportReport,
  type Network,
} from '../native/index.js';

export const transferOptions = {
  weights: z
    .string()
    .min(1)
    .optional()
    .describe('Weights to start from: a model file, safetensors, or a .pth state dictionary'),
  headHidden: z
    .number()
    .int()
    .min(0)
    .max(65_536)
    .default(0)
    .describe('Width of a ReLU layer between the network and its last layer; 0 is none'),
  headDropout: z
    .number()
    .min(0)
    .lt(1)
    .default(0)
    .describe('Rate of dropout right before the last layer'),
  freeze: z
    .array(z.string().min(1))
    .default([])
    .describe('Layers, stages or blocks that are not trained; backbone is all below the head'),
  freezeEpochs: z
    .number()
    .int()
    .min(0)
    .default(0)
    .describe('Epochs after which the frozen layers are trained too; 0 keeps them frozen'),
  backboneRate: z
    .number()
    .positive()
    .default(1)
    .describe('Factor of the learning rate of all below the head'),
};

export type TransferSettings = z.output<z.ZodObject<typeof transferOptions>>;

/**
 * What can be refused before any image is read.
 * @throws RoentgenError ERR_INVALID_ARGUMENT naming the layer, with the nearest one there is, or the setting
 */
export function checkTransfer(spec: ModelSpec, settings: TransferSettings): void {
  const { freeze, freezeEpochs, backboneRate } = settings;
  const frozen = new Set(resolveLayers(spec, freeze));
  if (freeze.length > 0 && layerNames(spec).every((name) => frozen.has(name))) {
    throw invalidArgument('freeze', 'some layer left to train', freeze.join(' '));
  }
  if (freezeEpochs > 0 && freeze.length === 0) {
    throw invalidArgument('freezeEpochs', '0 where nothing is frozen', freezeEpochs);
  }
  if (backboneRate !== 1 && spec.task === 'reconstruction') {
    throw invalidArgument('backboneRate', '1, since a reconstruction has no head', backboneRate);
  }
}

/** Names of the layers that an epoch, counted from 0, leaves alone. */
export function frozenIn(epoch: number, spec: ModelSpec, settings: TransferSettings): string[] {
  const { freeze, freezeEpochs } = settings;
  return freezeEpochs > 0 && epoch >= freezeEpochs ? [] : resolveLayers(spec, freeze);
}

/**
 * Puts the weights of a file into a network, whose head stays as drawn where it differs.
 * @throws RoentgenError as `Network.importWeights`; ERR_MODEL_MISMATCH listing what is missing or of another shape
 */
export async function importWeights(
  network: Network,
  spec: ModelSpec,
  path: string,
): Promise<ImportReport> {
  const report = await network.importWeights(path, {
    head: headLayers(spec),
    aliases: spec.aliases,
  });
  const faults = (['missing', 'wrong'] as const).filter((kind) => report[kind].length > 0);
  if (faults.length === 0) return report;
  const lists = faults.map((kind) => `${kind} ${shorten(report[kind])}`).join('; ');
  throw new RoentgenError(
    'ERR_MODEL_MISMATCH',
    `${path} does not fit ${spec.name}: ${lists}. \`roentgen import\` lists all names.`,
    { details: { report } },
  );
}

function shorten(names: readonly string[]): string {
  const most = 5;
  const rest = names.length - most;
  return names.slice(0, most).join(', ') + (rest > 0 ? ` and ${rest} more` : '');
}
