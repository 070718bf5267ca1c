/** How many images a step can take: larger and larger batches, until memory or images run out. */
import { RoentgenError, setThreads } from '../native/index.js';
import type { TrainHooks } from './events.js';
import type { TrainSettings } from './options.js';
import { prepare, type Places, type Preparation } from './preparation.js';
import { parseSettings } from './settings.js';
import { select } from './validation.js';

/** A batch size that was tried. */
export interface BatchTrial {
  batchSize: number;
  imagesPerSecond: number;
  /** Memory of the process after it, in bytes; on a GPU that is not the device's. */
  residentBytes: number;
}

/** How fast training steps of each batch size were, and how large a batch may be. */
export interface BatchFinding {
  trials: BatchTrial[];
  /** The largest that ran. */
  largest: number;
  /** The smallest whose images per second come within 3% of the best. */
  suggestion: number;
  /** Why no larger one was tried. */
  limit: 'memory' | 'images' | 'most';
}

export interface FindBatchOptions extends TrainSettings, Places {
  /** Largest batch to try; default 1024. */
  most?: number | undefined;
  /** As `train`. */
  threads?: number | undefined;
}

const smallest = 8;
/** Of the memory that is free, how much a trial may take: the rest is the system's and the estimate's error. */
const usableShare = 0.8;
const closeEnough = 0.97;

/**
 * Runs some updates at each power of two, on a network that is thrown away afterwards. On the CPU a size is not tried
 * where the growth so far says that it would not fit; on a GPU the allocator says so.
 * @throws RoentgenError as `train`; ERR_OUT_OF_MEMORY where not even 8 images fit
 */
export async function findBatchSize(
  { data, cacheDir, workers, keepGoing, threads, most = 1024, ...rest }: FindBatchOptions,
  hooks: TrainHooks = {},
): Promise<BatchFinding> {
  const settings = parseSettings(rest);
  if (threads !== undefined) setThreads(threads);
  using preparation = await prepare(settings, { data, cacheDir, workers, keepGoing }, hooks);
  const images = preparation.selection.train.length;
  const trials: BatchTrial[] = [];
  let limit: BatchFinding['limit'] = 'most';
  for (let batchSize = smallest; batchSize <= most; batchSize *= 2) {
    if (2 * batchSize * settings.gradAccumSteps > images) {
      limit = 'images';
      break;
    }
    if (preparation.choices.device === 'cpu' && !fits(trials, batchSize)) {
      limit = 'memory';
      break;
    }
    const trial = await attempt(preparation, batchSize, hooks.signal);
    if (trial === undefined) {
      limit = 'memory';
      break;
    }
    trials.push(trial);
  }
  const best = Math.max(...trials.map((trial) => trial.imagesPerSecond));
  const good = trials.find((trial) => trial.imagesPerSecond >= closeEnough * best);
  const last = trials.at(-1);
  if (good === undefined || last === undefined) {
    throw new RoentgenError(
      limit === 'images' ? 'ERR_EMPTY_DATASET' : 'ERR_OUT_OF_MEMORY',
      limit === 'images'
        ? `${data} has only ${images} training images, and the finder needs two updates of ${smallest}`
        : `A batch of ${smallest} does not fit: choose a smaller network or input size`,
    );
  }
  return { trials, largest: last.batchSize, suggestion: good.batchSize, limit };
}

/** Whether the growth from the last two trials leaves room for a larger one. */
function fits(trials: readonly BatchTrial[], batchSize: number): boolean {
  const [before, last] = trials.slice(-2);
  if (before === undefined || last === undefined) return true;
  const perImage =
    (last.residentBytes - before.residentBytes) / (last.batchSize - before.batchSize);
  const needed = Math.max(perImage, 0) * (batchSize - last.batchSize);
  return needed < usableShare * process.availableMemory();
}

/** Undefined where memory runs out. The first update pays for what is set up once. */
async function attempt(
  preparation: Preparation,
  batchSize: number,
  signal: AbortSignal | undefined,
): Promise<BatchTrial | undefined> {
  const { trainer, packed, selection } = preparation;
  const chosen = select(preparation, selection.train);
  const plan = { ...chosen, epoch: batchSize, batchSize, learningRate: 0, updates: 1 };
  try {
    const first = await trainer.epoch(packed.dataset, plan, { signal });
    const second = await trainer.epoch(packed.dataset, plan, { signal });
    return {
      batchSize,
      imagesPerSecond: (second.samples - first.samples) / (second.seconds - first.seconds),
      residentBytes: process.memoryUsage.rss(),
    };
  } catch (error) {
    if (error instanceof RoentgenError && error.code === 'ERR_OUT_OF_MEMORY') return undefined;
    throw error;
  }
}
