/** What thresholds may be chosen on and figures told of, and what a reader must know of them. */
import { enterLook, type Model } from '../inference/index.js';
import { RoentgenError } from '../native/index.js';
import type { Subject } from './subject.js';
import type { DetectorResult } from './types.js';

export interface DisciplineOptions {
  /** Images that thresholds are chosen on; default `validation`. */
  thresholdOn?: 'validation' | 'test' | undefined;
  /** Choose thresholds on test images all the same. Default false. */
  allowTestSelection?: boolean | undefined;
  /** Images to judge on; default `test` where the data have one. */
  split?: 'test' | 'validation' | undefined;
  /** What the figures are for, as the run's ledger keeps it. */
  why?: string | undefined;
}

/** @throws RoentgenError ERR_TEST_SELECTION, ERR_INVALID_ARGUMENT */
export function checkDiscipline({
  thresholdOn,
  allowTestSelection,
  split,
}: DisciplineOptions): void {
  if (thresholdOn !== 'test') return;
  if (allowTestSelection !== true) {
    throw new RoentgenError(
      'ERR_TEST_SELECTION',
      'A threshold from test images makes the figures on them too good. Take it from validation images (leave ' +
        'thresholdOn out), or insist (allowTestSelection, --allow-test-selection): the report will say so.',
    );
  }
  if (split === 'validation') {
    throw new RoentgenError(
      'ERR_INVALID_ARGUMENT',
      'Thresholds from the test split go with figures on it: leave split out.',
    );
  }
}

/** @throws RoentgenError ERR_EMPTY_DATASET where there is no test split */
export function chooseSplit(
  { parts, packed }: Subject,
  {
    split = parts.test.length > 0 ? 'test' : 'validation',
    thresholdOn,
    data,
  }: DisciplineOptions & { data: string },
): 'test' | 'validation' {
  if (parts.test.length > 0 || (split === 'validation' && thresholdOn !== 'test')) return split;
  throw new RoentgenError(
    'ERR_EMPTY_DATASET',
    `${data} has no test split among its ${packed.index.names.length} images: judge on validation images (--split validation).`,
  );
}

/**
 * Enters a look at test images in the run's ledger, before any figure of them is told.
 * @returns how often they have been looked at; null where none was
 */
export async function enterLooks(
  { model, packed, parts }: Subject,
  {
    split,
    thresholdOn,
    data,
    why = 'to judge anomaly detectors',
  }: DisciplineOptions & { data: string },
): Promise<number | null> {
  if (split !== 'test') return null;
  return enterLook(model.path, {
    ...{ split, data, dataHash: packed.index.sourceHash, images: parts.test.length },
    why: thresholdOn === 'test' ? `${why}, thresholds chosen on them too` : why,
  });
}

/** What a reader must know of the figures. */
export function notesOn(
  model: Model,
  results: readonly DetectorResult[],
  { split, normal }: { split: 'test' | 'validation'; normal: string },
): string[] {
  const others = model.classes.filter((name) => name !== normal);
  const restores = model.task === 'reconstruction';
  const chosenOnJudged = results.some(({ threshold }) => threshold.on === split);
  const inverted = results.filter(({ auroc }) => auroc.high < 0.5).map(({ name }) => name);
  const notes: readonly (readonly [applies: boolean, note: string])[] = [
    [
      !restores,
      "The embedding is a classifier's, trained with labels of both kinds: it has seen anomalies.",
    ],
    [
      restores && others.length > 0,
      `The autoencoder learned from ${others.join(', ')} as well, not from ${normal} alone.`,
    ],
    [
      chosenOnJudged,
      `Thresholds were chosen on the ${split} images that they are judged on: the shares lean to the good side.`,
    ],
    [
      results.some(({ threshold }) => threshold.rule === 'youden'),
      'The threshold was chosen with labeled anomalies; without them take sigma or rate.',
    ],
    [
      inverted.length > 0,
      `Anomalies score lower than ${normal} by ${inverted.join(', ')} (AUROC below 0.5): what is hazy is smooth, and ` +
        'smooth images are restored well. Take another detector.',
    ],
  ];
  return notes.flatMap(([applies, note]) => (applies ? [note] : []));
}
