/** How the probability of one class is spread over the images of each class. */
import { histogram } from '../curvesOfPredictions.js';
import { shorten, type Chart } from './chart.js';

export interface ScoreGroup {
  /** Which images: a class, or `other classes`. */
  name: string;
  /** The class's probability of each image, in [0, 1]. */
  scores: readonly number[];
}

const bins = 20;

/**
 * One row per group, each with its own axis of counts.
 * @param score the class whose probability it is
 * @param threshold of the operating point: a vertical line marks it
 */
export function scoreHistogramChart(
  score: string,
  groups: readonly ScoreGroup[],
  threshold: number | null,
): Chart {
  const shown = shorten(score, 30);
  const marked = threshold === null ? [] : [{ low: threshold }];
  return {
    name: 'score_histogram',
    title: `Probability of ${score}, as counts in ${bins} bins, for ${groups.map(({ name }) => name).join(' and ')}`,
    spec: (ink) => ({
      spacing: 14,
      vconcat: groups.map(({ name, scores }, index) => {
        const last = index === groups.length - 1;
        const x = {
          field: 'low',
          type: 'quantitative' as const,
          title: last ? `Probability of ${shown}` : null,
          axis: { values: [0, 0.2, 0.4, 0.6, 0.8, 1], format: '.1f', labels: last, grid: false },
          scale: { domain: [0, 1], nice: false },
        };
        return {
          width: 340,
          height: 90,
          title: `${shorten(name, 24)} (${scores.length} images)`,
          layer: [
            {
              data: { values: histogram(scores, bins) },
              mark: { type: 'bar', color: ink.series[0], binSpacing: 1 },
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
              data: { values: marked },
              mark: { type: 'rule', strokeDash: [4, 3], color: ink.text },
              encoding: { x },
            },
          ],
        };
      }),
    }),
  };
}
