/** ROC curves, one for each class, with the line of a coin toss. */
import type { RocCurve } from '../../evaluation/index.js';
import { rocBand } from '../curvesOfPredictions.js';
import { bandedCurvesSpec, type BandedCurve } from './bandedCurves.js';
import { shorten, type Chart } from './chart.js';

/** A curve and its name; a null curve, of a class without images or without others, is only named. */
export interface NamedRocCurve {
  name: string;
  curve: RocCurve | null;
  /** Images of the class: with them the curve has a band, Wilson's 95% interval of the sensitivity. */
  positives?: number | undefined;
  /** 95%, of the area. */
  interval?: readonly [low: number, high: number] | null | undefined;
}

/** Longest class name that fits into the legend beside its figures. */
export const longestName = 20;

/** The legend gives each area under the curve. */
export function rocChart(curves: readonly NamedRocCurve[]): Chart {
  const banded = curves.map(({ name, curve, positives, interval }): BandedCurve => {
    const label = `${shorten(name, longestName)}  ${areaText(curve?.area ?? null, interval)}`;
    if (curve === null) return { label, points: [], banded: false };
    return { label, points: rocBand(curve, positives ?? 1), banded: positives !== undefined };
  });
  return {
    name: 'roc',
    title: `ROC curves. Area under the curve: ${banded.map(({ label }) => label).join('; ')}`,
    spec: (ink) =>
      bandedCurvesSpec(
        banded,
        {
          x: 'False positive rate (1 − specificity)',
          y: 'True positive rate (sensitivity)',
          interpolate: 'linear',
          legend: 'Area under the curve (95% interval)',
          chance: [
            { x: 0, y: 0 },
            { x: 1, y: 1 },
          ],
        },
        ink,
      ),
  };
}

/** 0.953 (0.934–0.968) */
export function areaText(
  area: number | null,
  interval: readonly [low: number, high: number] | null | undefined,
): string {
  if (area === null) return 'undefined';
  const ends = interval ? ` (${interval[0].toFixed(3)}–${interval[1].toFixed(3)})` : '';
  return `${area.toFixed(3)}${ends}`;
}
