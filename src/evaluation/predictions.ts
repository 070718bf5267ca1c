/** The predictions file: one row per image, as CSV, JSON or a table of unknown images. */
import { invalidArgument, writeFileAtomic } from '../native/index.js';
import { largestInRows, rowsOf } from './arrays.js';
import { csvLine } from './csv.js';
import type { Abstention } from './decision/decision.js';

/** Predictions of N images. What is optional adds its column for every image, or for none. */
export interface Predictions {
  /** Class names in the order of the network's outputs. */
  classes: readonly string[];
  /** As the user knows the images, [N]. */
  filenames: readonly string[];
  /** Row-major [N, classes]. */
  probabilities: ArrayLike<number>;
  /** The predicted classes, [N]; default the most probable ones. */
  labels?: readonly string[];
  /** Classes of the prediction sets, [N]. */
  predictionSets?: readonly (readonly string[])[];
  /** Why an image gets no answer, [N]; null where it does. */
  abstentions?: readonly (Abstention | null)[];
  /** True classes, [N]; −1 where unknown, which leaves the cell empty. */
  targets?: ArrayLike<number>;
  /** [N]; an empty string where unknown. */
  patientIds?: readonly string[];
}

/** One image. Keys are the CSV's columns, but for `probabilities`: `prob_<class>` there. */
interface Row {
  filename: string;
  /** The predicted class. */
  label: string;
  probabilities: Record<string, number>;
  prediction_set?: readonly string[];
  abstain?: Abstention | null;
  /** The true class; null where unknown. */
  target?: string | null;
  correct?: boolean | null;
  patient_id?: string | null;
}

/**
 * `csv`: `filename,label,prob_<class>…[,prediction_set][,abstain][,target,correct][,patient_id]`, where `label` is the
 * predicted class, and the classes of a set are joined by `|`.
 * `json`: an array of objects with the same content, sets as arrays.
 * `unknown`: an unnamed index column from 0, then `Unknown_images,Diagnosis`; it has no place for doubt.
 */
const formatters = { csv: formatCsv, json: formatJson, unknown: formatUnknown } as const;

export type PredictionsFormat = keyof typeof formatters;

export const predictionsFormats = Object.keys(formatters) as PredictionsFormat[];

/**
 * The predictions as text. Probabilities have as many digits as it takes to read back the same numbers, so that figures
 * computed from the file equal those of the run.
 * @throws RoentgenError ERR_INVALID_ARGUMENT where the columns are not equally long
 */
export function formatPredictions(
  predictions: Predictions,
  format: PredictionsFormat = 'csv',
): string {
  return formatters[format](toRows(predictions), predictions);
}

/**
 * Writes the predictions to `path`, whole or not at all.
 * @throws RoentgenError ERR_INVALID_ARGUMENT as `formatPredictions`; ERR_NO_SPACE, ERR_IO
 */
export async function writePredictions(
  path: string,
  predictions: Predictions,
  format: PredictionsFormat = 'csv',
): Promise<void> {
  await writeFileAtomic(path, formatPredictions(predictions, format));
}

function toRows(predictions: Predictions): Row[] {
  const { classes, filenames, probabilities, labels, targets, patientIds } = predictions;
  const { predictionSets, abstentions } = predictions;
  const count = filenames.length;
  const optional = { labels, predictionSets, abstentions, targets, patientIds };
  const lengths = {
    probabilities: probabilities.length / classes.length,
    ...Object.fromEntries(
      Object.entries(optional).map(([name, column]) => [name, column?.length ?? count]),
    ),
  };
  for (const [name, length] of Object.entries(lengths)) {
    if (length !== count) {
      throw invalidArgument(name, `${count} rows, one for each file name,`, length);
    }
  }
  const rows = rowsOf(probabilities, classes.length);
  const predicted = largestInRows(probabilities, classes.length);
  return filenames.map((filename, index) => {
    const label = labels?.[index] ?? classes[predicted[index] ?? -1] ?? '';
    const shares = rows[index] ?? [];
    const row: Row = {
      filename,
      label,
      probabilities: Object.fromEntries(classes.map((name, at) => [name, shares[at] ?? 0])),
    };
    if (predictionSets !== undefined) row.prediction_set = predictionSets[index] ?? [];
    if (abstentions !== undefined) row.abstain = abstentions[index] ?? null;
    if (targets !== undefined) {
      row.target = classes[targets[index] ?? -1] ?? null;
      row.correct = row.target === null ? null : row.target === label;
    }
    if (patientIds !== undefined) {
      const patient = patientIds[index] ?? '';
      row.patient_id = patient === '' ? null : patient;
    }
    return row;
  });
}

/** Columns of a CSV that are there where the predictions have what they show. */
const optionalColumns = [
  ['prediction_set', 'predictionSets'],
  ['abstain', 'abstentions'],
  ['target', 'targets'],
  ['correct', 'targets'],
  ['patient_id', 'patientIds'],
] as const satisfies readonly (readonly [column: keyof Row, key: keyof Predictions])[];

function formatCsv(rows: readonly Row[], predictions: Predictions): string {
  const { classes } = predictions;
  const extraColumns = optionalColumns.flatMap(([column, key]) =>
    predictions[key] === undefined ? [] : [column],
  );
  const header = ['filename', 'label', ...classes.map((name) => `prob_${name}`), ...extraColumns];
  const lines = rows.map((row) =>
    csvLine([
      row.filename,
      row.label,
      ...classes.map((name) => row.probabilities[name] ?? 0),
      ...extraColumns.map((column) => toCell(row[column])),
    ]),
  );
  return [csvLine(header), ...lines].join('');
}

function toCell(value: string | boolean | readonly string[] | null | undefined): string {
  return typeof value === 'object' && value !== null ? value.join('|') : String(value ?? '');
}

function formatJson(rows: readonly Row[]): string {
  return `${JSON.stringify(rows, null, 2)}\n`;
}

function formatUnknown(rows: readonly Row[]): string {
  const lines = rows.map((row, index) => csvLine([index, row.filename, row.label]));
  return [csvLine(['', 'Unknown_images', 'Diagnosis']), ...lines].join('');
}
