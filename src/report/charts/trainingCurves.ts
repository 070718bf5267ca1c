/** Training curves: loss, accuracy and learning rate per epoch, training beside validation. */
import { invalidArgument } from '../../native/index.js';
import { dashes, shapes, type Chart, type Spec } from './chart.js';
import type { Ink } from './ink.js';

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
  /** Of the epoch's last update. */
  learningRate?: number | null;
}

type Figure = Exclude<keyof EpochPoint, 'epoch'>;

interface Panel {
  name: string;
  label: string;
  series: readonly { name: string; figure: Figure }[];
  /** Whether the axis begins at zero, so that the height of a curve means something. */
  zero: boolean;
  /** The end of the axis, where it is known. */
  most?: number;
  format?: string;
}

const panels: readonly Panel[] = [
  {
    name: 'loss',
    label: 'Loss',
    series: [
      { name: 'training', figure: 'trainLoss' },
      { name: 'validation', figure: 'valLoss' },
    ],
    zero: true,
  },
  {
    name: 'accuracy',
    label: 'Accuracy',
    series: [
      { name: 'training', figure: 'trainAccuracy' },
      { name: 'validation', figure: 'valAccuracy' },
    ],
    // 0.95 and 0.97 can be told apart.
    zero: false,
    most: 1,
  },
];

const ratePanel: Panel = {
  name: 'learning_rate',
  label: 'Learning rate',
  series: [{ name: 'training', figure: 'learningRate' }],
  zero: true,
  format: '~g',
};

/** Past this many epochs dots would merge into the line. */
const mostDots = 40;

export interface TrainingCurvesOptions {
  /** The epoch whose checkpoint was kept: a vertical line marks it. */
  bestEpoch?: number;
  /** A panel for the learning rate; default false. */
  learningRate?: boolean;
}

/** One chart per panel that has a value, for places that are too narrow for all of them side by side. */
export function trainingPanels(
  epochs: readonly EpochPoint[],
  options: TrainingCurvesOptions = {},
): Chart[] {
  return shownPanels(epochs, options).map((panel) => ({
    name: panel.name,
    title: describe(panel, epochs),
    spec: (ink) => panelSpec(panel, epochs, options, ink),
  }));
}

/**
 * The panels side by side; one without any value is left out. Values that are null or not finite leave gaps.
 * @throws RoentgenError ERR_INVALID_ARGUMENT without epochs or without any value
 */
export function trainingCurvesChart(
  epochs: readonly EpochPoint[],
  options: TrainingCurvesOptions = {},
): Chart {
  const shown = shownPanels(epochs, options);
  if (shown.length === 0) {
    throw invalidArgument('epochs', 'at least one epoch with a value', 'none');
  }
  return {
    name: 'training_curves',
    title: `Training curves. ${shown.map((panel) => describe(panel, epochs)).join(' ')}`,
    spec: (ink) => ({
      hconcat: shown.map((panel) => panelSpec(panel, epochs, options, ink)),
      spacing: 36,
    }),
  };
}

function shownPanels(
  epochs: readonly EpochPoint[],
  { learningRate = false }: TrainingCurvesOptions,
): Panel[] {
  return [...panels, ...(learningRate ? [ratePanel] : [])].filter(({ series }) =>
    series.some(({ figure }) => epochs.some((point) => valueOf(point, figure) !== null)),
  );
}

function valueOf(point: EpochPoint, figure: Figure): number | null {
  const value = point[figure] ?? NaN;
  return Number.isFinite(value) ? value : null;
}

function describe({ label, series }: Panel, epochs: readonly EpochPoint[]): string {
  const last = epochs.at(-1);
  const ends = series.flatMap(({ name, figure }) => {
    const value = last === undefined ? null : valueOf(last, figure);
    return value === null ? [] : [`${name} ${value.toPrecision(3)}`];
  });
  return `${label} over ${epochs.length} epochs${ends.length > 0 ? `, at last ${ends.join(', ')}` : ''}.`;
}

function panelSpec(
  { label, series, zero, most, format }: Panel,
  epochs: readonly EpochPoint[],
  { bestEpoch }: TrainingCurvesOptions,
  ink: Ink,
) {
  const values = series.flatMap(({ name, figure }) =>
    epochs.map((point) => ({ epoch: point.epoch, series: name, value: valueOf(point, figure) })),
  );
  // The same for all panels: side by side they share one legend.
  const domain = ['training', 'validation'];
  const scaleOf = <T>(range: readonly T[]) => ({ domain, range: range.slice(0, domain.length) });
  const legend = { title: null, direction: 'horizontal' as const, columns: 2 };
  const ends = epochs.map(({ epoch }) => epoch);
  const mark = bestEpoch === undefined ? [] : markLayers(bestEpoch, Math.max(...ends), ink);
  return {
    width: 360,
    height: 230,
    layer: [
      ...mark,
      {
        data: { values },
        mark: {
          type: 'line' as const,
          invalid: 'break-paths-show-path-domains' as const,
          point: epochs.length <= mostDots ? { size: 36, filled: true } : false,
        },
        encoding: {
          x: {
            field: 'epoch',
            type: 'quantitative' as const,
            title: 'Epoch',
            axis: { tickMinStep: 1, format: 'd', grid: false },
            scale: { zero: false, nice: false, padding: 8 },
          },
          y: {
            field: 'value',
            type: 'quantitative' as const,
            title: label,
            axis: { tickCount: 5, ...(format === undefined ? {} : { format }) },
            scale: { zero, ...(most === undefined ? {} : { domainMax: most }) },
          },
          color: { field: 'series', scale: scaleOf(ink.series), legend },
          strokeDash: { field: 'series', scale: scaleOf(dashes), legend },
          shape: { field: 'series', scale: scaleOf(shapes), legend },
        },
      },
    ],
  } satisfies Spec;
}

/** A vertical line through the panel, and its word above. */
function markLayers(epoch: number, last: number, ink: Ink) {
  const data = { values: [{ epoch }] };
  const x = { field: 'epoch', type: 'quantitative' as const };
  const align = epoch === last ? ('right' as const) : ('left' as const);
  return [
    {
      data,
      mark: { type: 'rule' as const, strokeDash: [2, 3], color: ink.muted },
      encoding: { x },
    },
    {
      data,
      mark: { type: 'text' as const, align, dx: epoch === last ? -4 : 4, color: ink.text },
      encoding: { x, y: { value: -7 }, text: { value: 'kept' } },
    },
  ];
}
