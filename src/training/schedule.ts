/** Learning rates: one for each step of an epoch, by the clock or by what validation says. */
import { z } from 'zod';
import { invalidArgument } from '../native/index.js';

export const scheduleOptions = {
  sched: z
    .enum(['constant', 'step', 'cosine', 'onecycle', 'plateau'])
    .default('constant')
    .describe('Course of the learning rate'),
  warmupEpochs: z
    .number()
    .min(0)
    .default(0)
    .describe('Epochs, or parts of one, in which the rate first rises from --warmup-lr to --lr'),
  warmupLr: z.number().min(0).default(1e-6).describe('Rate at the start of the warm-up'),
  minLr: z.number().min(0).default(0).describe('Least rate of cosine and plateau'),
  decayEpochs: z.number().int().min(1).default(30).describe('Epochs between the drops of step'),
  decayRate: z
    .number()
    .positive()
    .lt(1)
    .default(0.1)
    .describe('Factor of each drop of step and plateau'),
  patienceEpochs: z
    .number()
    .int()
    .min(0)
    .default(10)
    .describe('Epochs without improvement that plateau waits for before a drop'),
  cooldownEpochs: z
    .number()
    .int()
    .min(0)
    .default(0)
    .describe('Epochs after a drop in which plateau does not count'),
  plateauMinDelta: z
    .number()
    .min(0)
    .default(1e-4)
    .describe('Smallest change that plateau calls an improvement'),
};

export type ScheduleSettings = z.output<z.ZodObject<typeof scheduleOptions>> & {
  lr: number;
  epochs: number;
};

/** What an exact resume needs to know; null stands for a number that is not finite. */
export type ScheduleState = Record<string, number | null>;

export interface Schedule {
  /** Learning rate of each step of an epoch, counted from 0: length `steps`. */
  rates(epoch: number, steps: number): Float64Array;
  /** Told after each epoch; only `plateau` listens. Null where there is no figure. */
  observe(value: number | null): void;
  state(): ScheduleState;
  restore(state: ScheduleState): void;
}

/** @throws RoentgenError ERR_INVALID_ARGUMENT naming the settings that do not go together */
export function checkSchedule(settings: ScheduleSettings): void {
  const { sched, warmupEpochs, epochs, minLr, lr } = settings;
  if (sched === 'onecycle' && warmupEpochs > 0) {
    throw invalidArgument('warmupEpochs', '0, since onecycle has its own warm-up', warmupEpochs);
  }
  if (warmupEpochs > 0 && warmupEpochs >= epochs) {
    throw invalidArgument('warmupEpochs', `less than the ${epochs} epochs`, warmupEpochs);
  }
  if (minLr > lr) throw invalidArgument('minLr', `at most the learning rate, ${lr}`, minLr);
}

/** `direction` says which values of the monitored metric are better. */
export function createSchedule(
  settings: ScheduleSettings,
  { direction }: { direction: 'min' | 'max' },
): Schedule {
  return settings.sched === 'plateau'
    ? new Plateau(settings, direction)
    : new Clockwork(settings, courses[settings.sched]);
}

/** Rate after the warm-up; `step` and `total` count the steps since, `perEpoch` those of one epoch. */
type Course = (
  settings: ScheduleSettings,
  time: { step: number; total: number; perEpoch: number },
) => number;

const courses: Readonly<Record<Exclude<ScheduleSettings['sched'], 'plateau'>, Course>> = {
  constant: ({ lr }) => lr,
  /** PyTorch's StepLR, once an epoch. */
  step: ({ lr, decayEpochs, decayRate }, { step, perEpoch }) =>
    lr * decayRate ** Math.floor(step / (perEpoch * decayEpochs)),
  /** PyTorch's CosineAnnealingLR, each step. */
  cosine: ({ lr, minLr }, { step, total }) => between(lr, minLr, step / total),
  /** PyTorch's OneCycleLR with its defaults: up for 0.3 of the steps from lr/25, then down to lr/250,000. */
  onecycle({ lr }, { step, total }) {
    const top = 0.3 * total - 1;
    const start = lr / 25;
    if (step <= top) return between(start, lr, top === 0 ? 1 : step / top);
    return between(lr, start / 1e4, (step - top) / (total - 1 - top));
  },
};

/** Half a cosine from one rate to the other; `share` of the way in [0, 1]. */
function between(from: number, to: number, share: number): number {
  return to + ((from - to) * (1 + Math.cos(Math.PI * share))) / 2;
}

/** Rates of one epoch: the linear warm-up of timm, then `course`. */
function ratesOf(
  settings: ScheduleSettings,
  course: Course,
  epoch: number,
  perEpoch: number,
): Float64Array {
  const { lr, warmupLr, epochs } = settings;
  const warmup = Math.round(settings.warmupEpochs * perEpoch);
  const total = epochs * perEpoch - warmup;
  return Float64Array.from({ length: perEpoch }, (_, i) => {
    const step = epoch * perEpoch + i;
    if (step < warmup) return warmupLr + ((lr - warmupLr) * step) / warmup;
    return course(settings, { step: step - warmup, total, perEpoch });
  });
}

/** Depends on the step alone. */
class Clockwork implements Schedule {
  constructor(
    private readonly settings: ScheduleSettings,
    private readonly course: Course,
  ) {}

  rates(epoch: number, steps: number): Float64Array {
    return ratesOf(this.settings, this.course, epoch, steps);
  }

  observe(): void {
    // The clock does not listen.
  }

  state(): ScheduleState {
    return {};
  }

  restore(): void {
    // Nothing to remember.
  }
}

/**
 * Keras's ReduceLROnPlateau (keras/src/callbacks/reduce_lr_on_plateau.py): better means by more than `min_delta`; while
 * it cools down no epoch is counted; after `patience` epochs without improvement the rate is multiplied by the factor,
 * down to `min_lr`.
 */
class Plateau implements Schedule {
  private rate: number;
  private best: number;
  private wait = 0;
  private cooldown = 0;

  constructor(
    private readonly settings: ScheduleSettings,
    private readonly direction: 'min' | 'max',
  ) {
    this.rate = settings.lr;
    this.best = direction === 'min' ? Infinity : -Infinity;
  }

  rates(epoch: number, steps: number): Float64Array {
    return ratesOf(this.settings, () => this.rate, epoch, steps);
  }

  observe(value: number | null): void {
    if (value === null) return;
    const { plateauMinDelta, cooldownEpochs, patienceEpochs, decayRate, minLr } = this.settings;
    if (this.cooldown > 0) {
      this.cooldown -= 1;
      this.wait = 0;
    }
    const better =
      this.direction === 'min'
        ? value < this.best - plateauMinDelta
        : value > this.best + plateauMinDelta;
    if (better) {
      this.best = value;
      this.wait = 0;
    } else if (this.cooldown === 0) {
      this.wait += 1;
      if (this.wait >= patienceEpochs && this.rate > minLr) {
        this.rate = Math.max(this.rate * decayRate, minLr);
        this.cooldown = cooldownEpochs;
        this.wait = 0;
      }
    }
  }

  state(): ScheduleState {
    const { rate, best, wait, cooldown } = this;
    return { rate, best: Number.isFinite(best) ? best : null, wait, cooldown };
  }

  restore({ rate, best, wait, cooldown }: ScheduleState): void {
    this.rate = rate ?? this.rate;
    this.best = best ?? this.best;
    this.wait = wait ?? 0;
    this.cooldown = cooldown ?? 0;
  }
}
