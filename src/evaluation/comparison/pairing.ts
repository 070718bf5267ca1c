/** Two models' predictions for the same images, brought into one order. */
import { RoentgenError, invalidArgument } from '../../native/index.js';
import { rowsOf } from '../arrays.js';
import type { Predictions } from '../predictions.js';

export interface PairedPredictions {
  /** In A's order. */
  classes: readonly string[];
  /** In A's order, [N]. */
  filenames: readonly string[];
  /** True classes, [N]. */
  labels: number[];
  /** [N]; '' where neither file knows it. */
  groups: string[];
  /** Row-major [N, classes]. */
  probabilitiesA: number[];
  probabilitiesB: number[];
}

const namesShown = 3;

/**
 * Pairs predictions by file name.
 * @throws RoentgenError ERR_INVALID_ARGUMENT where the classes differ, there is no image, a file is there twice or in
 * one only, or the truth is missing or another; `details.files` has all files of the first such complaint
 */
export function pairPredictions(a: Predictions, b: Predictions): PairedPredictions {
  const columns = a.classes.map((name) => b.classes.indexOf(name));
  if (columns.includes(-1) || a.classes.length !== b.classes.length) {
    throw invalidArgument('the classes of B', `those of A (${a.classes.join(', ')})`, b.classes);
  }
  if (a.filenames.length === 0) throw invalidArgument('A', 'at least one image', 'none');
  const [positionsA, positionsB] = [positionsByName(a, 'A'), positionsByName(b, 'B')];
  const truthOf = ({ classes, targets }: Predictions, position: number | undefined): string =>
    classes[targets?.[position ?? -1] ?? -1] ?? '';
  const truthA = (name: string): string => truthOf(a, positionsA.get(name));
  const truthB = (name: string): string => truthOf(b, positionsB.get(name));
  const complain = (complaint: string, files: readonly string[]): void => {
    if (files.length > 0) throw unpaired(complaint, files);
  };
  const names = a.filenames;
  complain(
    'only in A',
    names.filter((name) => !positionsB.has(name)),
  );
  complain(
    'only in B',
    b.filenames.filter((name) => !positionsA.has(name)),
  );
  complain(
    'without a truth',
    names.filter((name) => truthA(name) === '' || truthB(name) === ''),
  );
  complain(
    'with another truth in B than in A',
    names.filter((name) => truthA(name) !== truthB(name)),
  );
  const rowsB = rowsOf(b.probabilities, b.classes.length);
  const order = names.map((name) => positionsB.get(name) ?? 0);
  return {
    classes: a.classes,
    filenames: names,
    labels: Array.from(a.targets ?? []),
    groups: order.map((position, index) => a.patientIds?.[index] || b.patientIds?.[position] || ''),
    probabilitiesA: Array.from(a.probabilities),
    probabilitiesB: order.flatMap((position) =>
      columns.map((column) => rowsB[position]?.[column] ?? 0),
    ),
  };
}

function positionsByName({ filenames }: Predictions, which: string): Map<string, number> {
  const positions = new Map(filenames.map((name, index) => [name, index]));
  if (positions.size < filenames.length) {
    const repeated = filenames.filter((name, index) => positions.get(name) !== index);
    throw unpaired(`in ${which} more than once`, repeated);
  }
  return positions;
}

function unpaired(complaint: string, files: readonly string[]): RoentgenError {
  const shown = files.slice(0, namesShown).join(', ');
  const more = files.length > namesShown ? ` and ${files.length - namesShown} more` : '';
  return new RoentgenError(
    'ERR_INVALID_ARGUMENT',
    `A and B must be predictions of the same images, but ${files.length} ` +
      `${files.length === 1 ? 'file is' : 'files are'} ${complaint}: ${shown}${more}. Evaluate both models on the same data`,
    { details: { files } },
  );
}
