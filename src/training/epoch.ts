/** The steps of one epoch: which images, at what rates, with what frozen, and what hooks say in between. */
import { samplePositions } from '../data/index.js';
import { countSteps, type EpochOptions, type EpochProgress } from '../native/index.js';
import type { TrainHooks } from './events.js';
import type { ResolvedSettings } from './options.js';
import type { Preparation } from './preparation.js';
import type { Schedule } from './schedule.js';
import type { Steering } from './steering.js';
import { frozenIn } from './transfer.js';
import { select } from './validation.js';

/** What the steps came to. */
export interface TrainedEpoch {
  loss: number;
  /** NaN for reconstruction. */
  accuracy: number;
  samples: number;
  seconds: number;
  /** Of the last steps of the epoch: all of them, unless an earlier session did the first. */
  losses: number[];
  /** Of every step, as it was trained or would have been. */
  rates: Float64Array;
}

interface Parts {
  settings: ResolvedSettings;
  preparation: Preparation;
  hooks: TrainHooks;
  schedule: Schedule;
  steering: Steering;
}

/** Trains epoch number `epoch`, from 1, from where it stands to its end, or to where a hook ends the run. */
export async function trainEpoch(
  epoch: number,
  { settings, preparation, hooks, schedule, steering }: Parts,
): Promise<TrainedEpoch> {
  const { trainer, packed, network, spec, selection } = preparation;
  const { batchSize, freeze, sampler, seed, epochs } = settings;
  const { signal, onStep, onEvent } = hooks;
  if (freeze.length > 0) network.freeze(frozenIn(epoch - 1, spec, settings));
  const drawn = samplePositions(selection.train, packed.index.labels, sampler, seed, epoch - 1);
  const chosen = select(preparation, drawn);
  const scheduled = schedule.rates(
    epoch - 1,
    countSteps(drawn.length, batchSize, trainer.processes),
  );
  const onProgress = (progress: EpochProgress): void => {
    onEvent?.({ kind: 'step', epoch, epochs, ...toStep(progress, epochs - epoch) });
  };
  const losses: number[] = [];
  for (;;) {
    const rates = steering.apply(scheduled);
    const plan: EpochOptions = { ...chosen, epoch: epoch - 1, batchSize, learningRate: rates };
    // A hook must have its say between two updates: then each is a call of its own.
    const done = await trainer.epoch(packed.dataset, onStep ? { ...plan, updates: 1 } : plan, {
      signal,
      onProgress,
    });
    losses.push(...done.losses);
    const { step, steps, loss: meanLoss } = done;
    const last = step - 1;
    // None where an earlier session left the epoch at its very end.
    const loss = done.losses.at(-1);
    if (loss !== undefined) {
      const learningRate = rates[last] ?? 0;
      steering.reach(scheduled[last] ?? 0);
      await steering.ask(onStep, { epoch, step, steps, loss, meanLoss, learningRate });
    }
    if (step === steps || steering.stopped) return { ...done, losses, rates };
  }
}

function toStep(
  { step, steps, samples, loss, elapsedSeconds }: EpochProgress,
  epochsLeft: number,
): { step: number; steps: number; loss: number; imagesPerSecond: number; secondsLeft: number } {
  return {
    ...{ step, steps, loss },
    imagesPerSecond: samples / elapsedSeconds,
    secondsLeft: (elapsedSeconds / step) * (steps - step + steps * epochsLeft),
  };
}
