/** When a run ends before its last epoch: nothing improves any more, or the time is up. */
import { z } from 'zod';
import { invalidArgument } from '../native/index.js';

const seconds: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600 };

/** Seconds of `90s`, `20m` or `1.5h`; undefined for anything else. */
function parseDuration(text: string): number | undefined {
  const [, number, unit = ''] = /^(\d+(?:\.\d+)?)([smh])$/.exec(text) ?? [];
  const value = Number(number) * (seconds[unit] ?? NaN);
  return value > 0 ? value : undefined;
}

export const stoppingOptions = {
  earlyStopping: z
    .number()
    .int()
    .min(0)
    .default(0)
    .describe('Stop after this many epochs without improvement of --eval-metric; 0 never does'),
  earlyStoppingMinDelta: z
    .number()
    .min(0)
    .default(0)
    .describe('Smallest change that early stopping calls an improvement'),
  maxTime: z
    .string()
    .optional()
    .describe('Stop before an epoch that would not fit in this time: 90s, 20m or 1.5h'),
};

export type StoppingSettings = z.output<z.ZodObject<typeof stoppingOptions>>;

/** @throws RoentgenError ERR_INVALID_ARGUMENT */
export function checkStopping({ maxTime }: StoppingSettings): void {
  if (maxTime !== undefined && parseDuration(maxTime) === undefined) {
    throw invalidArgument('maxTime', 'a number above 0 with s, m or h, such as 20m', maxTime);
  }
}

export class Stopping {
  private best: number;
  private wait = 0;
  private elapsed = 0;
  private longest = 0;
  private readonly budget: number;

  constructor(
    private readonly settings: StoppingSettings,
    private readonly context: { direction: 'min' | 'max' },
  ) {
    this.best = context.direction === 'min' ? Infinity : -Infinity;
    this.budget = parseDuration(settings.maxTime ?? '') ?? Infinity;
  }

  /**
   * After an epoch: its monitored value, null for none, and the run's seconds so far. The next epoch is taken to last
   * as long as the longest one yet.
   */
  observe(value: number | null, elapsed: number): 'early-stopping' | 'max-time' | null {
    this.longest = Math.max(this.longest, elapsed - this.elapsed);
    this.elapsed = elapsed;
    if (value !== null) this.count(value);
    const { earlyStopping } = this.settings;
    if (earlyStopping > 0 && this.wait >= earlyStopping) return 'early-stopping';
    return elapsed + this.longest > this.budget ? 'max-time' : null;
  }

  private count(value: number): void {
    const delta = this.settings.earlyStoppingMinDelta;
    const gain = this.context.direction === 'min' ? this.best - value : value - this.best;
    if (gain > delta) {
      this.best = value;
      this.wait = 0;
    } else {
      this.wait += 1;
    }
  }

  state(): Record<string, number | null> {
    const { best, wait, elapsed, longest } = this;
    return { best: Number.isFinite(best) ? best : null, wait, elapsed, longest };
  }

  restore({ best, wait, elapsed, longest }: Record<string, number | null>): void {
    this.best = best ?? this.best;
    this.wait = wait ?? 0;
    this.elapsed = elapsed ?? 0;
    this.longest = longest ?? 0;
  }
}
