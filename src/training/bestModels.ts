/** The models of the best epochs so far, in files of their own. */
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { writeError } from '../native/index.js';

/** An epoch whose model is kept; `score` is higher for better, null for no value. */
export interface KeptEpoch {
  epoch: number;
  score: number | null;
}

export class BestModels {
  private kept: KeptEpoch[] = [];

  /** @param most how many models there may be */
  constructor(
    private readonly folder: string,
    private readonly most: number,
  ) {}

  /**
   * Has `save` write the epoch's model where it is among the best, and removes the one that no longer is. Of equal
   * epochs the earlier stays. Throws ERR_IO, ERR_NO_SPACE, as `save`.
   */
  async offer(epoch: number, score: number, save: (path: string) => Promise<void>): Promise<void> {
    const entry = { epoch, score: Number.isFinite(score) ? score : null };
    const ranked = [...this.kept, entry].sort((a, b) => rank(b) - rank(a));
    const dropped = ranked.splice(this.most);
    if (dropped.includes(entry)) return;
    try {
      await mkdir(this.folder, { recursive: true });
    } catch (cause) {
      throw writeError(this.folder, cause);
    }
    await save(this.pathOf(entry));
    this.kept = ranked;
    await Promise.all(dropped.map((old) => rm(this.pathOf(old), { force: true })));
  }

  /** Best first. */
  get paths(): string[] {
    return this.kept.map((entry) => this.pathOf(entry));
  }

  state(): KeptEpoch[] {
    return this.kept;
  }

  restore(kept: readonly KeptEpoch[]): void {
    this.kept = [...kept];
  }

  private pathOf({ epoch }: KeptEpoch): string {
    return join(this.folder, `epoch-${String(epoch).padStart(4, '0')}.safetensors`);
  }
}

function rank({ score }: KeptEpoch): number {
  return score ?? -Infinity;
}
