/** Brings the entries of a journal to MLflow, oldest first, while training goes on. */
import { join } from 'node:path';
import { setImmediate, setTimeout as sleep } from 'node:timers/promises';
import {
  DeliveryError,
  type MlflowClient,
  type FailureKind,
  type Metric,
  type Param,
} from './mlflowClient.js';
import type { MlflowRunReference } from './mlflowEntries.js';
import type { MlflowJournal, Pending } from './mlflowJournal.js';

/** What one `log-batch` may hold, from MLflow's `utils/validation.py`. */
const most = { entries: 1000, param: 100 };

/** So short that within the time `close` waits a server that came back is asked once more. */
const longestPauseMs = 5000;

export interface DeliveryOptions {
  /** The run directory, where the artifacts are. */
  directory: string;
  /** Before the first retry, in milliseconds; doubles up to 5 s. */
  pauseMs: number;
  /** Aborted to give up what is left. */
  signal: AbortSignal;
  /** Each kind of trouble is told once. */
  warn: (trouble: string, message: string) => void;
}

export class MlflowDelivery {
  /** Entries that the server did not take, and that are not sent again. */
  refused = 0;
  private busy = false;
  private denied = false;
  private work: Promise<void> = Promise.resolve();

  constructor(
    private readonly journal: MlflowJournal,
    private readonly client: MlflowClient,
    private readonly options: DeliveryOptions,
  ) {}

  /** Goes on with the journal, unless that is under way. */
  start(): void {
    if (this.busy || this.denied) return;
    this.busy = true;
    this.work = this.drain();
  }

  /** Settles once nothing is left or can be delivered. Never rejects. */
  async settled(): Promise<void> {
    await this.work;
  }

  private async drain(): Promise<void> {
    // What is logged in one go travels in one request.
    await setImmediate();
    try {
      for (let batch = this.next(); batch.length > 0; batch = this.next()) {
        await this.deliver(batch);
      }
    } catch (error) {
      this.denied = true;
      if (!this.options.signal.aborted) this.tellDenied(error);
    } finally {
      this.busy = false;
    }
  }

  /** The oldest entries that go in one request: figures and settings together, anything else alone. */
  private next(): Pending[] {
    const head = this.journal.head(most.entries);
    let params = 0;
    const end = head.findIndex(({ entry: { kind } }) => {
      if (kind === 'param') params += 1;
      return (kind !== 'param' && kind !== 'metric') || params > most.param;
    });
    return end === -1 ? head : head.slice(0, Math.max(end, 1));
  }

  private async deliver(batch: readonly Pending[]): Promise<void> {
    const run = await this.openRun();
    try {
      await this.persist(() => this.send(run, batch));
    } catch (error) {
      if (!(error instanceof DeliveryError) || error.kind !== 'refused') throw error;
      if (batch.length > 1) {
        // MLflow refuses a whole batch for one wrong entry: halving finds it, and the others arrive.
        const middle = batch.length >> 1;
        await this.deliver(batch.slice(0, middle));
        await this.deliver(batch.slice(middle));
        return;
      }
      this.tellRefused(batch, error.message);
    }
    this.journal.markDelivered(batch);
  }

  private async openRun(): Promise<MlflowRunReference> {
    if (this.journal.run !== undefined) return this.journal.run;
    const run = await this.persist(() => this.client.openRun(this.journal.beginning)).catch(
      (error: unknown) => {
        // Without a run there is nothing to leave this out of.
        throw error instanceof DeliveryError ? new DeliveryError('denied', error.message) : error;
      },
    );
    this.journal.remember(run);
    return run;
  }

  private async send(run: MlflowRunReference, batch: readonly Pending[]): Promise<void> {
    const entries = batch.map(({ entry }) => entry);
    const [first] = entries;
    if (first?.kind === 'artifact') {
      await this.client.upload(run, first.path, join(this.options.directory, first.path));
    } else if (first?.kind === 'status') {
      await this.client.updateStatus(run.runId, first);
    } else {
      const metrics = entries.filter((entry): entry is Metric => entry.kind === 'metric');
      const params = entries.filter((entry): entry is Param => entry.kind === 'param');
      await this.client.logBatch(run.runId, metrics, params);
    }
  }

  /** Repeats `work` for as long as the server is away. */
  private async persist<T>(work: () => Promise<T>): Promise<T> {
    const { pauseMs, signal } = this.options;
    for (let pause = pauseMs; ; pause = Math.min(2 * pause, longestPauseMs)) {
      try {
        return await work();
      } catch (error) {
        if (!isKind(error, 'away')) throw error;
        this.tellAway(error);
        await sleep(pause, undefined, { signal, ref: false });
      }
    }
  }

  private tellAway({ message }: DeliveryError): void {
    const { beginning, path } = this.journal;
    this.options.warn(
      'away',
      `MLflow at ${beginning.uri} cannot take what is logged (${message}). Training goes on; it is kept in ` +
        `${path}, and sent when the server is back.`,
    );
  }

  private tellDenied(error: unknown): void {
    const { beginning, path } = this.journal;
    const reason = error instanceof Error ? error.message : String(error);
    this.options.warn(
      'denied',
      `MLflow at ${beginning.uri} is sent nothing more (${reason}). Training goes on; what is logged is kept ` +
        `in ${path}, and sent when the run is resumed.`,
    );
  }

  private tellRefused(batch: readonly Pending[], reason: string): void {
    this.refused += batch.length;
    for (const { entry } of batch) {
      const name = 'key' in entry ? entry.key : 'path' in entry ? entry.path : entry.status;
      this.options.warn(
        `refused ${entry.kind}`,
        `MLflow at ${this.journal.beginning.uri} did not take the ${entry.kind} ${name} (${reason}). ` +
          'It is left out, and so is any other it does not take.',
      );
    }
  }
}

function isKind(error: unknown, kind: FailureKind): error is DeliveryError {
  return error instanceof DeliveryError && error.kind === kind;
}
