/** The confusion matrix: counts, row percent, CSV and a table for the terminal. */
import { invalidArgument } from '../../native/index.js';
import { sum } from '../arrays.js';
import { csvLine } from '../csv.js';
import { fixed, padLeft, widthOf } from '../text.js';

/** Counts [true class][predicted class]. */
export type ConfusionMatrix = readonly (readonly number[])[];

/**
 * Counts how often each true class was predicted as each class.
 * @param labels true classes, [N], each in [0, classes)
 * @param predicted predicted classes, [N], each in [0, classes)
 * @throws RoentgenError ERR_INVALID_ARGUMENT for unequal lengths or a class out of range
 */
export function confusionMatrix(
  labels: ArrayLike<number>,
  predicted: ArrayLike<number>,
  classes: number,
): number[][] {
  if (labels.length !== predicted.length) {
    throw invalidArgument('predicted', `${labels.length} classes`, `${predicted.length} classes`);
  }
  const matrix = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  const answers = Array.from(predicted);
  Array.from(labels).forEach((label, index) => {
    const answer = answers[index] ?? -1;
    const row = matrix[label];
    const count = row?.[answer];
    if (row === undefined || count === undefined) {
      throw invalidArgument(
        `sample ${index}`,
        `classes from 0 to ${classes - 1}`,
        `true class ${label}, predicted class ${answer}`,
      );
    }
    row[answer] = count + 1;
  });
  return matrix;
}

/** Images of each true class. */
export function rowSums(matrix: ConfusionMatrix): number[] {
  return matrix.map(sum);
}

/** Predictions of each class. */
export function columnSums(matrix: ConfusionMatrix): number[] {
  return matrix.map((_, column) => sum(matrix.map((row) => row[column] ?? 0)));
}

/** Right answers of each class. */
export function diagonal(matrix: ConfusionMatrix): number[] {
  return matrix.map((row, index) => row[index] ?? 0);
}

/** Each count as a percentage of its row, 0 to 100; null in the row of a class without images. */
export function rowPercent(matrix: ConfusionMatrix): (number | null)[][] {
  return matrix.map((row) => {
    const total = sum(row);
    return row.map((count) => (total === 0 ? null : (100 * count) / total));
  });
}

/** Counts as CSV: a header of predicted classes, then one line for each true class. */
export function confusionCsv(matrix: ConfusionMatrix, classes: readonly string[]): string {
  const lines = matrix.map((row, index) => csvLine([classes[index] ?? '', ...row]));
  return [csvLine(['true', ...classes]), ...lines].join('');
}

/** Counts with row percent, aligned for the terminal: true classes down, predicted classes across. */
export function formatConfusion(matrix: ConfusionMatrix, classes: readonly string[]): string {
  const percent = rowPercent(matrix);
  const body = matrix.map((row, index) => [
    classes[index] ?? '',
    ...row.map((count, column) => {
      const share = percent[index]?.[column] ?? null;
      const text = share === null ? '-' : `${fixed(share, 1)}%`;
      return `${count} ${padLeft(text, '100.0%'.length)}`;
    }),
  ]);
  const table = [['true \\ predicted', ...classes], ...body];
  const widths = table.reduce<number[]>(
    (widest, cells) => cells.map((cell, column) => Math.max(widthOf(cell), widest[column] ?? 0)),
    [],
  );
  return table
    .map((cells) => cells.map((cell, column) => padLeft(cell, widths[column] ?? 0)).join('  '))
    .join('\n')
    .concat('\n');
}
