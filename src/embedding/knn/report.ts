/** How good neighbors' votes are on labeled images, and how far they agree with the network. */
import { splits, type Split } from '../../data/index.js';
import { metricIntervals, type Estimate, type OverallFigure } from '../../evaluation/index.js';
import { RoentgenError, type Hooks } from '../../native/index.js';
import type { Answers } from '../answers.js';
import type { Embeddings } from '../types.js';
import { agreement, type Agreement } from './agreement.js';
import {
  classifyByNeighbors,
  type KnnAnswer,
  type KnnOptions,
  type KnnQuestion,
} from './classify.js';

/** 95% intervals: Wilson's, the bootstrap's, DeLong's (with more than two classes the bootstrap's). */
export type KnnFigures = Pick<
  Record<OverallFigure, Estimate | null>,
  'accuracy' | 'balancedAccuracy' | 'auroc'
>;

/** How well nearest neighbors classify, and how far the network agrees with them. */
export interface KnnReport extends Required<KnnOptions> {
  /** Images classified. */
  images: number;
  split: Split | 'all';
  /** Images that vote. */
  references: number;
  neighbors: KnnFigures;
  /** Of the network's own answers to the same images; null for a network without classes. */
  network: KnnFigures | null;
  agreement: Agreement | null;
}

/**
 * Which images vote, and which are classified: those of `train` classify `split`; where nothing is marked as `train`,
 * all labeled images vote, and each is classified by the others'. Default of `split`: `test` where there are such
 * images, else all.
 * @throws RoentgenError ERR_EMPTY_DATASET naming the splits that there are
 */
export function knnQuestion(
  { labels, splits: splitOf }: Embeddings,
  wanted?: Split | 'all',
): KnnQuestion & { split: Split | 'all' } {
  const split = wanted ?? (splitOf.includes('test') ? 'test' : 'all');
  const labeled = [...labels.keys()].filter((row) => (labels[row] ?? -1) >= 0);
  const queries = labeled.filter((row) => split === 'all' || splitOf[row] === split);
  if (queries.length === 0) {
    const has = splits.filter((name) => splitOf.includes(name));
    throw new RoentgenError(
      'ERR_EMPTY_DATASET',
      `No labeled image is in split ${split}; there are ${has.length > 0 ? has.join(', ') : 'no splits'}: choose one, or all.`,
    );
  }
  const training = labeled.filter((row) => splitOf[row] === 'train');
  return { split, queries, references: training.length > 0 ? training : labeled };
}

/**
 * Classifies the images that `knnQuestion` names.
 * @param network answers to all rows; null where there are none
 * @throws RoentgenError as `knnQuestion` and `classifyByNeighbors`
 */
export async function evaluateNeighbors(
  embeddings: Embeddings,
  network: Answers | null,
  { split: wanted, ...options }: KnnOptions & { split?: Split | 'all' | undefined } = {},
  hooks: Hooks = {},
): Promise<{ report: KnnReport; answer: KnnAnswer; question: KnnQuestion }> {
  const { split, ...question } = knnQuestion(embeddings, wanted);
  const answer = await classifyByNeighbors(embeddings, question, options, hooks);
  const { queries, references } = question;
  const classes = embeddings.classes.length;
  const truth = queries.map((row) => embeddings.labels[row] ?? -1);
  const own = network && {
    labels: queries.map((row) => network.labels[row] ?? -1),
    probabilities: queries.flatMap((row) => [
      ...network.probabilities.subarray(row * classes, (row + 1) * classes),
    ]),
  };
  const { k = 5, metric = 'euclidean', weighting = 'uniform', samePatient = false } = options;
  return {
    question,
    answer,
    report: {
      ...{ k, metric, weighting, samePatient, split },
      images: queries.length,
      references: references.length,
      neighbors: figuresOf(embeddings, queries, answer),
      network: own && figuresOf(embeddings, queries, own),
      agreement: own && agreement(truth, own.labels, answer.labels, classes),
    },
  };
}

function figuresOf(
  { labels, groups, classes }: Embeddings,
  queries: readonly number[],
  { probabilities }: { probabilities: ArrayLike<number> },
): KnnFigures {
  const { accuracy, balancedAccuracy, auroc } = metricIntervals({
    probabilities,
    labels: queries.map((row) => labels[row] ?? -1),
    groups: queries.map((row) => groups[row] ?? ''),
    classes,
  }).overall;
  return { accuracy, balancedAccuracy, auroc };
}
