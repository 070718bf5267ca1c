/** The files of a judging: figures, scores of every image, histograms, and reconstructions in pictures. */
import { join } from 'node:path';
import { writeFileAtomic } from '../native/index.js';
import { anomalyHistogramSvg, capitalized } from '../report/index.js';
import { drawReconstructions } from './figure.js';
import { scoresHeader, scoresLines } from './formatScores.js';
import type { AnomalyReport, JudgedImages } from './types.js';

/**
 * Writes `anomaly.json`, `scores.csv`, `histogram-<detector>.svg`, and `reconstructions.png` for an autoencoder.
 * @throws RoentgenError ERR_NO_SPACE, ERR_IO
 */
export async function writeAnomalyFiles(
  folder: string,
  report: AnomalyReport,
  images: JudgedImages,
): Promise<void> {
  const write = async (name: string, content: string | Uint8Array): Promise<void> =>
    writeFileAtomic(join(folder, name), content);
  const { model, names, classes, scores } = images;
  await write('anomaly.json', `${JSON.stringify(report, null, 2)}\n`);
  const thresholds = new Map(report.detectors.map(({ name, threshold }) => [name, threshold]));
  const header = scoresHeader([...scores.keys()], true);
  await write('scores.csv', header + scoresLines({ names, classes, scores, thresholds }));
  for (const { name, title, threshold, flagged } of report.detectors) {
    const groups = flagged.map((row) => ({
      name: row.class,
      scores: [...(scores.get(name) ?? [])].filter((_, at) => classes[at] === row.class),
    }));
    const chart = await anomalyHistogramSvg(capitalized(title), groups, threshold.value);
    await write(`histogram-${name}.svg`, `${chart}\n`);
  }
  if (model.task === 'reconstruction') {
    await write('reconstructions.png', await drawReconstructions(images, report));
  }
}
