/** What a run's hooks ask for: another learning rate, or the end. */
import { invalidArgument } from '../native/index.js';
import type { Hook } from './events.js';

export class Steering {
  private factor = 1;
  private ended = false;

  /** @param scheduled the learning rate that the schedule begins with */
  constructor(private scheduled: number) {}

  /** Learning rates as hooks have changed them. */
  apply(scheduled: Float64Array): Float64Array {
    return scheduled.map((rate) => rate * this.factor);
  }

  /** Told the scheduled learning rate of each update: a hook's is in proportion to it from then on. */
  reach(scheduled: number): void {
    this.scheduled = scheduled;
  }

  /**
   * Calls a hook, where there is one, and does as it says.
   * @throws RoentgenError ERR_INVALID_ARGUMENT for a learning rate that is none; what the hook throws
   */
  async ask<T>(hook: Hook<T> | undefined, report: T): Promise<void> {
    const { learningRate, stop = false } = (await hook?.(report)) ?? {};
    this.ended ||= stop;
    if (learningRate === undefined) return;
    if (!(learningRate >= 0 && learningRate < Infinity)) {
      throw invalidArgument('learningRate', 'a finite number of at least 0', learningRate);
    }
    if (this.scheduled > 0) this.factor = learningRate / this.scheduled;
  }

  /** Whether a hook has ended the run. */
  get stopped(): boolean {
    return this.ended;
  }

  /** For an exact resume. */
  get rateFactor(): number {
    return this.factor;
  }

  restore(rateFactor: number): void {
    this.factor = rateFactor;
  }
}
