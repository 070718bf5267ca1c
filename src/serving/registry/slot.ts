/** One version of one model: its file, the model read from it, and older ones that requests still use. */
import { stat } from 'node:fs/promises';
import { Holder } from './holder.js';
import type { LoadServed } from './loading.js';
import type { ServingStatistics } from './types.js';

/** What a look at the file came to; `missing` leaves the model as it is. */
export type Look = 'same' | 'unsettled' | 'missing' | 'added' | 'reloaded';

export class Slot {
  readonly name: string;
  readonly version: string;
  private readonly load: LoadServed;
  private holder: Holder | undefined;
  /** Of the file that was read last, with or without success. */
  private read: string | undefined;
  /** As the file was at the last look. */
  private seen: string | undefined;
  private readonly retiring = new Set<Holder>();
  private retired: ServingStatistics = { batches: 0, queueMs: 0, computeMs: 0, pending: 0 };

  constructor(name: string, version: string, load: LoadServed) {
    this.name = name;
    this.version = version;
    this.load = load;
  }

  /** The model that requests get; undefined before a file was read. */
  get current(): Holder | undefined {
    return this.holder;
  }

  /** Sums over all models that were here, and images in work in those that still are. */
  get statistics(): ServingStatistics {
    const holders = new Set([this.holder, ...this.retiring]);
    return [...holders].reduce(
      (total, holder) => (holder ? sum(total, holder.served.model.statistics()) : total),
      this.retired,
    );
  }

  /**
   * Reads the file where it has changed and was the same at two looks, so that none is read while it is written; the
   * first is read `atOnce` where that is asked. One that could not be read is tried again only when it has changed.
   * @throws whatever `load` throws; the model stays
   */
  async look(file: string, { atOnce = false } = {}): Promise<Look> {
    const print = await fingerprint(file);
    if (print === undefined) return 'missing';
    const settled = atOnce || print === this.seen;
    this.seen = print;
    if (print === this.read) return 'same';
    if (!settled) return 'unsettled';
    this.read = print;
    const next = new Holder(this.name, this.version, await this.load(file));
    if ((await fingerprint(file)) !== print) {
      // Written over while it was read: what was read may be half of each.
      this.read = undefined;
      await next.retire();
      return 'unsettled';
    }
    const former = this.holder;
    this.holder = next;
    if (former) void this.drain(former);
    return former ? 'reloaded' : 'added';
  }

  /** Frees the models once no request uses them. */
  async close(): Promise<void> {
    const holders = [...this.retiring, ...(this.holder ? [this.holder] : [])];
    this.holder = undefined;
    await Promise.all(holders.map(async (holder) => this.drain(holder)));
  }

  private async drain(holder: Holder): Promise<void> {
    this.retiring.add(holder);
    await holder.retire();
    if (!this.retiring.delete(holder)) return;
    this.retired = sum(this.retired, holder.served.model.statistics());
  }
}

function sum(a: ServingStatistics, b: ServingStatistics): ServingStatistics {
  return {
    batches: a.batches + b.batches,
    queueMs: a.queueMs + b.queueMs,
    computeMs: a.computeMs + b.computeMs,
    pending: a.pending + b.pending,
  };
}

/** Changes with every file that is put there, whether it is written over or moved in; undefined where none is. */
async function fingerprint(file: string): Promise<string | undefined> {
  try {
    const { mtimeNs, size, ino } = await stat(file, { bigint: true });
    return `${mtimeNs}:${size}:${ino}`;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
