/** Scores of images as CSV. */
import { csvLine } from '../evaluation/index.js';
import { detectorNames, type DetectorName, type Scores } from './types.js';

/** Of N images. */
export interface ScoreTable {
  names: readonly string[];
  /** True classes; leaves the column out where they are not known. */
  classes?: readonly string[] | undefined;
  scores: Scores;
  thresholds: Partial<Record<DetectorName, number>>;
}

/** `filename[,target],<detector>…,<detector>_flagged…`: scores with all their digits, flags as 0 and 1. */
export function formatScores({ names, classes, scores, thresholds }: ScoreTable): string {
  const used = detectorNames.filter((name) => scores[name] !== undefined);
  const header = [
    'filename',
    ...(classes ? ['target'] : []),
    ...used,
    ...used.map((name) => `${name}_flagged`),
  ];
  const rows = names.map((filename, at) => {
    const own = used.map((name) => scores[name]?.[at] ?? NaN);
    const flags = used.map((name, column) =>
      Number((own[column] ?? NaN) > (thresholds[name] ?? NaN)),
    );
    return csvLine([filename, ...(classes ? [classes[at] ?? ''] : []), ...own, ...flags]);
  });
  return csvLine(header) + rows.join('');
}
