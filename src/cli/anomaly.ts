/** `roentgen anomaly`: finds images unlike the normal ones, by detectors that learned from these alone. */
import { z } from 'zod';
import {
  detectAnomalies,
  detectorNames,
  scoreAnomalies,
  trainAnomalyDetector,
  type AnomalyReport,
  type DetectorResult,
  type TrainDetectorOptions,
} from '../anomaly/index.js';
import { trainOptionsSchema } from '../training/index.js';
import { createEvaluationReporter } from './evaluate.js';
import { UsageError } from './failure.js';
import type { Session } from './session.js';
import { labelFlags } from './labelFlags.js';
import { readingFlags } from './sharedFlags.js';
import { alignColumns, formatCount, plural } from './text.js';
import { createTrainingReporter } from './trainingProgress.js';
import type { Arguments, Outcome, Verb } from './verb.js';

const flags = z.strictObject({
  normal: z
    .string()
    .optional()
    .describe('The class that is normal; all others are anomalies. Needed unless with --detector'),
  model: z
    .string()
    .optional()
    .describe(
      "Run of an autoencoder or a classifier on DATA [trains an autoencoder, in --output's runs]",
    ),
  detectors: z
    .array(z.enum(detectorNames))
    .optional()
    .describe('Ways to score an image [all that the model is fit for]'),
  layer: z
    .string()
    .optional()
    .describe("Layer whose pooled output is the embedding [the architecture's own]"),
  neighbors: z
    .number()
    .int()
    .min(1)
    .default(5)
    .describe('Which of the nearest normal embeddings counts'),
  threshold: z
    .string()
    .default('sigma=1')
    .describe(
      'Of normal images: sigma=1 (mean + 1 standard deviation) or rate=0.05 (flagged); or youden',
    ),
  thresholdOn: z
    .enum(['validation', 'test'])
    .default('validation')
    .describe('Images that thresholds are chosen on; test needs --allow-test-selection'),
  allowTestSelection: z
    .boolean()
    .default(false)
    .describe('Choose thresholds on the test split all the same; the result says so'),
  split: z
    .enum(['test', 'validation'])
    .optional()
    .describe('Images to judge on [test where the data have one]'),
  why: z
    .string()
    .optional()
    .describe("What the figures are for, kept in the run's ledger [to judge anomaly detectors]"),
  detector: z
    .string()
    .optional()
    .describe('Folder that this verb wrote: scores the images named, without judging anything'),
  output: z
    .string()
    .optional()
    .describe(
      'New folder for the results [anomaly in the run]; with --detector a CSV file [stdout]',
    ),
});

/** Of the autoencoder that is trained where no model is named; `roentgen train` has all others. */
const trainingFlags = trainOptionsSchema
  .pick({
    imgSize: true,
    epochs: true,
    batchSize: true,
    lr: true,
    valFraction: true,
    maxTime: true,
    seed: true,
  })
  .extend(labelFlags.shape);

export const anomalyVerb: Verb = {
  description:
    'Detectors learn from normal training images alone, take their thresholds from validation images, and are judged ' +
    'on the test split: AUROC, and the share that each flags of every class, with intervals. Without --model it first ' +
    'trains an autoencoder on the normal class. With --detector it scores images whose classes nobody knows.',
  positionals: {
    inputs: 'Data: a folder of class folders, a manifest or a packed file; with --detector images',
  },
  flags: { Anomalies: flags, Training: trainingFlags, Reading: readingFlags },
  examples: [
    {
      command: 'anomaly chest_xray --normal NORMAL',
      explanation: 'an autoencoder trained on NORMAL',
    },
    {
      command: 'anomaly chest_xray --normal NORMAL --model runs/demo --threshold rate=0.05',
      explanation: "a run's embeddings, flagging 5% of the normal",
    },
    {
      command: 'anomaly --detector runs/demo/anomaly new_images',
      explanation: 'score new images',
    },
  ],
  async run(args, session) {
    const { detector } = args.flags(flags);
    return detector === undefined ? judgeDetectors(args, session) : score(detector, args, session);
  },
};

async function judgeDetectors(args: Arguments, session: Session): Promise<Outcome> {
  const { keepGoing, ...reading } = args.flags(readingFlags);
  const { normal, model, detector: _, ...options } = args.flags(flags);
  const [data, ...more] = args.positionals('inputs');
  if (data === undefined || more.length > 0 || normal === undefined) {
    throw new UsageError('Expected one DATA and --normal, or --detector', 'roentgen anomaly');
  }
  const places = { data, normal, ...reading, ...(keepGoing ? { keepGoing } : {}) };
  const signal = session.catchInterrupt('Stopping …');
  const run = model ?? (await trainOn(places, args, session, signal));
  const report = await detectAnomalies(
    { ...places, ...options, model: run },
    { signal, onEvent: createEvaluationReporter(session.terminal, 'looking') },
  );
  return {
    text: describe(report),
    json: report,
    problems: report.problems,
    keepGoing,
    showsPredictions: true,
  };
}

async function trainOn(
  places: Pick<TrainDetectorOptions, 'data' | 'normal'>,
  args: Arguments,
  { terminal }: Session,
  signal: AbortSignal,
): Promise<string> {
  const settings = args.flags(trainingFlags);
  const onEvent = createTrainingReporter(terminal);
  const { runDirectory } = await trainAnomalyDetector(
    { ...settings, ...places },
    { signal, onEvent },
  );
  return runDirectory;
}

async function score(detector: string, args: Arguments, session: Session): Promise<Outcome> {
  const { keepGoing, workers } = args.flags(readingFlags);
  const { output } = args.flags(flags);
  const inputs = args.positionals('inputs');
  const signal = session.catchInterrupt('Stopping …');
  const result = await scoreAnomalies({ detector, inputs, output, workers }, { signal });
  const { text, problems, images } = result;
  return {
    text: output === undefined ? text : `${plural(images.length, 'image')}, written to ${output}\n`,
    json: result,
    problems,
    keepGoing,
    showsPredictions: true,
  };
}

function describe(report: AnomalyReport): string {
  const { normal, detectors, learnedFrom, images, split, layer, features, notes } = report;
  const [first] = detectors;
  const heads = [
    'detector',
    'AUROC [95%]',
    'threshold',
    ...(first?.flagged.map((row) => `flagged ${row.class}`) ?? []),
    'balanced',
  ];
  const looks = report.looks === null ? [] : [describeLooks(report.looks)];
  const lines = [
    `${plural(images, 'image')} (${split}); learned from ${formatCount(learnedFrom)} of ${normal}; embedding: ` +
      `${layer}, ${plural(features, 'feature')}`,
    '',
    ...alignColumns([heads, ...detectors.map(rowOf)], 'lrrr'),
    '',
    ...detectors.map(({ name, title }) => `${name}: ${title}`),
    ...(first ? [`Threshold ${first.threshold.rule}, from ${describeThreshold(first)}`] : []),
    ...notes,
    ...looks,
    '',
    `  files  ${report.output}`,
  ];
  return `${lines.join('\n')}\n`;
}

function rowOf({ name, auroc, threshold, flagged, balancedAccuracy }: DetectorResult): string[] {
  const percent = (share: number): string => (100 * share).toFixed(0);
  return [
    name,
    `${auroc.value.toFixed(3)} [${auroc.low.toFixed(3)}, ${auroc.high.toFixed(3)}]`,
    threshold.value.toPrecision(4),
    ...flagged.map(
      ({ share: { value, low, high } }) => `${percent(value)}% [${percent(low)}, ${percent(high)}]`,
    ),
    balancedAccuracy.toFixed(3),
  ];
}

function describeThreshold({ threshold: { on, images, rule } }: DetectorResult): string {
  const kind = rule === 'youden' ? 'labeled' : 'normal';
  return `${formatCount(images)} ${kind} ${on} images.`;
}

function describeLooks(looks: number): string {
  const times = looks === 1 ? 'once' : `${looks} times`;
  return `These images have been looked at ${times} with models of this run (ledger.jsonl).`;
}
