/** Training curves: loss and accuracy per epoch, training beside validation. */
import { invalidArgument } from '../native/index.js';
import type { Area, Axis, CurveStyle } from './axes.js';
import { countAxis, drawAxes, drawCurve, drawLegendEntry, position, roundAxis } from './axes.js';
import { element, ink, label, line, palette, svgDocument } from './svg.js';

/** One epoch's figures; null where there is none (no validation set, no accuracy for an autoencoder). */
export interface EpochPoint {
  /** As it is shown; rises from entry to entry. */
  epoch: number;
  trainLoss: number | null;
  valLoss: number | null;
  /** Share in [0, 1]. */
  trainAccuracy: number | null;
  /** Share in [0, 1]. */
  valAccuracy: number | null;
}

type Figure = Exclude<keyof EpochPoint, 'epoch'>;

const panels: readonly { label: string; train: Figure; val: Figure; range: typeof lossAxis }[] = [
  { label: 'Loss', train: 'trainLoss', val: 'valLoss', range: lossAxis },
  { label: 'Accuracy', train: 'trainAccuracy', val: 'valAccuracy', range: accuracyAxis },
];

const panelSize = { width: 380, height: 260 } as const;
const margin = { left: 78, top: 52, right: 24, bottom: 56 } as const;

/** Past this many epochs dots would merge into the line. */
const mostDots = 40;

/** From zero, so that the height of a curve means something. */
function lossAxis(values: readonly number[]): Axis {
  return roundAxis('Loss', Math.min(0, ...values), Math.max(...values));
}

/** From below the worst value, so that 0.95 and 0.97 can be told apart. */
function accuracyAxis(values: readonly number[]): Axis {
  return roundAxis('Accuracy', Math.min(...values), 1);
}

/**
 * A standalone SVG with one panel for the loss and one for the accuracy; a panel without any value is left
 * out. Values that are null or not finite leave gaps.
 * @param options.bestEpoch the epoch whose checkpoint was kept: a vertical line marks it
 * @throws RoentgenError ERR_INVALID_ARGUMENT without epochs or without any value
 */
export function trainingCurvesSvg(
  epochs: readonly EpochPoint[],
  options: { bestEpoch?: number } = {},
): string {
  const first = epochs[0]?.epoch;
  const last = epochs.at(-1)?.epoch;
  const shown = panels.filter(({ train, val }) => finite(epochs, train, val).length > 0);
  if (first === undefined || last === undefined || shown.length === 0) {
    throw invalidArgument('epochs', 'at least one epoch with a value', 'none');
  }
  const x = countAxis('Epoch', first, last);
  const dot = epochs.length <= mostDots ? 3 : 0;
  const styles: Record<'train' | 'val', CurveStyle> = {
    train: { color: palette[0], dot },
    val: { color: palette[1], dot, dashes: '6 4' },
  };
  const step = margin.left + panelSize.width + margin.right;
  const drawings = shown.map(({ train, val, range }, index) => {
    const area: Area = {
      ...panelSize,
      left: index * step + margin.left,
      top: margin.top,
      x,
      y: range(finite(epochs, train, val)),
    };
    return element(
      'g',
      { class: 'panel' },
      drawAxes(area),
      ...(options.bestEpoch === undefined ? [] : [drawMark(area, options.bestEpoch)]),
      drawCurve(area, series(epochs, train), styles.train),
      drawCurve(area, series(epochs, val), styles.val),
    );
  });
  const legend = [
    drawLegendEntry(margin.left, 26, 'training', styles.train),
    drawLegendEntry(margin.left + 120, 26, 'validation', styles.val),
  ];
  return svgDocument(
    shown.length * step,
    margin.top + panelSize.height + margin.bottom,
    'Training curves',
    [...legend, ...drawings],
  );
}

function series(epochs: readonly EpochPoint[], figure: Figure): { x: number; y: number }[] {
  return epochs.map((point) => ({ x: point.epoch, y: point[figure] ?? NaN }));
}

function finite(epochs: readonly EpochPoint[], ...figures: readonly Figure[]): number[] {
  return epochs
    .flatMap((point) => figures.map((figure) => point[figure] ?? NaN))
    .filter((value) => Number.isFinite(value));
}

function drawMark(area: Area, epoch: number): string {
  const { x } = position(area, { x: epoch, y: 0 });
  const nearEnd = x > area.left + area.width - 40;
  return element(
    'g',
    { class: 'best' },
    line(x, area.top, x, area.top + area.height, { stroke: ink.muted, 'stroke-dasharray': '2 3' }),
    label(nearEnd ? x - 5 : x + 5, area.top - 6, 'kept', {
      'font-size': 12,
      fill: ink.muted,
      'text-anchor': nearEnd ? 'end' : 'start',
    }),
  );
}
