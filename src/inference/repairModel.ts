/** A model fitted to images unlike those that it was trained on, without their labels: a new file, ready to use. */
import { existsSync } from 'node:fs';
import { formatRepairs, requireFormat, type PackedDataset, type Repair } from '../data/index.js';
import { estimateShares, withTemperature } from '../evaluation/index.js';
import { invalidArgument, Network, RoentgenError, type Hooks } from '../native/index.js';
import { fromMetadata, toMetadata, type ModelDescription } from './description.js';
import { hashFile } from './hashFile.js';
import { Model, modelPath } from './model.js';
import { refuseTrainingState } from './rewrite.js';

/** Images as they will come, of which no class is known. */
export interface TargetImages {
  /** In the model's format with the new repairs. */
  packed: PackedDataset;
  /** [N] positions in it, N at least 1. */
  positions: Int32Array;
}

export interface RepairSettings {
  /** In place of those that the model has; [] for none. */
  repairs: readonly Repair[];
  /**
   * Whether mean and variance of every batch normalization become those of the images (Li et al., "Adaptive batch
   * normalization for practical domain adaptation", Pattern Recognition 80, 2018). Default false.
   */
  statistics?: boolean | undefined;
  /**
   * Whether answers are for the class shares that the images seem to have (Saerens, Latinne & Decaestecker 2002). The
   * model must have a decision rule, since this takes calibrated probabilities. Default false, which also ends what an
   * earlier repair said of shares.
   */
  classShares?: boolean | undefined;
  /** Images in one forward pass; default 64. */
  batchSize?: number | undefined;
}

/**
 * Writes a model that repairs images before it looks at them. Its file alone does all: `predict`, `evaluate` and the
 * others use it as any model. Temperature, operating point, prediction sets and gate stay as they were fitted, on images
 * without repairs: repaired images are meant to look like those, and where they do not, `calibrate` fits anew.
 * @param path a model file or a run directory
 * @param output a file that does not exist
 * @returns what the new file says of itself; `provenance` names the source model, the images and the time
 * @throws RoentgenError as `loadModel`; ERR_INVALID_ARGUMENT for an output that exists, for no images, for a run's last
 * state; ERR_MODEL_MISMATCH for images in another format; ERR_UNSUPPORTED for statistics without batch normalization, or
 * class shares without a decision rule; ERR_NO_SPACE, ERR_IO, ABORT_ERR
 */
export async function repairModel(
  path: string,
  { packed, positions }: TargetImages,
  settings: RepairSettings,
  output: string,
  hooks: Hooks = {},
): Promise<ModelDescription> {
  if (existsSync(output)) throw invalidArgument('output', 'a file that does not exist', output);
  if (positions.length === 0) throw invalidArgument('positions', 'at least one', 'none');
  const file = modelPath(path);
  using network = await Network.load(file);
  refuseTrainingState(network, file);
  const model = new Model(file, network, fromMetadata(network.metadata, file));
  const { repairs, statistics = false, classShares = false, batchSize = 64 } = settings;
  requireFormat(packed.path, packed.index.format, { ...model.format, repairs });
  const pass = { indices: positions, batchSize, precision: 'fp32' } as const;
  if (statistics) await model.inside.estimateStatistics(packed.dataset, pass, hooks);
  const { decision, ...rest } = model.description;
  const targetPrior = classShares ? await sharesIn(model, packed, pass, hooks) : undefined;
  const description: ModelDescription = {
    ...rest,
    repairs,
    ...(decision && { decision: { ...decision, targetPrior } }),
    provenance: {
      ...model.provenance,
      sourceModelHash: await hashFile(file),
      repair: describe({ repairs, statistics, classShares }),
      targetDataHash: packed.index.sourceHash,
      targetImages: positions.length,
      repaired: new Date().toISOString(),
    },
  };
  const metadata = { ...network.metadata, ...toMetadata(description) };
  await network.save(output, metadata);
  return fromMetadata(metadata, output).description;
}

/** In class order, on the scale of the decision rule's prior. */
async function sharesIn(
  model: Model,
  { dataset }: PackedDataset,
  pass: { indices: Int32Array; batchSize: number; precision: 'fp32' },
  hooks: Hooks,
): Promise<number[]> {
  const { decision, classes } = model;
  if (decision === null) {
    throw new RoentgenError(
      'ERR_UNSUPPORTED',
      `${model.path} has no decision rule, and class shares take calibrated probabilities: roentgen calibrate fits one.`,
    );
  }
  const outputs = await model.outputs(dataset, { ...pass, labels: new Int32Array() }, hooks);
  const probabilities = model.probabilities(outputs);
  return estimateShares(
    decision,
    withTemperature(probabilities, decision.temperature, classes.length),
  );
}

function describe({
  repairs,
  statistics,
  classShares,
}: Required<Pick<RepairSettings, 'statistics' | 'classShares' | 'repairs'>>): string {
  return [
    `images ${repairs.length > 0 ? formatRepairs(repairs) : 'unchanged'}`,
    ...(statistics ? ['batch normalization re-estimated'] : []),
    ...(classShares ? ['class shares re-estimated'] : []),
  ].join('; ');
}
