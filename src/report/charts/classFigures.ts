/** The figures of every class with their intervals, as dots on one scale. */
import type { MetricIntervals } from '../../evaluation/index.js';
import { cycled, ownLegend, rotated, shapes, shorten, type Chart } from './chart.js';

/** The figures that lie in [0, 1], in the order of the chart. */
const rows = [
  ['recall', 'Recall'],
  ['specificity', 'Specificity'],
  ['precision', 'Precision'],
  ['npv', 'NPV'],
  ['f1', 'F1'],
  ['auroc', 'AUROC'],
  ['averagePrecision', 'Avg. precision'],
] as const;

export function classFiguresChart({ perClass }: MetricIntervals): Chart {
  const names = perClass.map((entry, index) => `${shorten(entry.class, 24)}${' '.repeat(index)}`);
  const values = perClass.flatMap((entry, index) =>
    rows.flatMap(([figure, label]) => {
      const estimate = entry[figure];
      if (estimate === null) return [];
      const { value, low, high } = estimate;
      return [{ class: names[index], figure: label, value, low, high }];
    }),
  );
  return {
    name: 'class_figures',
    title:
      'Figures of each class with 95% intervals; the table of figures per class has the numbers',
    spec: (ink) => {
      const x = {
        field: 'value',
        type: 'quantitative' as const,
        title: 'Value, 95% interval',
        axis: { format: '.2f', tickCount: 5 },
        scale: { zero: false, domainMax: 1, padding: 6 },
      };
      const color = {
        field: 'class',
        type: 'nominal' as const,
        scale: { domain: names, range: cycled(ink.series, names.length) },
      };
      const legend = { title: null };
      return {
        width: 260,
        height: { step: 16 + 10 * names.length, for: 'position' },
        data: { values },
        ...ownLegend,
        encoding: {
          y: {
            field: 'figure',
            type: 'ordinal',
            sort: rows.map(([, label]) => label),
            title: null,
            axis: { ticks: false, domain: false, grid: true, bandPosition: 0 },
          },
          yOffset: { field: 'class', sort: names },
        },
        layer: [
          {
            mark: { type: 'rule', strokeWidth: 1.5 },
            encoding: {
              x: { ...x, field: 'low' },
              x2: { field: 'high' },
              color: { ...color, legend: null },
            },
          },
          {
            mark: { type: 'point', filled: true, opacity: 1, size: 50 },
            encoding: {
              x,
              color: { ...color, legend },
              shape: {
                ...color,
                scale: { domain: names, range: rotated(shapes, names.length) },
                legend,
              },
            },
          },
        ],
      };
    },
  };
}
