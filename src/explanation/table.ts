/** The table of explanations: one row per image and map. */
import { csvLine } from '../evaluation/index.js';
import { placeOf } from './maps/place.js';
import type { MethodName } from './methods.js';
import type { Explanation } from './types.js';

/** Files of an explanation, relative to the folder of its table. */
export interface PictureFiles {
  image?: string;
  heatmap?: string;
  overlay?: string;
  figure?: string;
}

/** A row of `explanations.csv`: one method on one image. */
export interface ExplanationRow {
  filename: string;
  /** The model's answer, and the probability of that class. */
  prediction: string;
  probability: number;
  /** Why the answer should not be relied on; null where it may. */
  abstain: string | null;
  method: MethodName;
  layers: readonly string[];
  /** See `Explanation`. */
  target: string | null;
  logit: number | null;
  rawMaximum: number;
  rawMinimum: number;
  evidence: boolean;
  /** See `MapPlace`; null where nothing speaks for the class. */
  centroidX: number | null;
  centroidY: number | null;
  borderShare: number | null;
  completenessError: number | null;
  fit: number | null;
  files: PictureFiles;
}

export function rowOf(
  explanation: Explanation,
  classes: readonly string[],
  files: PictureFiles,
): ExplanationRow {
  const { name, answer, method, layers, target, logit, raw, evidence } = explanation;
  const place = placeOf(explanation);
  return {
    filename: name,
    prediction: answer.label,
    probability: answer.probabilities[classes.indexOf(answer.label)] ?? 0,
    abstain: answer.abstain,
    ...{ method, layers, target, logit, evidence },
    rawMaximum: raw.maximum,
    rawMinimum: raw.minimum,
    centroidX: place?.centroid.x ?? null,
    centroidY: place?.centroid.y ?? null,
    borderShare: place?.border ?? null,
    completenessError: explanation.completenessError,
    fit: explanation.fit,
    files,
  };
}

type Cell = string | number | boolean | null | undefined;

const columns: Readonly<Record<string, (row: ExplanationRow) => Cell>> = {
  filename: ({ filename }) => filename,
  prediction: ({ prediction }) => prediction,
  probability: ({ probability }) => probability,
  abstain: ({ abstain }) => abstain,
  method: ({ method }) => method,
  layers: ({ layers }) => layers.join('|'),
  target: ({ target }) => target,
  logit: ({ logit }) => logit,
  raw_maximum: ({ rawMaximum }) => rawMaximum,
  raw_minimum: ({ rawMinimum }) => rawMinimum,
  evidence: ({ evidence }) => (evidence ? 'yes' : 'no'),
  centroid_x: ({ centroidX }) => centroidX,
  centroid_y: ({ centroidY }) => centroidY,
  border_share: ({ borderShare }) => borderShare,
  completeness_error: ({ completenessError }) => completenessError,
  fit: ({ fit }) => fit,
  heatmap: ({ files }) => files.heatmap,
  overlay: ({ files }) => files.overlay,
  figure: ({ files }) => files.figure,
};

/** As CSV; cells without a value are empty. */
export function formatTable(rows: readonly ExplanationRow[]): string {
  const cell = (value: Cell): string | number =>
    typeof value === 'number' ? value : String(value ?? '');
  const lines = rows.map((row) => csvLine(Object.values(columns).map((read) => cell(read(row)))));
  return [csvLine(Object.keys(columns)), ...lines].join('');
}
