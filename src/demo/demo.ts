/** Draws phantoms, trains a small network on them, evaluates it, predicts a few of them, and reports. */
import { basename, dirname, join } from 'node:path';
import { evaluate, predict, type EvaluateResult } from '../inference/index.js';
import { writeReport, type WrittenReport } from '../reporting/index.js';
import { train, type TrainEvent, type RunResult } from '../training/index.js';
import { prepareData, type DemoData } from './phantoms.js';

/** Where the demonstration works, and how much of it is done. */
export interface DemoOptions {
  /** Folder for the images and the run; default `runs`. */
  output?: string | undefined;
  /** A fiftieth of the work: shows that everything runs, not how good it gets. Default false. */
  quick?: boolean | undefined;
}

export type DemoEvent =
  | { kind: 'stage'; stage: 'draw' | 'train' | 'evaluate' | 'predict' | 'report' }
  | { kind: 'training'; event: TrainEvent };

/** Progress and the signal of the demonstration. */
export interface DemoHooks {
  /** Hears of progress as it happens. */
  onEvent?: ((event: DemoEvent) => void) | undefined;
  signal?: AbortSignal | undefined;
}

export interface DemoPrediction {
  filename: string;
  label: string;
  /** Of the label, 0 … 1. */
  probability: number;
  /** The class that was drawn. */
  truth: string;
}

/** What the demonstration drew, trained and measured. */
export interface DemoResult {
  data: DemoData;
  run: RunResult;
  /** On the test images, which took no part in training. */
  evaluation: EvaluateResult;
  /** Of a few test images, and the file that holds them. */
  predictions: DemoPrediction[];
  predictionsFile: string;
  report: WrittenReport;
  seconds: number;
}

/**
 * Report S2's network for these three classes, on a quarter of its pixels and in small batches: fast steps and many
 * of them. It is right about four times in five after a minute on two cores.
 */
const recipe = { model: 'cnn-ternary', imgSize: 64, batchSize: 16, seed: 42 } as const;
const efforts = {
  full: { imagesPerClass: 360, epochs: 12 },
  quick: { imagesPerClass: 40, epochs: 2 },
} as const;

/**
 * From nothing to predictions on synthetic radiographs: shows that everything works here, and what comes out.
 * The images are drawn once, and later calls find them; each call makes a new run directory.
 * @throws RoentgenError as `train`, `evaluate`, `predict` and `writeReport`
 */
export async function demo(options: DemoOptions = {}, hooks: DemoHooks = {}): Promise<DemoResult> {
  const { output = 'runs', quick = false } = options;
  const { onEvent = () => undefined, signal } = hooks;
  const { imagesPerClass, epochs } = efforts[quick ? 'quick' : 'full'];
  const started = performance.now();

  onEvent({ kind: 'stage', stage: 'draw' });
  const data = await prepareData(output, imagesPerClass, signal);
  const cacheDir = join(dirname(data.images), 'packed');

  onEvent({ kind: 'stage', stage: 'train' });
  const run = await train(
    { ...recipe, epochs, data: data.images, output, experiment: 'demo', cacheDir },
    {
      signal,
      onEvent: (event) => {
        onEvent({ kind: 'training', event });
      },
    },
  );
  const model = run.runDirectory;

  onEvent({ kind: 'stage', stage: 'evaluate' });
  const evaluation = await evaluate({ model, data: data.images, cacheDir }, { signal });

  onEvent({ kind: 'stage', stage: 'predict' });
  const predictionsFile = join(model, 'predictions-demo.csv');
  const inputs = data.examples;
  const answered = await predict({ model, inputs, output: predictionsFile, signal });

  onEvent({ kind: 'stage', stage: 'report' });
  const report = await writeReport(model);
  return {
    data,
    run,
    evaluation,
    predictions: answered.predictions.map(({ filename, label, probabilities }) => ({
      filename,
      label,
      probability: probabilities[answered.classes.indexOf(label)] ?? 0,
      // Phantoms lie in a folder named after their class.
      truth: basename(dirname(filename)),
    })),
    predictionsFile,
    report,
    seconds: (performance.now() - started) / 1000,
  };
}
