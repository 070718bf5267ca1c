/** Prediction sets hold the true class as often as they promise, for each class, and no oftener than they should. */
import test from 'ava';
import {
  conformalRank,
  conformalThresholds,
  imagesNeeded,
  predictionSet,
} from '../../src/evaluation/index.js';
import { calibrationFixture, drawTwoClasses } from './calibrationFixture.js';
import { randomSource } from './fixtures.js';

for (const { alpha, scores, rank, quantile } of calibrationFixture.conformal) {
  test(`${scores.length} images at alpha ${alpha}: the quantile is numpy's`, (t) => {
    t.is(conformalRank(scores.length, alpha), rank);
    t.is(scores.length >= imagesNeeded(alpha), quantile !== null);
    const probabilities = scores.flatMap((score) => [1 - score, score]);
    const labels = scores.map(() => 0);
    // The second class has as many images as it needs, all of them certain.
    const certain = Array.from({ length: imagesNeeded(alpha) }, () => 1);
    const thresholds = conformalThresholds(
      [...probabilities, ...certain.flatMap(() => [0, 1])],
      [...labels, ...certain],
      { classes: 2, alpha },
    );
    t.is(thresholds?.[0], quantile === null ? undefined : 1 - quantile);
  });
}

test('a class with one image too few leaves no thresholds', (t) => {
  t.is(imagesNeeded(0.1), 9);
  t.is(imagesNeeded(0.05), 19);
  t.is(imagesNeeded(0.01), 99);
  const rows = (count: number): number[] => Array.from({ length: count }, () => [0.5, 0.5]).flat();
  const labels = (few: number): number[] => Array.from({ length: 9 + few }, (_, at) => +(at >= 9));
  t.is(conformalThresholds(rows(17), labels(8), { classes: 2, alpha: 0.1 }), null);
  t.deepEqual(conformalThresholds(rows(18), labels(9), { classes: 2, alpha: 0.1 }), [0.5, 0.5]);
});

test('the coverage of each class is what theory says, in its mean and in how it varies', (t) => {
  const [alpha, repetitions, perClass, fresh] = [0.1, 400, 39, 200];
  const random = randomSource(23);
  const coverages: number[][] = [[], []];
  for (let repetition = 0; repetition < repetitions; repetition += 1) {
    const draw = (label: number, count: number): number[] =>
      drawTwoClasses(random, { count, positives: label, prior: 0.3, distance: 1.5 }).probabilities;
    const labels = Array.from({ length: 2 * perClass }, (_, at) => +(at >= perClass));
    const probabilities = [...draw(0, perClass), ...draw(1, perClass)];
    const thresholds = conformalThresholds(probabilities, labels, { classes: 2, alpha }) ?? [];
    for (const label of [0, 1]) {
      const rows = draw(label, fresh);
      let covered = 0;
      for (let at = 0; at < fresh; at += 1) {
        covered += +predictionSet(rows.slice(2 * at, 2 * at + 2), thresholds).includes(label);
      }
      coverages[label]?.push(covered / fresh);
    }
  }
  // Beta(36, 4), and the binomial noise of counting on so many fresh images.
  const rank = conformalRank(perClass, alpha);
  const mean = rank / (perClass + 1);
  const between = (mean * (1 - mean)) / (perClass + 2);
  const deviation = Math.sqrt(between + (mean * (1 - mean) - between) / fresh);
  for (const values of coverages) {
    const average = values.reduce((sum, value) => sum + value, 0) / repetitions;
    const spread = Math.sqrt(
      values.reduce((sum, value) => sum + (value - average) ** 2, 0) / (repetitions - 1),
    );
    t.true(Math.abs(average - mean) < (3.3 * deviation) / Math.sqrt(repetitions), `${average}`);
    t.true(Math.abs(spread / deviation - 1) < 0.2, `${spread}, ${deviation}`);
  }
});

test('the deviation of the coverage used above is scipy’s', (t) => {
  for (const { scores, rank, meanCoverage, coverageDeviation } of calibrationFixture.conformal) {
    if (coverageDeviation === null) continue;
    const count = scores.length;
    const variance = (meanCoverage * (1 - meanCoverage)) / (count + 2);
    t.true(Math.abs(Math.sqrt(variance) - coverageDeviation) < 1e-12);
    t.is(meanCoverage, rank / (count + 1));
  }
});

test('a set may be empty, or hold several classes', (t) => {
  t.deepEqual(predictionSet([0.2, 0.3, 0.5], [0.6, 0.6, 0.6]), []);
  t.deepEqual(predictionSet([0.2, 0.3, 0.5], [0.1, 0.3, 0.6]), [0, 1]);
});
