/** Contents of runs as the tests need them: two and three classes, with all parts, with none, with hostile names. */
import type { ReportContent } from '../../../src/report/index.js';
import { evaluatedSplit } from './evaluatedSplit.js';

export const trainingHash = '1d0c099b068a307990e291fe4505e30c0dbec30b9a913290b1cdbb8f6241f054';
export const otherHash = 'ab'.repeat(32);

/** A run with nothing beside training: not audited, probed, calibrated or evaluated. */
export function bareContent(classes: readonly string[] = ['NORMAL', 'PNEUMONIA']): ReportContent {
  return {
    title: 'resnet18-20261120-101500',
    created: '2026-11-20T10:15:00.000Z',
    architecture: 'resnet18',
    parameters: 11_177_538,
    classes,
    input: '3×224×224',
    tta: 'none',
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
