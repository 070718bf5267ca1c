/** What the server knows of the models it serves, and how a request borrows one. */
import type { Model, PredictorStatistics } from '../../inference/index.js';
import type { ModelEntry } from '../api.js';

/** One version of one model, ready to answer. */
export interface ServedModel {
  readonly name: string;
  readonly version: string;
  readonly model: Model;
  /** When its file was read. */
  readonly loaded: Date;
  /**
   * Runs `work` when no other work of this kind is under way: layers and gradients of a model can be asked by one at a
   * time, while its predictions need not wait.
   */
  alone<T>(work: () => Promise<T>): Promise<T>;
}

/** A model that stays as it is until the lease is disposed of, whatever happens to its file. */
export interface Lease extends Disposable {
  readonly served: ServedModel;
}

/** Of one version, over all files that it was read from; see `PredictorStatistics`. */
export type ServingStatistics = Pick<
  PredictorStatistics,
  'batches' | 'queueMs' | 'computeMs' | 'pending'
>;

/** What became of a file that was new, changed or gone. */
export type ReloadOutcome = 'added' | 'reloaded' | 'failed' | 'removed';

export interface Registry {
  /**
   * The version of the model; without a version the highest, without a name the first that was given.
   * @throws RoentgenError ERR_UNKNOWN_MODEL with the nearest name
   */
  lease(name?: string, version?: string): Lease;
  /** All versions of all models, the default version of each first. */
  readonly served: readonly ServedModel[];
  /** The same in words. */
  entries(): ModelEntry[];
  /** Undefined once it is served no more. */
  statistics(served: ServedModel): ServingStatistics | undefined;
}
