/** The confusion matrix as a heat map: counts, row percent, and a shade for the row percent. */
import type { ConfusionMatrix } from '../evaluation/index.js';
import { rowPercent } from '../evaluation/index.js';
import { element, ink, label, shorten, svgDocument, title } from './svg.js';

/** Side of a cell in pixels: room for a count of five digits over '100.0%'. */
const cell = 92;
const margin = { top: 78, right: 24, bottom: 24 } as const;

/** Longest class name that fits over a cell; the whole name is in the tooltip. */
const longestName = 13;
/** Mean width of a character at 13 px. */
const characterWidth = 8;

/** From paper to the palette's sky blue, on which dark text still has a contrast above 6. */
const shade = { from: [255, 255, 255], to: [86, 180, 233] } as const;

/**
 * A standalone SVG; true classes down, predicted classes across. A row without images is left white.
 * @param matrix counts [true class][predicted class]
 * @param classes names in the order of rows and columns
 */
export function confusionMatrixSvg(matrix: ConfusionMatrix, classes: readonly string[]): string {
  const names = classes.map((name) => shorten(name, longestName));
  const longest = Math.max(...names.map((name) => name.length));
  const left = 52 + longest * characterWidth;
  const side = classes.length * cell;
  const percent = rowPercent(matrix);
  const center = (index: number): number => index * cell + cell / 2;

  const cells = matrix.flatMap((row, down) =>
    row.map((count, across) =>
      drawCell(left + across * cell, margin.top + down * cell, {
        count,
        percent: percent[down]?.[across] ?? null,
        tooltip: `${classes[down] ?? ''} predicted as ${classes[across] ?? ''}: ${count}`,
      }),
    ),
  );
  const rowNames = names.map((name, index) =>
    label(left - 10, margin.top + center(index) + 4, name, { 'text-anchor': 'end' }),
  );
  const columnNames = names.map((name, index) =>
    label(left + center(index), margin.top - 10, name, { 'text-anchor': 'middle' }),
  );
  const middle = margin.top + side / 2;
  const titles = [
    label(left + side / 2, 30, 'Predicted class', { 'text-anchor': 'middle', 'font-weight': 600 }),
    label(22, middle, 'True class', {
      'text-anchor': 'middle',
      'font-weight': 600,
      transform: `rotate(-90 22 ${middle})`,
    }),
  ];
  return svgDocument(
    left + side + margin.right,
    margin.top + side + margin.bottom,
    'Confusion matrix: counts and row percent',
    [...titles, ...columnNames, ...rowNames, ...cells],
  );
}

function drawCell(
  x: number,
  y: number,
  { count, percent, tooltip }: { count: number; percent: number | null; tooltip: string },
): string {
  const middle = { 'text-anchor': 'middle' };
  return element(
    'g',
    { class: 'cell' },
    title(tooltip),
    element('rect', {
      x,
      y,
      width: cell,
      height: cell,
      fill: shadeOf(percent ?? 0),
      stroke: ink.grid,
    }),
    label(x + cell / 2, y + cell / 2 - 2, String(count), {
      ...middle,
      'font-size': 20,
      'font-weight': 600,
    }),
    label(
      x + cell / 2,
      y + cell / 2 + 20,
      percent === null ? '–' : `${percent.toFixed(1)}%`,
      middle,
    ),
  );
}

function shadeOf(percent: number): string {
  const channels = shade.from.map((from, index) => {
    const to = shade.to[index] ?? from;
    return Math.round(from + ((to - from) * percent) / 100);
  });
  return `rgb(${channels.join(',')})`;
}
