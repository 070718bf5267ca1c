/** Reads the predictions file back, strictly: what was edited or cut short must not pass for results. */
import { readFile } from 'node:fs/promises';
import { parseCsv, type CsvRow } from '../data/index.js';
import { isMissing, RoentgenError } from '../native/index.js';
import type { Predictions } from './predictions.js';

const probabilityPrefix = 'prob_';
/** Rows of the file sum to 1, but for rounding. */
const sumTolerance = 1e-6;

interface Columns {
  classes: string[];
  hasTruth: boolean;
  hasPatients: boolean;
}

/** What `writePredictions` wrote as `csv`. */
export interface PredictionsFile extends Predictions {
  probabilities: Float64Array;
}

/**
 * Reads a `predictions.csv` that `writePredictions` wrote.
 * @throws RoentgenError ERR_NOT_FOUND, ERR_IO; ERR_INVALID_FILE with file and line for columns or cells that it does
 * not write: an unknown class, a probability outside of [0, 1], a row that does not sum to 1, a predicted class that is
 * not the most probable one
 */
export async function readPredictions(path: string): Promise<PredictionsFile> {
  const [header, ...rows] = parseCsv(await readText(path), path, 'ERR_INVALID_FILE');
  const columns = readHeader(header?.cells ?? [], path);
  const { classes, hasTruth, hasPatients } = columns;
  const read = rows.map((row) => readRow(row, columns, header?.cells.length ?? 0, path));
  return {
    classes,
    filenames: read.map(({ filename }) => filename),
    probabilities: Float64Array.from(read.flatMap(({ probabilities }) => probabilities)),
    ...(hasTruth ? { targets: read.map(({ target }) => target) } : {}),
    ...(hasPatients ? { patientIds: read.map(({ patient }) => patient) } : {}),
  };
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    const missing = isMissing(cause);
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw missing
      ? new RoentgenError('ERR_NOT_FOUND', `${path} does not exist: name a predictions.csv`, {
          cause,
        })
      : new RoentgenError('ERR_IO', `Cannot read ${path}: ${reason}`, { cause });
  }
}

function invalid(path: string, line: number, problem: string): RoentgenError {
  return new RoentgenError(
    'ERR_INVALID_FILE',
    `${path}, line ${line}: ${problem}. Take a predictions.csv as roentgen wrote it`,
  );
}

function readHeader(cells: readonly string[], path: string): Columns {
  const classes = cells
    .filter((cell) => cell.startsWith(probabilityPrefix))
    .map((cell) => cell.slice(probabilityPrefix.length));
  const [hasTruth, hasPatients] = [cells.includes('target'), cells.includes('patient_id')];
  const expected = [
    ...['filename', 'label', ...classes.map((name) => `${probabilityPrefix}${name}`)],
    ...(hasTruth ? ['target', 'correct'] : []),
    ...(hasPatients ? ['patient_id'] : []),
  ];
  const same = cells.length === expected.length && expected.every((cell, at) => cells[at] === cell);
  if (!same || classes.length < 2 || new Set(classes).size < classes.length) {
    const form = 'filename,label,prob_<class>…[,target,correct][,patient_id]';
    throw invalid(path, 1, `expected the columns ${form} but found ${cells.join(',') || 'none'}`);
  }
  return { classes, hasTruth, hasPatients };
}

interface PredictionRow {
  filename: string;
  probabilities: number[];
  /** −1 where unknown. */
  target: number;
  patient: string;
}

function readRow(
  { line, cells }: CsvRow,
  { classes, hasTruth, hasPatients }: Columns,
  width: number,
  path: string,
): PredictionRow {
  const refuse = (problem: string): RoentgenError => invalid(path, line, problem);
  if (cells.length !== width) throw refuse(`expected ${width} cells but found ${cells.length}`);
  const [filename = '', label = ''] = cells;
  const rest = cells.slice(2 + classes.length);
  const probabilities = cells
    .slice(2, 2 + classes.length)
    .map((cell) => readProbability(cell, refuse));
  const total = probabilities.reduce((all, value) => all + value, 0);
  if (Math.abs(total - 1) > sumTolerance) throw refuse(`the probabilities sum to ${total}, not 1`);
  const predicted = classOf(label, classes, refuse);
  if (probabilities[predicted] !== Math.max(...probabilities)) {
    throw refuse(`${label} is not the most probable class`);
  }
  const [truth = '', correct = ''] = hasTruth ? rest : [];
  const target = truth === '' ? -1 : classOf(truth, classes, refuse);
  if (correct !== (truth === '' ? '' : String(truth === label))) {
    throw refuse(`correct is ${correct || 'empty'}, which label and target contradict`);
  }
  return { filename, probabilities, target, patient: hasPatients ? (rest.at(-1) ?? '') : '' };
}

type Refuse = (problem: string) => RoentgenError;

function readProbability(cell: string, refuse: Refuse): number {
  const value = Number(cell);
  // Number('') is 0, and Number(' 1') is 1.
  if (!/^\d/.test(cell) || !(value >= 0 && value <= 1)) {
    throw refuse(`expected a probability from 0 to 1 but found ${cell || 'nothing'}`);
  }
  return value;
}

function classOf(name: string, classes: readonly string[], refuse: Refuse): number {
  const index = classes.indexOf(name);
  if (index === -1) throw refuse(`${name || 'an empty cell'} is not one of ${classes.join(', ')}`);
  return index;
}
