/** Precision over recall, one curve for each class. */
import type { PrecisionRecall } from '../curvesOfPredictions.js';
import { bandedCurvesSpec } from './bandedCurves.js';
import { shorten, type Chart } from './chart.js';
import { areaText, longestName } from './roc.js';

/** A null curve, of a class without images or without others, is only named. */
export interface NamedPrecisionRecall {
  name: string;
  curve: PrecisionRecall | null;
  averagePrecision: number | null;
  /** 95%, of the average precision. */
  interval: readonly [low: number, high: number] | null;
}

/** The legend gives the average precision; the band is Wilson's 95% interval of the precision. */
export function precisionRecallChart(curves: readonly NamedPrecisionRecall[]): Chart {
  const banded = curves.map(({ name, curve, averagePrecision, interval }) => ({
    label: `${shorten(name, longestName)}  ${areaText(averagePrecision, interval)}`,
    points: curve?.points ?? [],
    banded: true,
  }));
  const [only] = curves.length === 1 ? curves : [];
  const prevalence = only?.curve?.prevalence;
  return {
    name: 'precision_recall',
    title: `Precision-recall curves. Average precision: ${banded.map(({ label }) => label).join('; ')}`,
    spec: (ink) =>
      bandedCurvesSpec(
        banded,
        {
          x: 'Recall (sensitivity)',
          y: 'Precision',
          interpolate: 'step-before',
          legend: 'Average precision (95% interval)',
          // With several classes the lines of chance would be as many.
          chance:
            prevalence === undefined
              ? null
              : [
                  { x: 0, y: prevalence },
                  { x: 1, y: prevalence },
                ],
        },
        ink,
      ),
  };
}
