/** A model fitted to images unlike those that it was trained on, without their labels: a new file, ready to use. */
import { existsSync } from 'node:fs';
import { hashFile } from '../checksums/index.js';
import { formatRepairs, requireFormat, type PackedDataset, type Repair } from '../data/index.js';
import { estimateShares, withTemperature, type DecisionRule } from '../evaluation/index.js';
import { invalidArgument, Network, RoentgenError, type Hooks } from '../native/index.js';
import { fromMetadata, toMetadata, type ModelDescription } from './description.js';
import { modelPath } from './loadModel.js';
import { Model } from './model.js';
import { refuseTrainingState } from './rewrite.js';

/** Images as they will come, of which no class is known. */
export interface TargetImages {
  /** In the model's format with the new repairs. */
  packed: PackedDataset;
  /** [N] positions in it, N at least 1. */
  positions: Int32Array;
}

/** What is done to a model, or to its images first, so that they fit each other. */
export interface RepairSettings {
  /** In the order in which they are done; [] for none. */
  repairs: readonly Repair[];
  /**
   * Whether mean and variance of every batch normalization become those of the images (Li et al., "Adaptive batch
   * normalization for practical domain adaptation", Pattern Recognition 80, 2018). Default false.
   */
  statistics?: boolean | undefined;
  /**
   * Whether answers are for the class shares that the images seem to have (Saerens, Latinne & Decaestecker 2002). The
   * model must have a decision rule, since this takes calibrated probabilities. Default false.
   */
  classShares?: boolean | undefined;
  /** Images in one forward pass; default 64. */
  batchSize?: number | undefined;
}

/**
 * Writes a model that repairs images before it looks at them. Its file alone does all: `predict`, `evaluate` and the
 * others use it as any model. Temperature, operating point, prediction sets and gate stay as they were fitted, on images
 * without repairs: repaired images are meant to look like those, and where they do not, `calibrate` fits anew.
 * @param path a model file or a run directory, not repaired before
 * @param output a file that does not exist
 * @returns what the new file says of itself; `provenance` names the source model, the images and the time
 * @throws RoentgenError as `loadModel`; ERR_INVALID_ARGUMENT for an output that exists, for no images, for a model that
 * is repaired already, for a run's last state; ERR_MODEL_MISMATCH for images in another format; ERR_UNSUPPORTED for statistics without batch normalization, or
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
  checkModel(model, classShares);
  requireFormat(packed.path, packed.index.format, { ...model.format, repairs });
  const pass = { indices: positions, batchSize, precision: 'fp32' } as const;
  if (statistics) await model.inside.estimateStatistics(packed.dataset, pass, hooks);
  const { decision } = model;
  const targetPrior =
    classShares && decision ? await sharesIn(packed, model, decision, pass, hooks) : undefined;
  const description: ModelDescription = {
    ...model.description,
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

function checkModel({ path, repair, decision }: Model, classShares: boolean): void {
  if (repair !== null) {
    throw new RoentgenError(
      'ERR_INVALID_ARGUMENT',
      `${path} is repaired already (${repair}): repair the model that it was made from.`,
    );
  }
  if (classShares && decision === null) {
    throw new RoentgenError(
      'ERR_UNSUPPORTED',
      `${path} has no decision rule, and class shares take calibrated probabilities: roentgen calibrate fits one.`,
    );
  }
}

/** In class order, on the scale of the decision rule's prior. */
async function sharesIn(
  { dataset }: PackedDataset,
  model: Model,
  decision: DecisionRule,
  pass: { indices: Int32Array; batchSize: number; precision: 'fp32' },
  hooks: Hooks,
): Promise<number[]> {
  const outputs = await model.outputs(dataset, { ...pass, labels: new Int32Array() }, hooks);
  const probabilities = model.probabilities(outputs);
  return estimateShares(
    decision,
    withTemperature(probabilities, decision.temperature, model.classes.length),
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
