/** Which samples a training run learns from, selects on, and reports. */
import { RoentgenError, invalidArgument } from '../native/index.js';
import { splitByGroup } from './split.js';
import type { Sample } from './types.js';

/** Positions in the source's samples. */
export interface SplitSelection {
  train: number[];
  /** What epochs, models and thresholds are chosen on; empty where nothing could be had. */
  validation: number[];
  /** Read once, for the figure that is reported; empty where the source has none, or where it is chosen on. */
  test: number[];
  /**
   * The source's own `val` where validation was carved out of `train`: reported, never selected on.
   */
  ownVal: number[];
  /** Where `validation` came from. */
  validationFrom: ValidationSource;
}

export const validationSources = ['train', 'val', 'test', 'none'] as const;
export type ValidationSource = (typeof validationSources)[number];

export interface SelectionOptions {
  /**
   * Share of each class in `train` that becomes validation, in whole groups; 0 takes the source's
   * own `val`. Where it is not given, an own `val` of at least `smallestVal` images is taken, and
   * 0.1 carved otherwise.
   */
  valFraction?: number | undefined;
  /** `test` makes the test split the validation images: for those who know what it does to their figures. */
  selectOn?: 'validation' | 'test' | undefined;
  /** An integer in 0 … 2⁵³ − 1. */
  seed: number;
}

/**
 * Below 100 images one error moves accuracy by more than a point. The official Kermany `val` has
 * 16.
 */
export const smallestVal = 100;
const defaultFraction = 0.1;

/**
 * Train, validation and test for one run. A source without splits is all `train`. Validation and
 * `train` share no group where validation was carved; for a source's own splits `checkSplits`
 * tells.
 * @throws RoentgenError ERR_INVALID_ARGUMENT; ERR_EMPTY_DATASET where nothing is left to train on, or there is no
 * test split to select on
 */
export function selectSplits(
  source: { samples: readonly Pick<Sample, 'label' | 'group' | 'split'>[] },
  options: SelectionOptions,
): SplitSelection {
  const { samples } = source;
  const positions = [...samples.keys()];
  const own = (split: Sample['split']): number[] =>
    positions.filter((position) => (samples[position]?.split ?? 'train') === split);
  const [train, val, test] = [own('train'), own('val'), own('test')];
  if (train.length === 0) {
    throw new RoentgenError(
      'ERR_EMPTY_DATASET',
      'The source has no training images: it needs a train folder, or rows whose split is train.',
    );
  }

  if (options.selectOn === 'test') {
    if (test.length > 0) {
      return { train, validation: test, test: [], ownVal: val, validationFrom: 'test' };
    }
    throw new RoentgenError(
      'ERR_EMPTY_DATASET',
      'The source has no test split to select on: leave selectOn out.',
    );
  }

  const { valFraction = val.length >= smallestVal ? 0 : defaultFraction, seed } = options;
  if (!(valFraction >= 0 && valFraction < 1)) {
    throw invalidArgument('valFraction', 'a number from 0 up to, but not, 1', valFraction);
  }
  if (valFraction === 0) {
    const validationFrom = val.length > 0 ? 'val' : 'none';
    return { train, validation: val, test, ownVal: [], validationFrom };
  }

  const members = train.flatMap((position) => samples[position] ?? []);
  const assignment = splitByGroup(members, { fractions: { val: valFraction }, seed });
  return {
    train: train.filter((_, member) => assignment[member] === 'train'),
    validation: train.filter((_, member) => assignment[member] === 'val'),
    test,
    ownVal: val,
    validationFrom: 'train',
  };
}
