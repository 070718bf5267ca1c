/** Images per second of models as bars, with the spread of what was measured. */
import { groupItems } from '../../data/index.js';
import { cycled, shorten, type Chart } from './chart.js';
import type { Ink } from './ink.js';
import { fontSize } from './theme.js';

export interface ThroughputBar {
  /** What stands above its panel; bars of one panel share a scale. */
  panel: string;
  model: string;
  /** What its color stands for; the same in all panels. */
  series: string;
  /** Images per second, and its quartiles. */
  value: number;
  low: number;
  high: number;
}

const [width, barHeight, groupGap] = [360, 16, 12];
const longestModel = 28;

/** One panel below the other, in the order in which they first come, and so within them. */
export function throughputChart(bars: readonly ThroughputBar[]): Chart {
  const panels = [...groupItems(bars, ({ panel }) => panel)];
  const series = [...new Set(bars.map((bar) => bar.series))];
  return {
    name: 'samples_per_second',
    title: `Images per second. ${panels.map(([name, inside]) => describe(name, inside)).join(' ')}`,
    spec: (ink) => ({
      vconcat: panels.map(([name, inside]) => panelSpec(name, inside, series, ink)),
      spacing: 28,
      resolve: { legend: { color: 'shared' }, scale: { color: 'shared', yOffset: 'independent' } },
    }),
  };
}

function describe(panel: string, bars: readonly ThroughputBar[]): string {
  const values = bars.map(({ model, series, value }) => `${model} in ${series} ${rate(value)}`);
  return `${panel}: ${values.join(', ')}.`;
}

/** Three digits. */
function rate(value: number): string {
  return value >= 100 ? Math.round(value).toLocaleString('en-US') : value.toPrecision(3);
}

function panelSpec(
  panel: string,
  bars: readonly ThroughputBar[],
  series: readonly string[],
  ink: Ink,
) {
  const shown = bars.map((bar) => ({
    ...bar,
    model: shorten(bar.model, longestModel),
    label: rate(bar.value),
  }));
  const inPanel = series.filter((name) => bars.some((bar) => bar.series === name));
  const y = {
    field: 'model',
    type: 'ordinal' as const,
    sort: [...new Set(shown.map(({ model }) => model))],
    title: null,
    axis: { ticks: false, domain: false },
    scale: { paddingInner: groupGap / (groupGap + barHeight * inPanel.length), paddingOuter: 0.1 },
  };
  const yOffset = { field: 'series', sort: inPanel, scale: { domain: inPanel } };
  const x = {
    type: 'quantitative' as const,
    title: 'Images per second, and the middle half of the rounds',
    axis: { tickCount: 5 },
    // Room for the label of the longest bar.
    scale: { zero: true, domainMax: 1.15 * Math.max(...bars.map(({ high }) => high)), nice: false },
  };
  const color = {
    field: 'series',
    type: 'nominal' as const,
    scale: { domain: [...series], range: cycled(ink.series, series.length) },
    legend: series.length > 1 ? { title: null, symbolType: 'square' as const } : null,
  };
  return {
    title: panel,
    width,
    height: { step: barHeight, for: 'offset' as const },
    data: { values: shown },
    layer: [
      {
        mark: { type: 'bar' as const },
        encoding: { x: { ...x, field: 'value' }, y, yOffset, color },
      },
      {
        mark: { type: 'rule' as const, color: ink.text, strokeWidth: 1.5 },
        encoding: { x: { ...x, field: 'low' }, x2: { field: 'high' }, y, yOffset },
      },
      {
        mark: { type: 'text' as const, align: 'left' as const, dx: 6, fontSize, color: ink.text },
        encoding: { x: { ...x, field: 'high' }, y, yOffset, text: { field: 'label' } },
      },
    ],
  };
}
