/** Scores of images as CSV. */
import { csvLine } from '../evaluation/index.js';
import type { DetectorName, Scores } from './types.js';

/** Of N images. */
export interface ScoreTable {
  names: readonly string[];
  /** True classes; leaves the column out where they are not known. */
  classes?: readonly string[] | undefined;
  scores: Scores;
  thresholds: ReadonlyMap<DetectorName, { value: number }>;
}

/** `filename[,target],<detector>…,<detector>_flagged…` */
export function scoresHeader(detectors: readonly DetectorName[], withTarget: boolean): string {
  const flags = detectors.map((name) => `${name}_flagged`);
  return csvLine(['filename', ...(withTarget ? ['target'] : []), ...detectors, ...flags]);
}

/** A line for each image: scores with all their digits, flags as 0 and 1. */
export function scoresLines({ names, classes, scores, thresholds }: ScoreTable): string {
  const lines = names.map((filename, at) => {
    const own = [...scores].map(([name, values]) => ({ name, score: values[at] ?? NaN }));
    return csvLine([
      filename,
      ...(classes ? [classes[at] ?? ''] : []),
      ...own.map(({ score }) => score),
      ...own.map(({ name, score }) => Number(score > (thresholds.get(name)?.value ?? NaN))),
    ]);
  });
  return lines.join('');
}
