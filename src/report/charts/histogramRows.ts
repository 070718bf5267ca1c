/** Histograms of several groups, one below the other on one axis, as two charts draw them. */
import type { HistogramBin } from '../curvesOfPredictions.js';
import type { Spec } from './chart.js';
import type { Ink } from './ink.js';

export interface HistogramRow {
  title: string;
  bins: readonly HistogramBin[];
  /** Of the bars. */
  bar: { color: string; binSpacing?: number };
}

export interface SharedAxis {
  title: string;
  axis: object;
  scale: { domain: readonly number[]; nice: false; zero?: false };
  /** Where a vertical line stands in every row; null for none. */
  marked: number | null;
}

/** Each row has its own axis of counts; the axis below the last is everyone's. */
export function histogramRows(
  rows: readonly HistogramRow[],
  { title, axis, scale, marked }: SharedAxis,
  width: number,
  ink: Ink,
): Spec {
  return {
    spacing: 14,
    vconcat: rows.map((row, index) => {
      const last = index === rows.length - 1;
      const x = {
        field: 'low',
        type: 'quantitative' as const,
        title: last ? title : null,
        axis: { ...axis, labels: last, grid: false },
        scale: { ...scale, domain: [...scale.domain] },
      };
      return {
        width,
        height: 90,
        title: row.title,
        layer: [
          {
            data: { values: [...row.bins] },
            mark: { type: 'bar', ...row.bar },
            encoding: {
              x: { ...x, bin: 'binned' },
              x2: { field: 'high' },
              y: {
                field: 'count',
                type: 'quantitative',
                title: 'Images',
                axis: { tickCount: 3, format: 'd', tickMinStep: 1 },
              },
            },
          },
          {
            data: { values: marked === null ? [] : [{ low: marked }] },
            mark: { type: 'rule', strokeDash: [4, 3], color: ink.text },
            encoding: { x },
          },
        ],
      };
    }),
  };
}
