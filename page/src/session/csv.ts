/** The session as the CSV that `roentgen predict` writes, made safe for spreadsheets. */
import type { PredictionEntry } from '../../../src/serving/api.js';

/** Spreadsheets take a cell that begins with one of these for a formula; an apostrophe makes it text. */
const formula = /^[=+\-@\t\r]/;

/** `filename,label,prob_<class>…,prediction_set,abstain`, with the line ends of RFC 4180. */
export function sessionCsv(
  classes: readonly string[],
  entries: readonly PredictionEntry[],
): string {
  const header = [
    'filename',
    'label',
    ...classes.map((name) => `prob_${name}`),
    'prediction_set',
    'abstain',
  ];
  const rows = entries.map((entry) => [
    entry.filename,
    entry.label,
    ...classes.map((name) => entry.probabilities[name] ?? 0),
    (entry.predictionSet ?? []).join('|'),
    entry.abstain ?? '',
  ]);
  return [header, ...rows].map((cells) => `${cells.map(cell).join(',')}\r\n`).join('');
}

function cell(value: string | number): string {
  if (typeof value === 'number') return String(value);
  const text = formula.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
