/** Contents of runs as the tests need them: two and three classes, with all parts, with none, with hostile names. */
import type {
  DecisionEvaluation,
  Estimate,
  IntervalMethod,
  MetricIntervals,
} from '../../../src/evaluation/index.js';
import { evaluateClassification } from '../../../src/evaluation/index.js';
import type { EvaluatedSplit, ReportContent } from '../../../src/report/index.js';
import { randomSource } from '../../evaluation/fixtures.js';

export const trainingHash = '1d0c099b068a307990e291fe4505e30c0dbec30b9a913290b1cdbb8f6241f054';
export const otherHash = 'ab'.repeat(32);

/** A figure with ends that no other figure has, so that a mix-up shows. */
function estimate(value: number | null, method: IntervalMethod, width: number): Estimate | null {
  return value === null
    ? null
    : { value, low: Math.max(-1, value - width), high: Math.min(1, value + width / 2), method };
}

function intervalsOf(metrics: EvaluatedSplit['metrics'], groups: number): MetricIntervals {
  const { macro, weighted, binary } = metrics;
  return {
    confidence: 0.95,
    draws: 2000,
    seed: 42,
    images: metrics.samples,
    groups,
    overall: {
      accuracy: estimate(metrics.accuracy, 'wilson', 0.021),
      balancedAccuracy: estimate(macro.recall, 'bootstrap', 0.022),
      mcc: estimate(2 * metrics.accuracy - 1, 'bootstrap', 0.023),
      auroc: estimate(metrics.auroc, 'delong', 0.024),
      averagePrecision: estimate(metrics.accuracy / 2, 'bootstrap', 0.025),
      brier: estimate(1 - metrics.accuracy, 'bootstrap', 0.026),
      ece: estimate(3.3e-7, 'bootstrap', 1e-7),
      macroPrecision: estimate(macro.precision, 'bootstrap', 0.027),
      macroRecall: estimate(macro.recall, 'bootstrap', 0.028),
      macroF1: estimate(macro.f1, 'bootstrap', 0.029),
      weightedPrecision: estimate(weighted.precision, 'bootstrap', 0.03),
      weightedRecall: estimate(weighted.recall, 'bootstrap', 0.031),
      weightedF1: estimate(weighted.f1, 'bootstrap', 0.032),
      sensitivity: estimate(binary?.sensitivity ?? null, 'wilson', 0.033),
      specificity: estimate(binary?.specificity ?? null, 'wilson', 0.034),
    },
    perClass: metrics.perClass.map((scores) => ({
      class: scores.class,
      precision: estimate(scores.precision, 'wilson', 0.041),
      recall: estimate(scores.recall, 'wilson', 0.042),
      f1: estimate(scores.f1, 'bootstrap', 0.043),
      specificity: estimate(scores.recall / 2, 'wilson', 0.044),
      npv: null,
      balancedAccuracy: estimate(scores.recall / 3, 'bootstrap', 0.045),
      mcc: estimate(scores.recall / 4, 'bootstrap', 0.046),
      auroc: estimate(scores.auroc, 'delong', 0.047),
      averagePrecision: estimate(scores.f1 / 2, 'bootstrap', 0.048),
    })),
  };
}

function decisionOf(metrics: EvaluatedSplit['metrics']): DecisionEvaluation {
  const { classes, accuracy, confusionMatrix } = metrics;
  const share = 1 / classes.length;
  const rate: Estimate = { value: accuracy, low: accuracy - 0.02, high: 1, method: 'wilson' };
  return {
    temperature: 1.37,
    raw: { brier: 0.211, ece: 0.112, logLoss: 0.513 },
    calibrated: { brier: 0.207, ece: 0.034, logLoss: 0.457 },
    operatingPoint:
      classes.length === 2
        ? {
            rule: 'sensitivity=0.97',
            positive: classes[1] ?? '',
            threshold: 0.731,
            accuracy: rate,
            sensitivity: { ...rate, value: 0.9731 },
            specificity: null,
            confusionMatrix,
          }
        : null,
    priorShift: {
      fittedPrior: classes.map(() => share),
      estimatedPrior: classes.map(() => share),
      raw: { accuracy, balancedAccuracy: 0.777 },
      adjusted: { accuracy: 0.888, balancedAccuracy: null },
    },
    conformal: {
      alpha: 0.1,
      coverage: classes.map((_, index) => (index === 0 ? null : { ...rate, value: 0.913 })),
      meanSetSize: 1.234,
      answered: 555,
      accuracyOfAnswered: { ...rate, value: 0.944 },
    },
    unfamiliar: 7,
  };
}

/** Seeded answers that are right more often than not; the last quarter of images shares its groups. */
export function evaluatedSplit(
  classes: readonly string[],
  split: { name: string; data: string; dataHash: string; images: number; seed: number },
): EvaluatedSplit {
  const random = randomSource(split.seed);
  const labels = Array.from({ length: split.images }, (_, index) => index % classes.length);
  const probabilities = labels.flatMap((label) => {
    const weights = classes.map((_, index) => random() + (index === label ? 0.4 : 0));
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    return weights.map((weight) => weight / total);
  });
  const metrics = evaluateClassification({ probabilities, labels, classes });
  const names = labels.map((_, index) => `${split.name}/${String(index)}.png`);
  const groups = names.map((_, index) => `P${String(Math.min(index, (split.images * 3) / 4))}`);
  return {
    name: split.name,
    data: split.data,
    dataHash: split.dataHash,
    metrics,
    intervals: intervalsOf(metrics, new Set(groups).size),
    decision: decisionOf(metrics),
    predictions: { filenames: names, groups, labels, probabilities },
    gallery: [
      {
        filename: names[0] ?? '',
        thumbnail: 'data:image/jpeg;base64,',
        prediction: classes[1] ?? '',
        truth: classes[0] ?? '',
        probability: 0.99,
      },
    ],
  };
}

/** A run with nothing beside training: not audited, probed, calibrated or evaluated. */
export function bareContent(classes: readonly string[] = ['NORMAL', 'PNEUMONIA']): ReportContent {
  return {
    title: 'resnet18-20261120-101500',
    created: '2026-11-20T10:15:00.000Z',
    architecture: 'resnet18',
    parameters: 11_177_538,
    classes,
    input: '3×224×224',
    data: {
      source: '/home/somebody/data/chest_xray/',
      hash: trainingHash,
      train: 4694,
      validation: 522,
      validationFrom: 'train',
      groupBy: 'kermany',
      normalization: 'mean 0.5303, deviation 0.1944',
    },
    settings: [],
    versions: [],
    warnings: [],
    history: [1, 2, 3, 4, 5].map((epoch) => ({
      epoch,
      trainLoss: 0.13,
      valLoss: 0.24,
      trainAccuracy: 0.9 + epoch / 100,
      valAccuracy: 0.9137,
      valAuroc: 0.9896,
      learningRate: 0.001,
      seconds: 367,
    })),
    bestEpoch: 4,
    evalMetric: 'loss',
    stopReason: 'completed',
    seconds: 734,
    decisionRule: null,
    audit: null,
    probes: null,
    ledger: [],
    evaluations: [],
  };
}

/** A run with every part, and evaluations of its own test split, of other data and of validation. */
export function fullContent(classes: readonly string[] = ['NORMAL', 'PNEUMONIA']): ReportContent {
  const bare = bareContent(classes);
  const own = { data: bare.data.source, dataHash: trainingHash };
  const look = {
    when: '2026-11-20T11:00:00.000Z',
    split: 'test',
    ...own,
    images: 624,
    modelHash: '9f'.repeat(32),
    why: 'report a figure',
  };
  return {
    ...bare,
    initialization: 'random, seed 42',
    settings: [
      { name: 'optimizer', value: 'adam, learning rate 0.001' },
      { name: 'rotation', value: '±25°' },
    ],
    versions: [
      { name: 'roentgen', value: '0.1.0' },
      { name: 'LibTorch', value: '2.13.0' },
    ],
    warnings: ['Leakage was allowed: 3 patients are in two splits.'],
    decisionRule: {
      fittedOn: 'validation',
      images: 522,
      groups: 401,
      dataHash: trainingHash,
      temperature: 1.37,
      prior: classes.map(() => 1 / classes.length),
      operatingPoint: null,
      conformal: null,
    },
    audit: {
      verdict: 'warn',
      headline: 'No patient is in two splits; 4 pairs of images look alike.',
      sources: [bare.data.source],
      dataHash: trainingHash,
      images: 5856,
      groups: 3654,
      classes: [...classes],
      checks: [
        {
          name: 'patientOverlap',
          title: 'Patients in more than one split',
          status: 'pass',
          count: 0,
          summary: 'None of 3,654 patients is in two splits.',
        },
        {
          name: 'unreadable',
          title: 'Unreadable images',
          status: 'pass',
          count: 0,
          summary: 'All 5,856 files can be read.',
        },
      ],
      findings: [],
      seconds: 12,
    },
    probes: [
      {
        name: 'thumbnail',
        title: 'An 8×8 thumbnail',
        accuracy: 0.812,
        balancedAccuracy: 0.765,
        auroc: 0.834,
        aurocInterval: [0.801, 0.867],
        explainedShare: 0.71,
        flagged: true,
      },
      {
        name: 'metadata',
        title: 'File metadata',
        accuracy: 0.601,
        balancedAccuracy: 0.502,
        auroc: null,
        aurocInterval: null,
        explainedShare: null,
        flagged: false,
      },
    ],
    ledger: [look, { ...look, when: '2026-11-20T12:00:00.000Z', why: 'again | later' }],
    evaluations: [
      evaluatedSplit(classes, { name: 'test', ...own, images: 624, seed: 1 }),
      evaluatedSplit(classes, {
        name: 'elsewhere',
        data: 'radiography.csv',
        dataHash: otherHash,
        images: 300,
        seed: 2,
      }),
      evaluatedSplit(classes, { name: 'validation', ...own, images: 522, seed: 3 }),
    ],
  };
}

/** Words that Markdown, HTML or YAML would read as something else. */
export const hostileNames = [
  'a|b',
  'two\nlines',
  '`code` \\` tail',
  '<script>alert(1)</script>',
  '**bold** _Lung_Opacity_ ~~gone~~',
  '[link](javascript:alert(1)) ![image](x)',
  '---',
  '# heading',
  '1. list',
  '- item',
  '&lt; is not <',
  'no',
  '1e3',
  '\u202etxt.exe',
  '$x^2$',
] as const;

/** The same words wherever a word can come from outside. */
export function hostileContent(): ReportContent {
  const content = fullContent(hostileNames);
  const words = hostileNames.join(' ');
  const facts = hostileNames.map((name) => ({ name, value: name }));
  const { audit } = content;
  return {
    ...content,
    title: '---\nlicense: mit\n---\n<b>title</b>',
    architecture: '`net`|<i>x</i>',
    data: { ...content.data, source: '/data/<u>|x', groupBy: '^(P\\d+)_|`', normalization: words },
    settings: facts,
    versions: facts,
    warnings: [...hostileNames],
    stopReason: words,
    initialization: words,
    audit: audit && {
      ...audit,
      headline: words,
      checks: audit.checks.map((check) => ({ ...check, title: words, summary: words })),
    },
    probes: (content.probes ?? []).map((probe) => ({ ...probe, title: words })),
    ledger: content.ledger.map((entry) => ({ ...entry, why: words, data: '/data/<u>|x' })),
    evaluations: content.evaluations.slice(0, 1),
  };
}
