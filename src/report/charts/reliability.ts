/** Reliability diagram: how often the model is right, over how sure it says it is. */
import type { ReliabilityPoint } from '../curvesOfPredictions.js';
import { dashes, ownLegend, shapes, type Chart } from './chart.js';

export interface ReliabilitySeries {
  /** `raw`, `calibrated`. */
  name: string;
  bins: readonly ReliabilityPoint[];
  /** Expected calibration error over these bins, in [0, 1]. */
  ece: number | null;
}

const width = 340;

/** Above, accuracy with Wilson's 95% interval per bin; below, the images in each bin of the first series. */
export function reliabilityChart(series: readonly ReliabilitySeries[]): Chart {
  const labels = series.map(({ name, ece }) =>
    ece === null ? name : `${name}  ECE ${ece.toFixed(3)}`,
  );
  const values = series.flatMap(({ bins }, index) =>
    bins.map(({ confidence, accuracy, interval: [low, high] }) => ({
      series: labels[index],
      ...{ confidence, accuracy, low, high },
    })),
  );
  const counts =
    series[0]?.bins.map(({ low, high, images }) => ({ low, high, count: images })) ?? [];
  const axis = { values: [0, 0.2, 0.4, 0.6, 0.8, 1], format: '.1f' };
  const unit = { domain: [0, 1], nice: false };
  return {
    name: 'reliability',
    title: `Reliability diagram. Expected calibration error: ${labels.join('; ')}`,
    spec: (ink) => {
      const scaleOf = <T>(range: readonly T[]) => ({
        domain: labels,
        range: range.slice(0, labels.length),
      });
      const x = {
        field: 'confidence',
        type: 'quantitative' as const,
        title: null,
        axis: { ...axis, labels: false, ticks: false },
        scale: unit,
      };
      const y = {
        field: 'accuracy',
        type: 'quantitative' as const,
        title: 'Share of right answers',
        axis,
        scale: unit,
      };
      const color = { field: 'series', type: 'nominal' as const, scale: scaleOf(ink.series) };
      // Where points are rare: that a model is surer than it says.
      const legend = { title: null, orient: 'top-left' as const };
      return {
        spacing: 8,
        vconcat: [
          {
            width,
            height: 280,
            ...ownLegend,
            layer: [
              {
                data: {
                  values: [
                    { confidence: 0, accuracy: 0 },
                    { confidence: 1, accuracy: 1 },
                  ],
                },
                mark: { type: 'line', color: ink.muted, strokeDash: [2, 4], strokeWidth: 1.5 },
                encoding: { x, y },
              },
              {
                data: { values },
                mark: { type: 'rule', opacity: 0.55, strokeWidth: 1.5 },
                encoding: {
                  x,
                  y: { ...y, field: 'low' },
                  y2: { field: 'high' },
                  color: { ...color, legend: null },
                },
              },
              {
                data: { values },
                mark: { type: 'line', point: { size: 50, filled: true }, strokeWidth: 1.5 },
                encoding: {
                  x,
                  y,
                  color: { ...color, legend },
                  shape: { ...color, scale: scaleOf(shapes), legend },
                  strokeDash: { ...color, scale: scaleOf(dashes), legend },
                },
              },
            ],
          },
          {
            width,
            height: 70,
            data: { values: counts },
            mark: { type: 'bar', color: ink.muted, binSpacing: 1 },
            encoding: {
              x: {
                field: 'low',
                type: 'quantitative',
                bin: 'binned',
                title: 'Probability of the predicted class',
                axis,
                scale: unit,
              },
              x2: { field: 'high' },
              y: {
                field: 'count',
                type: 'quantitative',
                title: 'Images',
                axis: { tickCount: 2, format: 'd', tickMinStep: 1 },
              },
            },
          },
        ],
      };
    },
  };
}
