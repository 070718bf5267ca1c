/** Inputs that come at about the same time, computed together: a queue, batches, and workers that take what waits. */
import { abortError, invalidArgument, throwIfAborted } from '../../native/index.js';

export interface BatcherOptions {
  /** Most inputs in one batch. */
  maxBatch: number;
  /** Milliseconds that an input waits for others while a worker is idle; 0 for none beyond its turn of the event loop. */
  maxWaitMs: number;
  /** Batches at work at the same time. */
  workers: number;
  /**
   * Whether a batch beside which nothing waits or is at work is computed by all cores. Others then wait for its end:
   * a team of threads whose cores are taken from it is slower by far than one thread.
   */
  teams: boolean;
}

/** Who computes a batch. */
export interface Crew {
  /** 0 … workers − 1. */
  worker: number;
  /** Whether it has all cores. */
  team: boolean;
}

/** What an input has cost, in milliseconds. */
export interface Timing {
  /** From `submit` to the start of its batch. */
  queueMs: number;
  /** Of its whole batch. */
  computeMs: number;
  /** Inputs of its batch. */
  batch: number;
}

export interface Computed<Output> extends Timing {
  output: Output;
}

interface Waiting<Input, Output> {
  input: Input;
  since: number;
  resolve: (computed: Computed<Output>) => void;
  reject: (error: unknown) => void;
  /** Stops listening to the caller's signal. */
  release: () => void;
}

/** Computes a batch, one output for each input in their order. */
export type RunBatch<Input, Output> = (
  inputs: readonly Input[],
  crew: Crew,
) => Promise<readonly Output[]>;

/**
 * The sizes that batches have: powers of two and the largest. Kernels are made ready for each size when it is first met,
 * which takes longer than to compute it; and one image costs as much in a small batch as in a large one.
 */
export function batchSizes(maxBatch: number): number[] {
  const sizes: number[] = [];
  for (let size = 1; size < maxBatch; size *= 2) sizes.push(size);
  return [...sizes, maxBatch];
}

/** The largest size up to `inputs`, and at least one. */
function batchSize(inputs: number, maxBatch: number): number {
  return batchSizes(maxBatch).findLast((size) => size <= Math.ceil(inputs)) ?? 1;
}

export class Batcher<Input, Output> {
  private readonly run: RunBatch<Input, Output>;
  private readonly options: BatcherOptions;
  private readonly queue: Waiting<Input, Output>[] = [];
  private readonly idle: number[];
  private teamAtWork = false;
  private turn: NodeJS.Immediate | undefined;
  private timer: NodeJS.Timeout | undefined;
  private readonly finished: (() => void)[] = [];

  /** @throws RoentgenError ERR_INVALID_ARGUMENT */
  constructor(run: RunBatch<Input, Output>, options: BatcherOptions) {
    for (const name of ['maxBatch', 'workers'] as const) {
      const value = options[name];
      if (!Number.isInteger(value) || value < 1)
        throw invalidArgument(name, 'a positive integer', value);
    }
    if (!(options.maxWaitMs >= 0)) {
      throw invalidArgument('maxWaitMs', 'a number of at least 0', options.maxWaitMs);
    }
    this.run = run;
    this.options = options;
    // The last is taken first: worker 0 where all are idle, so that threads of a team are worker 0's alone.
    this.idle = Array.from({ length: options.workers }, (_, at) => options.workers - 1 - at);
  }

  /** Inputs that wait. */
  get waiting(): number {
    return this.queue.length;
  }

  /** Batches at work. */
  get busy(): number {
    return this.options.workers - this.idle.length;
  }

  /**
   * Waits for a place in a batch and for its answer; what comes in one turn of the event loop goes together. An aborted
   * input leaves the queue; one that is at work is computed to its end, and its answer dropped.
   * @throws RoentgenError ABORT_ERR; whatever computing its batch throws
   */
  async submit(input: Input, signal?: AbortSignal): Promise<Computed<Output>> {
    throwIfAborted(signal);
    return new Promise((resolve, reject) => {
      const waiting: Waiting<Input, Output> = {
        ...{ input, resolve, reject, since: performance.now(), release: () => undefined },
      };
      if (signal) {
        const onAbort = (): void => {
          this.leave(waiting);
          reject(abortError(signal));
        };
        signal.addEventListener('abort', onAbort, { once: true });
        waiting.release = () => {
          signal.removeEventListener('abort', onAbort);
        };
      }
      this.queue.push(waiting);
      this.turn ??= setImmediate(() => {
        this.turn = undefined;
        this.dispatch();
      });
    });
  }

  /** Returns when nothing waits and nothing is at work. */
  async idled(): Promise<void> {
    if (this.queue.length === 0 && this.busy === 0) return;
    await new Promise<void>((resolve) => this.finished.push(resolve));
  }

  private leave(waiting: Waiting<Input, Output>): void {
    const at = this.queue.indexOf(waiting);
    if (at === -1) return;
    this.queue.splice(at, 1);
    this.settle();
  }

  /** Starts all batches that need not wait. */
  private dispatch(): void {
    clearTimeout(this.timer);
    const { maxBatch, maxWaitMs, workers, teams } = this.options;
    if (this.teamAtWork || this.queue.length === 0 || this.idle.length === 0) return;
    const left = maxWaitMs - (performance.now() - (this.queue[0]?.since ?? 0));
    if (left > 0 && this.queue.length < maxBatch) {
      this.timer = setTimeout(() => {
        this.dispatch();
      }, left);
      return;
    }
    // What waits is shared with the workers that will fall idle next: all have something to do until the last.
    const share = batchSize(this.queue.length / workers, maxBatch);
    const alone = this.busy === 0 && this.queue.length === share;
    this.teamAtWork = teams && alone;
    while (this.queue.length > 0 && this.idle.length > 0) {
      const worker = this.idle.pop() ?? 0;
      const size = Math.min(share, batchSize(this.queue.length, maxBatch));
      void this.work(this.queue.splice(0, size), { worker, team: this.teamAtWork });
    }
  }

  private async work(batch: readonly Waiting<Input, Output>[], crew: Crew): Promise<void> {
    const started = performance.now();
    try {
      const outputs = await this.run(
        batch.map(({ input }) => input),
        crew,
      );
      const computeMs = performance.now() - started;
      batch.forEach(({ resolve, since }, at) => {
        const output = outputs[at] as Output;
        resolve({ output, queueMs: started - since, computeMs, batch: batch.length });
      });
    } catch (error) {
      for (const { reject } of batch) reject(error);
    } finally {
      for (const { release } of batch) release();
      this.idle.push(crew.worker);
      this.idle.sort((a, b) => b - a);
      if (crew.team) this.teamAtWork = false;
      this.dispatch();
      this.settle();
    }
  }

  /** Tells those who wait for it that nothing is left. */
  private settle(): void {
    if (this.queue.length > 0 || this.busy > 0) return;
    clearTimeout(this.timer);
    for (const finish of this.finished.splice(0)) finish();
  }
}
