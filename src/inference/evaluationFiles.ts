/** The files that show how a classifier did: report, confusion matrix, ROC curve, and every prediction. */
import { join } from 'node:path';
import type { PackedIndex } from '../data/index.js';
import {
  confusionCsv,
  formatReport,
  largestInRows,
  rocCurves,
  writePredictions,
  type ClassificationMetrics,
} from '../evaluation/index.js';
import { writeFileAtomic, type Dataset } from '../native/index.js';
import type { rocSvg } from '../report/index.js';
import { writeGallery } from './gallery.js';

export interface EvaluatedImages {
  metrics: ClassificationMetrics;
  /** Row-major [N, classes]. */
  probabilities: Float64Array;
  /** Of the packed dataset. */
  index: PackedIndex;
  /** [N] positions in the dataset. */
  positions: Int32Array;
  dataset: Dataset;
}

/**
 * Writes `classification_report.txt`, `confusion_matrix.csv`, `confusion_matrix.svg`, `roc.svg`, `predictions.csv`
 * and `gallery/` to an existing folder.
 * @throws RoentgenError ERR_NO_SPACE, ERR_IO
 */
export async function writeEvaluationFiles(
  folder: string,
  { metrics, probabilities, index, positions, dataset }: EvaluatedImages,
): Promise<void> {
  const write = async (name: string, text: string): Promise<void> =>
    writeFileAtomic(join(folder, name), text);
  const { classes, confusionMatrix } = metrics;
  // Loaded here, so that what only predicts starts without the code of charts and pages.
  const { confusionMatrixSvg, rocSvg } = await import('../report/index.js');
  const labels = positions.map((position) => index.labels[position] ?? -1);
  await write('classification_report.txt', formatReport(metrics));
  await write('confusion_matrix.csv', confusionCsv(confusionMatrix, classes));
  await write('confusion_matrix.svg', await confusionMatrixSvg(confusionMatrix, classes));
  await write('roc.svg', await rocSvg(namedCurves(probabilities, labels, classes)));
  const names = Array.from(positions, (position) => index.names[position] ?? '');
  await writePredictions(join(folder, 'predictions.csv'), {
    classes,
    filenames: names,
    probabilities,
    targets: labels,
    patientIds: Array.from(positions, (position) => index.groups[position] ?? ''),
  });
  const answers = largestInRows(probabilities, classes.length);
  const answered = names.map((filename, at) => {
    const answer = answers[at] ?? 0;
    return {
      filename,
      position: positions[at] ?? 0,
      prediction: classes[answer] ?? '',
      truth: classes[labels[at] ?? -1] ?? '',
      probability: probabilities[at * classes.length + answer] ?? 0,
    };
  });
  await writeGallery(join(folder, 'gallery'), answered, { dataset, format: index.format });
}

/** One curve per class; of two classes the second's, since the first's is its mirror image. */
function namedCurves(
  probabilities: Float64Array,
  labels: Int32Array,
  classes: readonly string[],
): Parameters<typeof rocSvg>[0] {
  const curves = rocCurves(probabilities, labels, classes.length);
  return curves.flatMap((curve, position) => {
    const shown = curve !== null && (classes.length > 2 || position === 1);
    const positives = labels.filter((label) => label === position).length;
    return shown ? [{ name: classes[position] ?? '', curve, positives }] : [];
  });
}
