/** Calls that come at the same time, answered by one forward pass: a bounded queue, batches, and workers. */
import { RoentgenError, throwIfAborted, invalidArgument } from '../../native/index.js';

export interface BatcherOptions {
  /** Most inputs in one batch. */
  maxBatch: number;
  /** Milliseconds that an input waits for others while a worker is idle; 0 starts at once. */
  maxWaitMs: number;
  /** Most inputs that wait; more are refused. */
  capacity: number;
  /** Batches at work at the same time. */
  workers: number;
}

/** What an input has cost, in milliseconds. */
export interface Timing {
  queueMs: number;
  computeMs: number;
  /** Inputs of its batch. */
  batch: number;
}

interface Waiting<Input, Output> {
  input: Input;
  since: number;
  resolve: (answer: Answer<Output>) => void;
  reject: (error: unknown) => void;
  /** Stops listening to the caller's signal. */
  release: () => void;
}

export interface Answer<Output> extends Timing {
  output: Output;
}

/** Answers a batch on one of the workers, one output for each input in their order. */
export type RunBatch<Input, Output> = (
  inputs: readonly Input[],
  worker: number,
) => Promise<readonly Output[]>;

export class Batcher<Input, Output> {
  private readonly run: RunBatch<Input, Output>;
  private readonly options: BatcherOptions;
  private readonly queue: Waiting<Input, Output>[] = [];
  private readonly idle: number[];
  private timer: NodeJS.Timeout | undefined;
  private closed = false;
  private drained: (() => void) | undefined;

  /** @throws RoentgenError ERR_INVALID_ARGUMENT */
  constructor(run: RunBatch<Input, Output>, options: BatcherOptions) {
    for (const name of ['maxBatch', 'capacity', 'workers'] as const) {
      const value = options[name];
      if (!Number.isInteger(value) || value < 1)
        throw invalidArgument(name, 'a positive integer', value);
    }
    if (!(options.maxWaitMs >= 0)) {
      throw invalidArgument('maxWaitMs', 'a number of at least 0', options.maxWaitMs);
    }
    this.run = run;
    this.options = options;
    this.idle = Array.from({ length: options.workers }, (_, worker) => worker);
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
   * Waits for a place in a batch and for its answer. An aborted input leaves the queue; one that is at work is
   * computed to its end, and its answer dropped.
   * @throws RoentgenError ERR_OVERLOADED where the queue is full, ERR_DISPOSED after `close`, ABORT_ERR
   */
  async submit(input: Input, signal?: AbortSignal): Promise<Answer<Output>> {
    throwIfAborted(signal);
    if (this.closed)
      throw new RoentgenError('ERR_DISPOSED', 'The predictor was closed: make a new one');
    if (this.queue.length >= this.options.capacity) {
      throw new RoentgenError(
        'ERR_OVERLOADED',
        `${this.queue.length} images wait already, which is the capacity: ask again later, or raise it`,
      );
    }
    return new Promise((resolve, reject) => {
      const onAbort = (): void => {
        const at = this.queue.indexOf(waiting);
        if (at !== -1) this.queue.splice(at, 1);
        try {
          throwIfAborted(signal);
        } catch (error) {
          reject(error as Error);
        }
      };
      const waiting: Waiting<Input, Output> = {
        ...{ input, resolve, reject, since: performance.now() },
        release: () => signal?.removeEventListener('abort', onAbort),
      };
      signal?.addEventListener('abort', onAbort, { once: true });
      this.queue.push(waiting);
      this.dispatch();
    });
  }

  /** Refuses new inputs, and returns when all that were accepted are answered. */
  async close(): Promise<void> {
    this.closed = true;
    this.dispatch();
    if (this.queue.length === 0 && this.busy === 0) return;
    await new Promise<void>((resolve) => (this.drained = resolve));
  }

  /** Starts all batches that need not wait. */
  private dispatch(): void {
    clearTimeout(this.timer);
    const { maxBatch, maxWaitMs } = this.options;
    while (this.queue.length > 0 && this.idle.length > 0) {
      const waited = performance.now() - (this.queue[0]?.since ?? 0);
      const full = this.queue.length >= maxBatch;
      if (!full && !this.closed && waited < maxWaitMs) {
        this.timer = setTimeout(() => {
          this.dispatch();
        }, maxWaitMs - waited);
        return;
      }
      const worker = this.idle.pop() ?? 0;
      void this.work(this.queue.splice(0, maxBatch), worker);
    }
  }

  private async work(batch: readonly Waiting<Input, Output>[], worker: number): Promise<void> {
    const started = performance.now();
    try {
      const outputs = await this.run(
        batch.map(({ input }) => input),
        worker,
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
      this.idle.push(worker);
      this.dispatch();
      if (this.closed && this.queue.length === 0 && this.busy === 0) this.drained?.();
    }
  }
}
