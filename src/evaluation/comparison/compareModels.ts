/** Two models on the same images: how far apart they are, and whether that could be chance. */
import { largestInRows } from '../arrays.js';
import {
  bootstrapIntervals,
  defaultDraws,
  groupImages,
  type WeightedEvaluation,
} from '../intervals/bootstrap.js';
import {
  comparedFigures,
  type ComparedFigure,
  type FigureDifference,
  type ModelComparison,
} from './comparison.js';
import { aurocDifference, type AurocDifference } from '../intervals/delong.js';
import {
  evaluateClassification,
  type ClassificationMetrics,
} from '../metrics/evaluateClassification.js';
import { mcnemarTest, type McNemarTest } from './mcnemar.js';
import { metricDirection } from '../metrics/metricNames.js';
import { pairPredictions, type PairedPredictions } from './pairing.js';
import type { Predictions } from '../predictions.js';
import { oneAgainstRest } from '../metrics/scoreRanking.js';
import { verdictOf } from './verdict.js';
import { WeightedFigures } from '../intervals/weightedFigures.js';

/** The figure that decides between two models, and the bootstrap behind it. */
export interface CompareOptions {
  /** The class that F1 and AUROC speak of, in a two-class problem; default the last one. */
  positive?: string | undefined;
  /** The figure that decides, chosen before looking; default accuracy. */
  metric?: ComparedFigure | undefined;
  /** An integer in 0 … 2⁵³ − 1; default 0. */
  seed?: number | undefined;
  /** Of the bootstrap, at least 100; default 2,000. */
  draws?: number | undefined;
}

/**
 * Compares two models by their predictions of the same labeled images, paired by file name.
 * @throws RoentgenError ERR_INVALID_ARGUMENT where the files, truths or classes of both are not the same (the
 * message counts and names them), and for options out of range
 */
export function compareModels(
  a: Predictions,
  b: Predictions,
  { positive, metric = 'accuracy', seed = 0, draws = defaultDraws }: CompareOptions = {},
): ModelComparison {
  const pairs = pairPredictions(a, b);
  const evaluated = (probabilities: readonly number[]): ClassificationMetrics =>
    evaluateClassification({
      ...{ probabilities, labels: pairs.labels, classes: pairs.classes },
      ...(positive === undefined ? {} : { positive }),
    });
  const [metricsA, metricsB] = [evaluated(pairs.probabilitiesA), evaluated(pairs.probabilitiesB)];
  const positiveName = metricsA.binary?.positive ?? null;
  const positiveIndex = positiveName === null ? null : pairs.classes.indexOf(positiveName);
  const grouping = groupImages(pairs.labels.length, pairs.groups);
  const mcnemar = testAnswers(pairs);
  const delong = positiveIndex === null ? null : testAreas(pairs, positiveIndex);
  const pValues: Partial<Record<ComparedFigure, number>> = {
    accuracy: mcnemar.exact,
    ...(delong === null ? {} : { auroc: delong.pValue }),
  };
  const intervals = bootstrapIntervals(
    grouping,
    comparedFigures.length,
    drawDifferences(pairs, positiveIndex),
    { draws, seed },
  );
  const differences = comparedFigures.flatMap((figure, index): FigureDifference[] => {
    const valueA = figureOf(metricsA, figure, positiveIndex);
    const valueB = figureOf(metricsB, figure, positiveIndex);
    const [low, high] = intervals[index] ?? [];
    if (valueA === null || valueB === null || low === undefined || high === undefined) return [];
    const difference = valueB - valueA;
    const pValue = pValues[figure] ?? null;
    return [{ figure, a: valueA, b: valueB, difference, low, high, pValue }];
  });
  const decisive = differences.find(({ figure }) => figure === metric);
  return {
    images: pairs.labels.length,
    groups: grouping.count,
    classes: [...pairs.classes],
    positive: positiveName,
    ...{ confidence: 0.95, draws, seed, differences, mcnemar, delong, metric },
    ...verdictOf(decisive, metric, pairs.labels.length, metricDirection(metric)),
  };
}

function figureOf(
  metrics: ClassificationMetrics,
  figure: ComparedFigure,
  positive: number | null,
): number | null {
  if (figure !== 'f1') return metrics[figure];
  return positive === null ? metrics.macro.f1 : (metrics.perClass[positive]?.f1 ?? null);
}

function testAnswers({
  labels,
  classes,
  probabilitiesA,
  probabilitiesB,
}: PairedPredictions): McNemarTest {
  const [answersA, answersB] = [probabilitiesA, probabilitiesB].map((rows) =>
    largestInRows(rows, classes.length),
  );
  const isRight = (answers: readonly number[] | undefined, image: number): boolean =>
    answers?.[image] === labels[image];
  const images = [...labels.keys()];
  return mcnemarTest(
    images.filter((image) => isRight(answersA, image) && !isRight(answersB, image)).length,
    images.filter((image) => isRight(answersB, image) && !isRight(answersA, image)).length,
  );
}

function testAreas(
  { labels, classes, probabilitiesA, probabilitiesB }: PairedPredictions,
  positive: number,
): AurocDifference | null {
  const [a, b] = [probabilitiesA, probabilitiesB].map(
    (rows) => oneAgainstRest(rows, labels, classes.length)[positive],
  );
  return a && b ? aurocDifference(a.scores, b.scores, a.positives) : null;
}

/** Both models see the same draw of patients: what they share cancels. */
function drawDifferences(
  { labels, classes, probabilitiesA, probabilitiesB }: PairedPredictions,
  positive: number | null,
): WeightedEvaluation {
  const prepare = (probabilities: readonly number[]): WeightedFigures =>
    new WeightedFigures({ probabilities, labels, classes: classes.length, positive });
  const [a, b] = [prepare(probabilitiesA), prepare(probabilitiesB)];
  const [outA, outB] = [new Float64Array(a.size), new Float64Array(b.size)];
  const positions = comparedFigures.map((figure) => a.overallIndex(figure));
  return (weights, out) => {
    a.evaluate(weights, outA);
    b.evaluate(weights, outB);
    positions.forEach((position, index) => {
      out[index] = (outB[position] ?? NaN) - (outA[position] ?? NaN);
    });
  };
}
