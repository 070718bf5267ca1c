/** How the scores of an anomaly detector are spread over the images of each class. */
import { histogram } from '../curvesOfPredictions.js';
import { shorten, type Chart } from './chart.js';
import { histogramRows } from './histogramRows.js';

export interface AnomalyGroup {
  /** A class. */
  name: string;
  /** Of each image, larger for less normal. */
  scores: readonly number[];
}

const bins = 40;
/** Of all scores: the few beyond would press the others flat, and are counted in the last bin. */
const shownShare = 0.99;

/**
 * One row per class, on one scale of scores, each with its own axis of counts.
 * @param score what the detector measures, for the axis
 * @param threshold images of larger scores are flagged: a vertical line marks it
 */
export function anomalyHistogramChart(
  score: string,
  groups: readonly AnomalyGroup[],
  threshold: number,
): Chart {
  const all = groups.flatMap(({ scores }) => scores).sort((a, b) => a - b);
  const low = Math.min(all[0] ?? 0, threshold);
  const shown = all[Math.floor(shownShare * (all.length - 1))] ?? 1;
  const high = Math.max(shown, threshold) + Number.EPSILON * Math.abs(threshold || 1);
  const domain = high > low ? ([low, high] as const) : ([low - 0.5, low + 0.5] as const);
  return {
    name: 'anomaly_histogram',
    title: `${score}, as counts in ${bins} bins, for ${groups.map(({ name }) => name).join(' and ')}; threshold ${threshold.toPrecision(3)}`,
    spec: (ink) =>
      histogramRows(
        groups.map(({ name, scores }, index) => {
          const flagged = scores.filter((value) => value > threshold).length;
          return {
            title: `${shorten(name, 24)} (${flagged} of ${scores.length} images flagged)`,
            bins: histogram(scores, bins, domain),
            bar: { color: ink.series[index % ink.series.length] ?? ink.text },
          };
        }),
        {
          title: shorten(score, 60),
          axis: { tickCount: 6 },
          scale: { domain, nice: false, zero: false },
          marked: threshold,
        },
        380,
        ink,
      ),
  };
}
