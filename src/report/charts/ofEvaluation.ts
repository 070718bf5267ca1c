/** The charts of one evaluation, from its predictions, metrics and intervals. */
import {
  reliabilityBins,
  rocCurve,
  withTemperature,
  type Estimate,
} from '../../evaluation/index.js';
import type { EvaluatedSplit } from '../content.js';
import { precisionRecall, reliabilityPoints } from '../curvesOfPredictions.js';
import type { Chart } from './chart.js';
import { classFiguresChart } from './classFigures.js';
import { confusionMatrixChart } from './confusionMatrix.js';
import { precisionRecallChart } from './precisionRecall.js';
import { reliabilityChart } from './reliability.js';
import { rocChart } from './roc.js';
import { scoreHistogramChart } from './scoreHistogram.js';

export interface EvaluationCharts {
  confusionMatrix: Chart;
  roc: Chart;
  precisionRecall: Chart;
  reliability: Chart;
  classFigures: Chart;
  /** One per class that is shown, with the position of that class. */
  scoreHistograms: Chart[];
}

/** Positions of the classes that one-vs-rest charts show: all, or of two the positive one. */
export function shownClasses({ classes, binary }: EvaluatedSplit['metrics']): number[] {
  return binary === null ? [...classes.keys()] : [classes.indexOf(binary.positive)];
}

/** The probability of class `index` for each image. */
export function scoresOf(
  probabilities: ArrayLike<number>,
  classes: number,
  index: number,
): number[] {
  return Array.from(
    { length: probabilities.length / classes },
    (_, image) => probabilities[image * classes + index] ?? 0,
  );
}

export function evaluationCharts(split: EvaluatedSplit): EvaluationCharts {
  const { metrics, intervals, predictions, decision } = split;
  const { classes } = metrics;
  const { labels, probabilities } = predictions;
  const shown = shownClasses(metrics).map((index) => {
    const name = classes[index] ?? '';
    const scores = scoresOf(probabilities, classes.length, index);
    const positives = labels.map((label) => label === index);
    return { index, name, scores, positives, figures: intervals.perClass[index] };
  });
  return {
    confusionMatrix: confusionMatrixChart(metrics.confusionMatrix, classes),
    roc: rocChart(
      shown.map(({ name, scores, positives, figures }) => ({
        name,
        curve: rocCurve(scores, positives),
        positives: positives.filter(Boolean).length,
        interval: endsOf(figures?.auroc),
      })),
    ),
    precisionRecall: precisionRecallChart(
      shown.map(({ name, scores, positives, figures }) => ({
        name,
        curve: precisionRecall(scores, positives),
        averagePrecision: figures?.averagePrecision?.value ?? null,
        interval: endsOf(figures?.averagePrecision),
      })),
    ),
    reliability: reliabilityOf(split),
    classFigures: classFiguresChart(intervals),
    scoreHistograms: shown.map(({ index, name, scores }) => {
      const point = decision?.operatingPoint ?? null;
      const raw = decision === null || decision.temperature === 1;
      // A threshold on calibrated probabilities has no place among raw ones.
      const threshold = point?.positive === name && raw ? point.threshold : null;
      return scoreHistogramChart(name, groupsOf(scores, labels, classes, index), threshold);
    }),
  };
}

function endsOf(estimate: Estimate | null | undefined): readonly [number, number] | null {
  return estimate ? [estimate.low, estimate.high] : null;
}

function reliabilityOf({ metrics, intervals, predictions, decision }: EvaluatedSplit): Chart {
  const { classes } = metrics;
  const { labels, probabilities } = predictions;
  const raw = {
    name: 'raw',
    bins: reliabilityPoints(reliabilityBins(probabilities, labels, classes.length)),
    ece: decision?.raw.ece ?? intervals.overall.ece?.value ?? null,
  };
  if (decision === null || decision.temperature === 1) return reliabilityChart([raw]);
  const calibrated = withTemperature(probabilities, decision.temperature, classes.length);
  return reliabilityChart([
    raw,
    {
      name: `temperature ${decision.temperature.toFixed(2)}`,
      bins: reliabilityPoints(reliabilityBins(calibrated, labels, classes.length)),
      ece: decision.calibrated.ece,
    },
  ]);
}

/** Of two classes both; of more the class itself and all others. */
function groupsOf(
  scores: readonly number[],
  labels: readonly number[],
  classes: readonly string[],
  index: number,
): { name: string; scores: number[] }[] {
  const among = (wanted: (label: number) => boolean): number[] =>
    scores.filter((_, image) => wanted(labels[image] ?? -1));
  if (classes.length === 2) {
    return classes.map((name, position) => ({
      name,
      scores: among((label) => label === position),
    }));
  }
  return [
    { name: classes[index] ?? '', scores: among((label) => label === index) },
    { name: 'Other classes', scores: among((label) => label !== index) },
  ];
}
