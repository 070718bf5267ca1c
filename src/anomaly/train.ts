/** Training the autoencoder that knows normal images alone, with an eye on whether it learns anything. */
import { openData } from '../data/index.js';
import { loadModel, type Model } from '../inference/index.js';
import { Dataset } from '../native/index.js';
import {
  train,
  type Checkpoint,
  type HookAnswer,
  type RunResult,
  type TrainHooks,
  type TrainOptions,
} from '../training/index.js';
import { refuseCollapse } from './collapse.js';

/** As `train`, with the class that counts as normal. */
export interface TrainDetectorOptions extends Omit<TrainOptions, 'only' | 'selectOn'> {
  /** The class that the autoencoder learns from. */
  normal: string;
}

/** Small changes that a second radiograph of the same patient may show. */
const augmentation = { rotation: 5, zoom: 0.05, translate: 0.05, brightness: 0.1 } as const;

/** Epochs and updates in which an autoencoder may still give one gray for all: every one begins so. */
const grace = { epochs: 3, updates: 100 } as const;
/** Images that are kept aside to see whether it has collapsed. */
const watchedImages = 32;

/**
 * Trains an autoencoder (default `autoencoder`) on images of one class, slightly moved and brightened unless the
 * settings say otherwise, and stops where its reconstructions have lost the images' variation.
 * @throws RoentgenError as `train`; ERR_UNKNOWN_CLASS, ERR_EMPTY_DATASET without normal training images; ERR_DIVERGED
 * where it has collapsed after three epochs and a hundred updates, or at the end
 */
export async function trainAnomalyDetector(
  { normal, ...options }: TrainDetectorOptions,
  hooks: TrainHooks = {},
): Promise<RunResult> {
  const watch = watcher(options, normal, hooks);
  const { batchSize = 32 } = options;
  let firstWatched = Infinity;
  const onEvent: TrainHooks['onEvent'] = (event) => {
    if (event.kind === 'start') {
      const updates = Math.ceil(event.train / batchSize);
      firstWatched = Math.max(grace.epochs, Math.ceil(grace.updates / updates));
    }
    hooks.onEvent?.(event);
  };
  const onCheckpoint = async (checkpoint: Checkpoint): Promise<HookAnswer | undefined> => {
    if (checkpoint.kind === 'last' && checkpoint.epoch === firstWatched) {
      await watch(checkpoint.path);
    }
    return (await hooks.onCheckpoint?.(checkpoint)) ?? undefined;
  };
  const settings = { model: 'autoencoder', ...augmentation, ...options, only: [normal] };
  const result = await train(settings, { ...hooks, onEvent, onCheckpoint });
  await watch(result.model);
  return result;
}

/** A function that looks at the model of a file; the images it takes are read with its first call. */
function watcher(
  options: Omit<TrainDetectorOptions, 'normal'>,
  normal: string,
  { signal }: TrainHooks,
): (modelFile: string) => Promise<void> {
  let images: Uint8Array | undefined;
  return async (modelFile) => {
    using model = await loadModel(modelFile);
    images ??= await normalImages(model, options, normal, signal);
    const { channels, height, width } = model.format;
    const count = images.length / (channels * height * width);
    using dataset = Dataset.fromImages(images, [count, channels, height, width]);
    await refuseCollapse(model, dataset, [...Array(count).keys()], signal);
  };
}

async function normalImages(
  model: Model,
  { data, ...options }: Omit<TrainDetectorOptions, 'normal'>,
  normal: string,
  signal: AbortSignal | undefined,
): Promise<Uint8Array> {
  const { classes, labelsFrom, groupBy, cacheDir, workers, keepGoing } = options;
  const reading = { classes, labelsFrom, groupBy, cacheDir, workers, keepGoing, signal };
  const packed = await openData(data, model.format, { ...reading, allowSingleClass: true });
  using dataset = packed.dataset;
  const { index } = packed;
  const chosen = [...index.names.keys()]
    .filter((at) => (index.splits[at] ?? 'train') === 'train')
    .filter((at) => index.classes[index.labels[at] ?? -1] === normal)
    .slice(0, watchedImages);
  return Uint8Array.from(chosen.flatMap((position) => [...dataset.read(position)]));
}
