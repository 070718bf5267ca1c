/** Every chart of a run as SVG and PNG files. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { writeError, writeFileAtomic } from '../native/index.js';
import type { Chart } from './charts/chart.js';
import { evaluationCharts } from './charts/ofEvaluation.js';
import { renderSvg } from './charts/render.js';
import { trainingCurvesChart, trainingPanels } from './charts/trainingCurves.js';
import type { EvaluatedSplit, ReportContent } from './content.js';
import { toPng } from './raster.js';

/** PNG pixels for each of the SVG's: charts are read in print and on dense screens. */
const pngScale = 2;

/**
 * Writes `<chart>.svg` and `<chart>.png` to `folder`, which is made where it is missing: the training curves and the
 * charts of each evaluation, those after the first with their name behind.
 * @returns the names of the charts, without extension
 * @throws RoentgenError ERR_NO_SPACE, ERR_IO
 */
export async function writePlots(folder: string, content: ReportContent): Promise<string[]> {
  await mkdir(folder, { recursive: true }).catch((cause: unknown) => {
    throw writeError(folder, cause);
  });
  const plots = namedCharts(content);
  for (const { name, chart } of plots) {
    const svg = await renderSvg(chart);
    await writeFileAtomic(join(folder, `${name}.svg`), `${svg}\n`);
    const { png } = await toPng(svg, pngScale);
    await writeFileAtomic(join(folder, `${name}.png`), png);
  }
  return plots.map(({ name }) => name);
}

function namedCharts({ history, bestEpoch, evaluations }: ReportContent): {
  name: string;
  chart: Chart;
}[] {
  const options = { bestEpoch, learningRate: true };
  const training =
    trainingPanels(history, options).length > 0 ? [trainingCurvesChart(history, options)] : [];
  const ofEvaluations = evaluations.flatMap((split, index) =>
    chartsOf(split).map((chart) => ({
      chart,
      name: index === 0 ? chart.name : `${chart.name}-${fileWord(split.name)}-${index}`,
    })),
  );
  return [...training.map((chart) => ({ name: chart.name, chart })), ...ofEvaluations];
}

function chartsOf(split: EvaluatedSplit): Chart[] {
  const { scoreHistograms, ...charts } = evaluationCharts(split);
  const several = scoreHistograms.length > 1;
  const histograms = scoreHistograms.map((chart, index) =>
    several ? { ...chart, name: `${chart.name}_${index}` } : chart,
  );
  return [...Object.values(charts), ...histograms];
}

/** A name that is safe in a path. */
function fileWord(name: string): string {
  return name.replace(/[^A-Za-z0-9]+/g, '_').slice(0, 40);
}
