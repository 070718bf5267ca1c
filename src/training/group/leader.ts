/** The trainer of the first process: what it is asked, all do. */
import {
  packageVersion,
  RoentgenError,
  systemInfo,
  throwIfAborted,
  Trainer,
  type Dataset,
  type EpochOptions,
  type EpochProgress,
  type EpochStatistics,
  type EvaluationOptions,
  type Group,
  type Hooks,
  type Network,
  type Outputs,
  type TrainerConfig,
} from '../../native/index.js';
import type { ResolvedSettings } from '../options.js';
import type { Preparation } from '../preparation.js';
import type { RunTrainer } from '../runTrainer.js';
import { tell, type Task } from './messages.js';

/** Does `work` as the first process of the group, and lets the others go at its end. */
export async function leading<T>(group: Group | undefined, work: () => Promise<T>): Promise<T> {
  const dismiss = async (): Promise<void> => {
    if (group) await tell(group, { kind: 'end' });
  };
  try {
    const result = await work();
    await dismiss();
    return result;
  } catch (error) {
    // What went wrong first is what the caller must hear; where a process is gone, nobody listens.
    const lost = error instanceof RoentgenError && error.code === 'ERR_PEER';
    if (!lost) await dismiss().catch(() => undefined);
    throw error;
  }
}

/** Tells the others of the run, once this process is ready for it. */
export async function announce(
  group: Group,
  settings: ResolvedSettings,
  { data, normalization, audit, packed }: Preparation,
): Promise<void> {
  await tell(group, {
    ...{ kind: 'begin', data, settings, normalization, audit },
    keepGoing: packed.problems.length > 0,
    dataHash: packed.index.sourceHash,
    maskHash: packed.index.maskHash ?? null,
    versions: { roentgen: packageVersion, torch: systemInfo().torchVersion },
  });
}

export class LeadingTrainer implements RunTrainer {
  readonly processes: number;
  private readonly trainer: Trainer;
  private averaged = false;
  /** Whether the others have this one's weights. */
  private shared = false;

  constructor(
    network: Network,
    config: TrainerConfig,
    private readonly group: Group,
  ) {
    this.trainer = new Trainer(network, config, group);
    this.processes = group.size;
  }

  async epoch(
    dataset: Dataset,
    options: EpochOptions,
    hooks: Hooks<EpochProgress> = {},
  ): Promise<EpochStatistics> {
    const task = { kind: 'epoch', options } as const;
    return this.together(task, hooks, async (own) => this.trainer.epoch(dataset, options, own));
  }

  async evaluate(
    dataset: Dataset,
    options: EvaluationOptions,
    hooks: Hooks = {},
  ): Promise<Outputs> {
    const { averaged } = this;
    const task = { kind: 'evaluate', averaged, options } as const;
    return this.together(task, hooks, async (own) => this.trainer.evaluate(dataset, options, own));
  }

  /** The others do it before they next evaluate. */
  exchangeAverage(): void {
    this.trainer.exchangeAverage();
    this.averaged = !this.averaged;
  }

  async save(path: string, metadata: Record<string, string>): Promise<void> {
    await this.trainer.save(path, metadata);
  }

  async load(path: string): Promise<Readonly<Record<string, string>>> {
    this.shared = false;
    return this.trainer.load(path);
  }

  dispose(): void {
    this.trainer.dispose();
  }

  /** Once the others have begun, this one must too: a signal counts from its first step on. */
  private async together<P, T>(
    task: Task,
    { signal, onProgress }: Hooks<P>,
    work: (hooks: Hooks<P>) => Promise<T>,
  ): Promise<T> {
    throwIfAborted(signal);
    await this.share();
    await tell(this.group, task);
    const stop = new AbortController();
    let begun = false;
    const forward = (): void => {
      if (begun && signal?.aborted) stop.abort(signal.reason);
    };
    signal?.addEventListener('abort', forward);
    try {
      return await work({
        signal: stop.signal,
        onProgress: (progress) => {
          begun = true;
          forward();
          onProgress?.(progress);
        },
      });
    } finally {
      signal?.removeEventListener('abort', forward);
    }
  }

  /** Gives the others this one's weights, where they do not have them yet. */
  async share(): Promise<void> {
    if (this.shared) return;
    await tell(this.group, { kind: 'share' });
    await this.trainer.share();
    this.shared = true;
  }
}
