/** One loaded model, lent to requests, and closed once nobody has it any more. */
import { limiter } from '../../data/index.js';
import type { Model } from '../../inference/index.js';
import type { Lease, ServedModel } from './types.js';

export class Holder {
  readonly served: ServedModel;
  private users = 0;
  private drained: (() => void) | undefined;
  private retired: Promise<void> | undefined;

  constructor(name: string, version: string, model: Model) {
    this.served = { name, version, model, loaded: new Date(), alone: limiter(1) };
  }

  lease(): Lease {
    this.users += 1;
    let held = true;
    return {
      served: this.served,
      [Symbol.dispose]: () => {
        if (!held) return;
        held = false;
        this.users -= 1;
        if (this.users === 0) this.drained?.();
      },
    };
  }

  /** Waits for the last lease to end, and frees the model; nobody may lease it any more. */
  async retire(): Promise<void> {
    this.retired ??= this.finish();
    return this.retired;
  }

  private async finish(): Promise<void> {
    if (this.users > 0) await new Promise<void>((resolve) => (this.drained = resolve));
    await this.served.model.close();
  }
}
