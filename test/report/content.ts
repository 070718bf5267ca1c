/** Contents of reports, made up but consistent: figures follow from predictions, and the same ones come each time. */
import sharp from 'sharp';
import type { Audit } from '../../src/data/index.js';
import {
  classFigures,
  evaluateClassification,
  overallFigures,
  wilsonInterval,
  type ClassFigure,
  type ClassificationMetrics,
  type DecisionEvaluation,
  type DecisionRule,
  type Estimate,
  type LedgerEntry,
  type MetricIntervals,
} from '../../src/evaluation/index.js';
import type {
  EvaluatedSplit,
  GalleryImage,
  ProbeResult,
  ReportContent,
} from '../../src/report/index.js';

/** Numbers in [0, 1) that follow from the seed (Numerical Recipes' linear congruential generator). */
function randomNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

export interface MadeUp {
  classes?: readonly string[];
  images?: number;
  name?: string;
  seed?: number;
  filename?: (index: number) => string;
}

function predictionsOf({ classes, images, seed, filename }: Required<MadeUp>) {
  const random = randomNumbers(seed);
  const labels: number[] = [];
  const probabilities: number[] = [];
  for (let image = 0; image < images; image += 1) {
    const label = random() < 0.4 ? 0 : 1 + Math.floor(random() * (classes.length - 1));
    labels.push(label);
    const logits = classes.map((_, index) => {
      const noise = random() + random() + random() - 1.5;
      return (index === label ? 1.1 : 0) + 2.4 * noise;
    });
    const powers = logits.map(Math.exp);
    const total = powers.reduce((sum, power) => sum + power, 0);
    probabilities.push(...powers.map((power) => power / total));
  }
  return {
    filenames: labels.map((_, index) => filename(index)),
    groups: labels.map((_, index) => `person${Math.floor(index / 2)}`),
    labels,
    probabilities,
  };
}

const binary = ['NORMAL', 'PNEUMONIA'] as const;

/** Around a value: Wilson's interval, whatever the figure, which is enough for a page. */
function estimate(value: number, count: number, method: Estimate['method']): Estimate {
  const inside = Math.min(1, Math.max(0, value));
  const [low, high] = wilsonInterval(inside, count);
  return { value, low: Math.min(low, value), high: Math.max(high, value), method };
}

function intervalsOf(metrics: ClassificationMetrics, groups: number): MetricIntervals {
  const { samples, macro, weighted, binary: rates } = metrics;
  const overall: Partial<Record<(typeof overallFigures)[number], number | null>> = {
    accuracy: metrics.accuracy,
    balancedAccuracy: macro.recall,
    mcc: 0.61,
    auroc: metrics.auroc,
    averagePrecision: 0.9,
    brier: 0.12,
    ece: 0.043,
    macroPrecision: macro.precision,
    macroRecall: macro.recall,
    macroF1: macro.f1,
    weightedPrecision: weighted.precision,
    weightedRecall: weighted.recall,
    weightedF1: weighted.f1,
    sensitivity: rates?.sensitivity ?? null,
    specificity: rates?.specificity ?? null,
  };
  const around = (value: number | null | undefined, count = samples): Estimate | null =>
    value === null || value === undefined ? null : estimate(value, count, 'bootstrap');
  return {
    confidence: 0.95,
    draws: 2000,
    seed: 0,
    images: samples,
    groups,
    overall: Object.fromEntries(
      overallFigures.map((figure) => [figure, around(overall[figure])]),
    ) as MetricIntervals['overall'],
    perClass: metrics.perClass.map((scores) => {
      const { class: name, ...known } = scores;
      const figures: Record<string, number | null> = { ...known, averagePrecision: 0.88 };
      const entries = classFigures.map((figure) => [
        figure,
        around(figures[figure] ?? 0.8, Math.max(1, known.support)),
      ]);
      return { class: name, ...(Object.fromEntries(entries) as Record<ClassFigure, Estimate>) };
    }),
  };
}

/** The threshold of the made-up operating point. */
export const operatingThreshold = 0.4375;

function decisionOf(metrics: ClassificationMetrics): DecisionEvaluation {
  const { accuracy, binary: rates, confusionMatrix, samples } = metrics;
  const rate = (value: number): Estimate => estimate(value, samples, 'wilson');
  const prior = metrics.classes.map(() => 1 / metrics.classes.length);
  return {
    temperature: 1.25,
    raw: { brier: 0.124, ece: 0.061, logLoss: 0.41 },
    calibrated: { brier: 0.118, ece: 0.029, logLoss: 0.38 },
    operatingPoint: rates && {
      rule: 'youden',
      positive: rates.positive,
      threshold: operatingThreshold,
      accuracy: rate(accuracy),
      sensitivity: rate(0.95),
      specificity: rate(0.62),
      confusionMatrix,
    },
    priorShift: {
      fittedPrior: prior,
      estimatedPrior: prior.map((share, index) => (index === 0 ? share * 1.2 : share * 0.9)),
      raw: { accuracy, balancedAccuracy: metrics.macro.recall },
      adjusted: { accuracy: accuracy - 0.01, balancedAccuracy: null },
    },
    conformal: {
      alpha: 0.1,
      coverage: metrics.classes.map((_, index) => (index === 0 ? rate(0.88) : rate(0.93))),
      meanSetSize: 1.21,
      answered: Math.round(samples * 0.8),
      accuracyOfAnswered: rate(0.93),
    },
    unfamiliar: 3,
  };
}

/** A gray disc: a JPEG of some hundred bytes. */
async function thumbnail(gray: number): Promise<string> {
  const disc = Buffer.from(
    `<svg width="96" height="96"><rect width="96" height="96" fill="#111"/><circle cx="48" cy="48" r="36" fill="rgb(${gray},${gray},${gray})"/></svg>`,
  );
  const jpeg = await sharp(disc).grayscale().jpeg().toBuffer();
  return `data:image/jpeg;base64,${jpeg.toString('base64')}`;
}

/** The most confident errors, then as many right answers. */
async function galleryOf(
  { filenames, labels, probabilities }: EvaluatedSplit['predictions'],
  classes: readonly string[],
): Promise<GalleryImage[]> {
  const answers = labels.map((label, image) => {
    const row = probabilities.slice(image * classes.length, (image + 1) * classes.length);
    const probability = Math.max(...row);
    return { image, label, probability, answer: row.indexOf(probability) };
  });
  const sorted = answers.sort((a, b) => b.probability - a.probability);
  const errors = sorted.filter(({ label, answer }) => label !== answer).slice(0, 8);
  const right = sorted.filter(({ label, answer }) => label === answer).slice(0, 4);
  return Promise.all(
    [...errors, ...right].map(async ({ image, label, probability, answer }, index) => ({
      filename: filenames[image] ?? '',
      thumbnail: await thumbnail(90 + 10 * index),
      prediction: classes[answer] ?? '',
      truth: classes[label] ?? '',
      probability,
    })),
  );
}

export async function madeUpSplit(options: MadeUp = {}): Promise<EvaluatedSplit> {
  const whole: Required<MadeUp> = {
    classes: binary,
    images: 120,
    name: 'test',
    seed: 7,
    filename: (index) => `test/person${index}_bacteria_${index}.jpeg`,
    ...options,
  };
  const { name, classes } = whole;
  const predictions = predictionsOf(whole);
  const { labels, probabilities } = predictions;
  const metrics = evaluateClassification({ probabilities, labels, classes });
  return {
    name,
    data: 'chest_xray',
    dataHash: 'd'.repeat(64),
    metrics,
    intervals: intervalsOf(metrics, new Set(predictions.groups).size),
    decision: decisionOf(metrics),
    predictions,
    gallery: await galleryOf(predictions, classes),
  };
}

const history: ReportContent['history'] = Array.from({ length: 12 }, (_, index) => ({
  epoch: index + 1,
  trainLoss: 0.62 / (1 + index / 3),
  valLoss: 0.6 / (1 + index / 4) + (index > 8 ? 0.02 * (index - 8) : 0),
  trainAccuracy: 1 - 0.3 / (1 + index / 2),
  valAccuracy: 0.98 - 0.25 / (1 + index / 2),
  valAuroc: 0.99 - 0.1 / (1 + index),
  learningRate: 0.001 * (1 - index / 12),
  seconds: 72.4 + index / 10,
}));

const audit: Audit = {
  verdict: 'warn',
  headline: 'No patient is in two splits; 61 near-duplicates within training.',
  sources: ['chest_xray'],
  dataHash: 'd'.repeat(64),
  images: 5856,
  groups: 3423,
  classes: [...binary],
  checks: [
    {
      name: 'patientOverlap',
      title: 'Patients in several splits',
      status: 'pass',
      count: 0,
      summary: 'None of 3,423 patients is in two splits.',
    },
    {
      name: 'nearDuplicates',
      title: 'Near-duplicates',
      status: 'warn',
      count: 61,
      summary: '61 pairs within training, none across splits.',
    },
    {
      name: 'exactDuplicates',
      title: 'Exact duplicates across splits',
      status: 'fail',
      count: 1,
      summary: 'One file is in training and in test.',
    },
  ],
  findings: [
    {
      check: 'nearDuplicates',
      status: 'warn',
      files: ['train/NORMAL/IM-0115-0001.jpeg', 'train/NORMAL/IM-0117-0001.jpeg'],
      message: 'look alike',
    },
  ],
  seconds: 14.2,
};

const probes: ProbeResult[] = [
  {
    name: 'metadata',
    title: 'File metadata only',
    accuracy: 0.81,
    balancedAccuracy: 0.78,
    auroc: 0.86,
    aurocInterval: [0.82, 0.89],
    explainedShare: 0.74,
    flagged: true,
  },
  {
    name: 'thumbnail',
    title: '8×8 thumbnail',
    accuracy: 0.7,
    balancedAccuracy: 0.62,
    auroc: null,
    aurocInterval: null,
    explainedShare: null,
    flagged: false,
  },
];

const ledger: LedgerEntry[] = [1, 2].map((day) => ({
  when: `2026-11-0${day}T09:30:00.000Z`,
  split: 'test',
  data: 'chest_xray',
  dataHash: 'd'.repeat(64),
  images: 120,
  modelHash: 'a'.repeat(64),
  why: day === 1 ? 'report a figure' : 'compare with <baseline>',
}));

const decisionRule: DecisionRule = {
  fittedOn: 'validation',
  images: 521,
  groups: 301,
  dataHash: 'd'.repeat(64),
  temperature: 1.25,
  prior: [0.26, 0.74],
  operatingPoint: { rule: 'youden', positive: 'PNEUMONIA', threshold: operatingThreshold },
  conformal: { alpha: 0.1, thresholds: [0.21, 0.34] },
};

/** A run with a test and a validation set, and all that a run can have. */
export async function madeUpContent(options: MadeUp = {}): Promise<ReportContent> {
  const classes = options.classes ?? binary;
  return {
    title: 'resnet18-20261101-093000',
    created: '2026-11-01T09:30:00.000Z',
    architecture: 'resnet18',
    parameters: 11171266,
    classes,
    input: '1×224×224',
    tta: 'none',
    data: {
      source: 'chest_xray',
      hash: 'd'.repeat(64),
      train: 4653,
      validation: 563,
      validationFrom: 'train',
      groupBy: 'kermany',
      normalization: 'dataset',
    },
    settings: [
      { name: 'epochs', value: '12' },
      { name: 'optimizer', value: 'adamw' },
      { name: 'augmentation', value: 'rotation ±15°, zoom ±10%' },
    ],
    versions: [
      { name: 'roentgen', value: '0.1.0' },
      { name: 'LibTorch', value: '2.13.0' },
    ],
    warnings: ['Leakage was allowed: one file is in training and in test.'],
    history,
    bestEpoch: 9,
    evalMetric: 'eval_loss',
    stopReason: 'completed',
    seconds: 912.4,
    decisionRule,
    audit,
    probes,
    ledger,
    evaluations: [
      await madeUpSplit(options),
      await madeUpSplit({ ...options, name: 'validation', seed: 11, images: 90 }),
    ],
  };
}

export const ternary = ['BACTERIA', 'NORMAL', 'VIRUS'] as const;

/** The same without anything that may be missing. */
export function bareContent(content: ReportContent): ReportContent {
  return {
    ...content,
    warnings: [],
    history: [],
    decisionRule: null,
    audit: null,
    probes: null,
    ledger: [],
    settings: [],
    versions: [],
    evaluations: [],
  };
}
