/** How the scores of an anomaly detector are spread over the images of each class. */
import { shorten, type Chart } from './chart.js';

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
  const domain = high > low ? [low, high] : [low - 0.5, low + 0.5];
  return {
    name: 'anomaly_histogram',
    title: `${score}, as counts in ${bins} bins, for ${groups.map(({ name }) => name).join(' and ')}; threshold ${threshold.toPrecision(3)}`,
    spec: (ink) => ({
      spacing: 14,
      vconcat: groups.map(({ name, scores }, index) => {
        const last = index === groups.length - 1;
        const flagged = scores.filter((value) => value > threshold).length;
        const x = {
          field: 'low',
          type: 'quantitative' as const,
          title: last ? shorten(score, 60) : null,
          axis: { labels: last, grid: false, tickCount: 6 },
          scale: { domain, nice: false, zero: false },
        };
        return {
          width: 380,
          height: 90,
          title: `${shorten(name, 24)} (${flagged} of ${scores.length} images flagged)`,
          layer: [
            {
              data: { values: countInBins(scores, domain[0] ?? 0, domain[1] ?? 1) },
              mark: { type: 'bar', color: ink.series[index % ink.series.length] ?? ink.text },
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
              data: { values: [{ low: threshold }] },
              mark: { type: 'rule', strokeDash: [4, 3], color: ink.text },
              encoding: { x },
            },
          ],
        };
      }),
    }),
  };
}

/** What lies beyond an end is counted in the bin there. */
function countInBins(
  scores: readonly number[],
  low: number,
  high: number,
): { low: number; high: number; count: number }[] {
  const width = (high - low) / bins;
  const counts = new Array<number>(bins).fill(0);
  for (const score of scores) {
    const bin = Math.max(0, Math.min(bins - 1, Math.floor((score - low) / width)));
    counts[bin] = (counts[bin] ?? 0) + 1;
  }
  return counts.map((count, bin) => ({
    low: low + bin * width,
    high: low + (bin + 1) * width,
    count,
  }));
}
