/** How a probe learns: a small network, a fixed number of updates, and no choice made on what judges it. */
import { balancedWeights } from '../data/index.js';
import { toProbabilities } from '../evaluation/index.js';
import {
  countSteps,
  Dataset,
  Network,
  Trainer,
  type EpochProgress,
  type Normalization,
} from '../native/index.js';
import type { View } from './types.js';

const head = { kind: 'linear', name: 'head', out: 'classes' } as const;
const halving = { kind: 'conv2d', stride: 2, padding: 'same', activation: 'relu' } as const;

/** Layers by what a probe sees. */
const layersFor = {
  /** Softmax regression. */
  linear: [{ kind: 'flatten' }, head],
  /** One hidden layer: a class may be told by a width between two others. */
  facts: [
    { kind: 'flatten' },
    { kind: 'linear', name: 'hidden', out: 32, activation: 'relu' },
    head,
  ],
  /** It keeps places apart to the end: a marker counts where it stands. */
  picture: [
    { ...halving, name: 'conv1', out: 8, kernel: 5 },
    { ...halving, name: 'conv2', out: 16, kernel: 3 },
    { ...halving, name: 'conv3', out: 32, kernel: 3 },
    { kind: 'flatten' },
    { kind: 'dropout', rate: 0.3 },
    head,
  ],
} as const;

export type ProbeLayers = keyof typeof layersFor;

const batchSize = 64;
/** Updates of 64 images: eight passes over 5,000, after which a planted marker has long been found. */
const updates = 640;
const mostEpochs = 30;
const highestRate = 2e-3;

export interface Lesson {
  view: View;
  layers: ProbeLayers;
  /** Class of each image of the view. */
  labels: Int32Array;
  /** How many images of the view, the first ones, are learned from; the rest are answered. */
  train: number;
  classes: number;
  seed: number;
}

export interface LessonHooks {
  /** Share of the updates that are done. */
  onShare?: ((share: number) => void) | undefined;
  signal?: AbortSignal | undefined;
}

/**
 * Class probabilities, row-major [N − train, classes], of the images not learned from. Classes weigh the same however
 * many images they have: the figure that counts is balanced. The last epoch answers, so that nothing is selected on
 * the images that judge.
 * @throws RoentgenError ABORT_ERR, ERR_DIVERGED
 */
export async function learnAndAnswer(lesson: Lesson, hooks: LessonHooks): Promise<Float64Array> {
  const { view, labels, train, classes, seed } = lesson;
  const { height, width } = view;
  using dataset = Dataset.fromImages(view.bytes, [labels.length, 1, height, width]);
  const spec = { convention: 'keras', layers: layersFor[lesson.layers] };
  using network = Network.build(spec, { outputs: classes, channels: 1, height, width }, seed);
  const indices = Int32Array.from({ length: labels.length }, (_, row) => row);
  const normalization = await measure(dataset, indices.subarray(0, train));
  await learn(lesson, { dataset, network, indices: indices.slice(0, train), normalization }, hooks);
  const outputs = await network.evaluate(
    dataset,
    {
      indices: indices.slice(train),
      labels: new Int32Array(),
      batchSize: 256,
      loss: 'crossEntropy',
      precision: 'fp32',
      normalization,
    },
    { signal: hooks.signal },
  );
  return toProbabilities(outputs.values, outputs.outputs, 'softmax');
}

/** Where all images look the same there is no deviation to divide by. */
async function measure(dataset: Dataset, indices: Int32Array): Promise<Normalization> {
  const { mean, std } = await dataset.measure(indices.slice());
  return { mean, std: std.map((deviation) => Math.max(deviation, 1 / 255)) };
}

interface Desk {
  dataset: Dataset;
  network: Network;
  indices: Int32Array;
  normalization: Normalization;
}

async function learn(
  { labels, train, classes, seed }: Lesson,
  { dataset, network, indices, normalization }: Desk,
  { onShare, signal }: LessonHooks,
): Promise<void> {
  const learned = labels.slice(0, train);
  using trainer = new Trainer(network, {
    loss: { kind: 'crossEntropy', classWeights: balancedWeights(countsOf(learned, classes)) },
    optimizer: { algorithm: 'adamw', weightDecay: 0.01 },
    precision: 'fp32',
    device: 'cpu',
    normalization,
    seed,
  });
  const steps = countSteps(train, batchSize);
  const epochs = Math.min(mostEpochs, Math.max(1, Math.round(updates / steps)));
  for (let epoch = 0; epoch < epochs; epoch += 1) {
    const onProgress = ({ step }: EpochProgress): void =>
      onShare?.((epoch + step / steps) / epochs);
    const learningRate = Float64Array.from({ length: steps }, (_, step) =>
      cosineRate((epoch * steps + step) / (epochs * steps)),
    );
    const plan = { indices, labels: learned, epoch, batchSize, learningRate };
    await trainer.epoch(dataset, plan, { onProgress, signal });
  }
}

/** From the highest rate to none. */
function cosineRate(share: number): number {
  return (highestRate * (1 + Math.cos(Math.PI * share))) / 2;
}

function countsOf(labels: Int32Array, classes: number): number[] {
  return Array.from({ length: classes }, (_, wanted) =>
    labels.reduce((count, label) => count + (label === wanted ? 1 : 0), 0),
  );
}
