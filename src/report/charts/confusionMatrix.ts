/** The confusion matrix as a heat map: counts, row percent, and a shade for the row percent. */
import { rowPercent, type ConfusionMatrix } from '../../evaluation/index.js';
import type { Chart } from './chart.js';

/** Side of a cell in pixels: room for a count of five digits, less where there are many classes. */
const cell = { largest: 96, least: 52, wish: 560 } as const;

/** In pixels as Vega estimates them, which is a third more than they take. */
const longestLabel = 190;

/** Names side by side where there is room, else on a slant. */
function acrossAxis(step: number) {
  const room = step === cell.largest;
  return {
    orient: 'top' as const,
    labelAngle: room ? 0 : -50,
    labelLimit: room ? step + 34 : longestLabel,
  };
}

/**
 * True classes down, predicted classes across. A row without images is left without shade.
 * @param matrix counts [true class][predicted class]
 * @param classes names in the order of rows and columns
 */
export function confusionMatrixChart(matrix: ConfusionMatrix, classes: readonly string[]): Chart {
  const percent = rowPercent(matrix);
  const step = Math.max(cell.least, Math.min(cell.largest, cell.wish / classes.length));
  const values = matrix.flatMap((row, truth) =>
    row.map((count, prediction) => {
      const share = percent[truth]?.[prediction] ?? null;
      return {
        truth: classes[truth],
        prediction: classes[prediction],
        count,
        share: share ?? 0,
        percent: share === null ? '–' : `${share.toFixed(1)}%`,
      };
    }),
  );
  const right = matrix.reduce((sum, row, index) => sum + (row[index] ?? 0), 0);
  const total = matrix.flat().reduce((sum, count) => sum + count, 0);
  return {
    name: 'confusion_matrix',
    title: `Confusion matrix: counts and row percent; ${right} of ${total} on the diagonal`,
    spec: (ink) => {
      const axis = {
        ticks: false,
        domain: false,
        grid: false,
        labelLimit: longestLabel,
      };
      const text = { type: 'text' as const, color: ink.text };
      return {
        width: { step },
        height: { step },
        data: { values },
        encoding: {
          x: {
            field: 'prediction',
            type: 'ordinal',
            sort: [...classes],
            title: 'Predicted class',
            axis: { ...axis, ...acrossAxis(step) },
            scale: { padding: 0 },
          },
          y: {
            field: 'truth',
            type: 'ordinal',
            sort: [...classes],
            title: 'True class',
            axis,
            scale: { padding: 0 },
          },
        },
        layer: [
          {
            mark: { type: 'rect', fill: ink.heat, stroke: ink.muted, strokeWidth: 0.5 },
            encoding: {
              fillOpacity: {
                field: 'share',
                type: 'quantitative',
                scale: { domain: [0, 100], range: [0, 1] },
                legend: null,
              },
            },
          },
          {
            mark: { ...text, dy: -7, fontSize: step > 70 ? 20 : 14, fontWeight: 'bold' },
            encoding: { text: { field: 'count', type: 'quantitative', format: 'd' } },
          },
          { mark: { ...text, dy: 13 }, encoding: { text: { field: 'percent' } } },
        ],
      };
    },
  };
}
