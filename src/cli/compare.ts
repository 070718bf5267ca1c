/** `roentgen compare`: whether one model is better than another on the same images. */
import { z } from 'zod';
import {
  comparedFigures,
  compareModels,
  formatPValue,
  readPredictions,
  signed,
  type ComparedFigure,
  type ModelComparison,
} from '../evaluation/index.js';
import { findPredictions } from './findPredictions.js';
import { alignColumns, plural } from './text.js';
import type { Verb } from './verb.js';

const flags = z.strictObject({
  metric: z
    .enum(comparedFigures)
    .default('accuracy')
    .describe('The figure that decides, chosen before looking at the others'),
  positive: z
    .string()
    .optional()
    .describe('Of two classes the one that F1 and AUROC speak of [the last]'),
  draws: z.number().int().min(100).default(2000).describe('Draws of the bootstrap of patients'),
  seed: z.number().int().min(0).default(0).describe('Of the draws'),
});

export const compareVerb: Verb = {
  description:
    'Compares predictions of the same test images: differences with 95% intervals from a paired ' +
    "bootstrap of patients, McNemar's exact test of the answers, DeLong's test of the AUROC, and a " +
    'verdict. Of a run directory it takes the newest evaluation on the test split.',
  positionals: {
    a: 'Run directory, evaluation folder or predictions.csv',
    b: 'The same of the other model',
  },
  flags: { Comparison: flags },
  examples: [
    { command: 'compare runs/scratch runs/pretrained', explanation: 'both on their test images' },
    {
      command: 'compare a/predictions.csv b/predictions.csv --metric auroc',
      explanation: "DeLong's test decides",
    },
  ],
  async run(args) {
    const [a, b] = [
      await findPredictions(args.positional('a')),
      await findPredictions(args.positional('b')),
    ];
    const comparison = compareModels(
      await readPredictions(a),
      await readPredictions(b),
      args.flags(flags),
    );
    return {
      text: describeComparison(comparison, a, b),
      json: { a, b, ...comparison },
      showsPredictions: true,
    };
  },
};

const titles: Readonly<Record<ComparedFigure, string>> = {
  accuracy: 'accuracy',
  balancedAccuracy: 'balanced acc.',
  f1: 'F1',
  auroc: 'AUROC',
  brier: 'Brier score',
};

const testNames: Readonly<Partial<Record<ComparedFigure, string>>> = {
  accuracy: 'McNemar',
  auroc: 'DeLong',
};

function describeComparison(comparison: ModelComparison, a: string, b: string): string {
  const { images, groups, positive, differences, mcnemar, verdict } = comparison;
  const rows = differences.map(({ figure, pValue, ...values }) => [
    titles[figure],
    values.a.toFixed(4),
    values.b.toFixed(4),
    signed(values.difference, 4),
    `${signed(values.low, 4)} to ${signed(values.high, 4)}`,
    pValue === null ? '' : `${formatPValue(pValue)} ${testNames[figure] ?? ''}`,
  ]);
  const table = alignColumns([['', 'A', 'B', 'B - A', '95% interval', ''], ...rows], 'lrrrll');
  const of = positive === null ? 'macro averages' : `positive class ${positive}`;
  return [
    `A  ${a}`,
    `B  ${b}`,
    `${plural(images, 'image')} of ${plural(groups, 'patient')}, ${of}`,
    '',
    ...table,
    '',
    `Right in A only: ${plural(mcnemar.onlyA, 'image')}; in B only: ${plural(mcnemar.onlyB, 'image')}.`,
    'Of the Brier score less is better.',
    '',
    `${verdict}\n`,
  ].join('\n');
}
