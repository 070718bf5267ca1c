/** Curves in the unit square with a band each: what ROC and precision-recall charts share. */
import type { BandPoint } from '../curvesOfPredictions.js';
import { cycled, dashes, ownLegend, rotated } from './chart.js';
import type { Ink } from './ink.js';

export interface BandedCurve {
  /** For the legend: the class, and its area where there is one. */
  label: string;
  /** None for a curve that is only named. */
  points: readonly BandPoint[];
  /** Whether low and high are to be seen. */
  banded: boolean;
}

export interface Frame {
  x: string;
  y: string;
  interpolate: 'linear' | 'step-before';
  /** Over the legend. */
  legend: string;
  /** From where to where a chance answer lies. */
  chance: readonly [{ x: number; y: number }, { x: number; y: number }] | null;
}

const side = 340;

/** More would hide one another. */
const mostBands = 4;

/** A Vega-Lite specification; every curve has its color and its dash, and a line in the legend. */
export function bandedCurvesSpec(curves: readonly BandedCurve[], frame: Frame, ink: Ink) {
  // A space, invisible at the end, keeps two classes apart whose shortened names are equal.
  const named = curves.map((curve, index) => ({
    ...curve,
    label: curve.label + ' '.repeat(firstIndex(curves, curve.label) === index ? 0 : index),
  }));
  const rows = named.flatMap(({ label, points, banded }) =>
    points.map((point, order) => ({ ...point, label, banded, order })),
  );
  const domain = named.map(({ label }) => label);
  const axis = { values: [0, 0.2, 0.4, 0.6, 0.8, 1], format: '.1f' };
  const unit = { domain: [0, 1], nice: false };
  const x = { field: 'x', type: 'quantitative' as const, title: frame.x, axis, scale: unit };
  const y = { field: 'y', type: 'quantitative' as const, title: frame.y, axis, scale: unit };
  const color = {
    field: 'label',
    type: 'nominal' as const,
    scale: { domain, range: cycled(ink.series, domain.length) },
  };
  // Long enough for a dash to be seen.
  const legend = { title: frame.legend, symbolSize: 500 };
  const { interpolate } = frame;
  return {
    width: side,
    height: side,
    ...ownLegend,
    layer: [
      {
        data: { values: [...(frame.chance ?? [])] },
        mark: { type: 'line' as const, color: ink.muted, strokeDash: [2, 4], strokeWidth: 1.5 },
        encoding: { x, y },
      },
      {
        data: { values: named.length > mostBands ? [] : rows.filter(({ banded }) => banded) },
        mark: { type: 'area' as const, interpolate, opacity: 0.16, line: false },
        encoding: {
          x,
          y: { ...y, field: 'low' },
          y2: { field: 'high' },
          color: { ...color, legend: null },
        },
      },
      {
        data: { values: rows },
        mark: { type: 'line' as const, interpolate },
        encoding: {
          x,
          y,
          color: { ...color, legend },
          strokeDash: {
            field: 'label',
            type: 'nominal' as const,
            scale: { domain, range: rotated(dashes, domain.length) },
            legend,
          },
          order: { field: 'order', type: 'quantitative' as const },
        },
      },
    ],
  };
}

function firstIndex(curves: readonly BandedCurve[], label: string): number {
  return curves.findIndex((curve) => curve.label === label);
}
