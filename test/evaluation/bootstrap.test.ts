/** The bootstrap draws whole patients, by a seed, and weighs images as if they were there several times. */
import test from 'ava';
import {
  bootstrapIntervals,
  evaluateClassification,
  groupImages,
  metricIntervals,
} from '../../src/evaluation/index.js';
import { WeightedFigures } from '../../src/evaluation/intervals/weightedFigures.js';
import { close, fixture, randomSource } from './fixtures.js';

const mean = (values: readonly number[]) => (weights: Int32Array, out: Float64Array) => {
  let [total, count] = [0, 0];
  weights.forEach((weight, image) => {
    total += weight * (values[image] ?? 0);
    count += weight;
  });
  out[0] = total / count;
};
const options = { draws: 500, seed: 3 };

for (const { name, classes, labels, probabilities } of fixture.classification) {
  test(`images of weight k count as k images: ${name}`, (t) => {
    const random = randomSource(5);
    const positive = classes.length === 2 ? 1 : null;
    const figures = new WeightedFigures({
      ...{ probabilities, labels, classes: classes.length, positive },
    });
    const out = new Float64Array(figures.size);
    for (const most of [1, 3]) {
      const weights = Int32Array.from(labels, () => (most === 1 ? 1 : Math.floor(random() * most)));
      weights[0] = 1;
      figures.evaluate(weights, out);
      const repeated = labels.flatMap((_, image) => Array<number>(weights[image] ?? 0).fill(image));
      const width = classes.length;
      const metrics = evaluateClassification({
        classes,
        labels: repeated.map((image) => labels[image] ?? 0),
        probabilities: repeated.flatMap((image) =>
          probabilities.slice(image * width, (image + 1) * width),
        ),
      });
      const { macro, weighted, perClass } = metrics;
      const f1 = positive === null ? macro.f1 : (perClass[1]?.f1 ?? NaN);
      const expected = { ...metrics, f1 };
      for (const figure of [
        'accuracy',
        'balancedAccuracy',
        'mcc',
        'auroc',
        'averagePrecision',
        'brier',
        'ece',
      ] as const) {
        t.true(same(out[figures.overallIndex(figure)], expected[figure]), figure);
      }
      t.true(close(out[figures.overallIndex('macroPrecision')], macro.precision));
      t.true(close(out[figures.overallIndex('macroRecall')], macro.recall));
      t.true(close(out[figures.overallIndex('macroF1')], macro.f1));
      t.true(close(out[figures.overallIndex('weightedPrecision')], weighted.precision));
      t.true(close(out[figures.overallIndex('weightedF1')], weighted.f1));
      perClass.forEach((scores, index) => {
        for (const figure of ['balancedAccuracy', 'mcc', 'auroc', 'averagePrecision'] as const) {
          t.true(same(out[figures.classIndex(index, figure)], scores[figure]), figure);
        }
        const drawn = out[figures.classIndex(index, 'f1')] ?? NaN;
        t.true(close(Number.isNaN(drawn) ? 0 : drawn, scores.f1));
      });
    }
  });
}

/** An undefined figure is NaN in a draw, and null in the metrics. */
function same(drawn: number | undefined, expected: number | null): boolean {
  if (expected === null) return Number.isNaN(drawn);
  return Math.abs((drawn ?? NaN) - expected) < 1e-12;
}

test('the same seed gives the same intervals, another seed others', (t) => {
  const [problem] = fixture.classification;
  if (problem === undefined) throw new Error('no case in the fixture');
  const first = metricIntervals({ ...problem, draws: 200, seed: 1 });
  t.deepEqual(metricIntervals({ ...problem, draws: 200, seed: 1 }), first);
  const other = metricIntervals({ ...problem, draws: 200, seed: 2 });
  t.notDeepEqual(other.overall.mcc, first.overall.mcc);
  t.deepEqual(other.overall.accuracy, first.overall.accuracy, 'formulas draw nothing');
});

test('copies of an image in its patient change nothing: patients are drawn, not images', (t) => {
  const random = randomSource(6);
  const values = Array.from({ length: 60 }, random);
  const copies = values.flatMap((value) => [value, value, value]);
  const groups = copies.map((_, image) => `patient ${Math.floor(image / 3)}`);
  const alone = bootstrapIntervals(groupImages(60), 1, mean(values), options);
  const together = bootstrapIntervals(groupImages(180, groups), 1, mean(copies), options);
  const apart = bootstrapIntervals(groupImages(180), 1, mean(copies), options);
  const [[low = NaN, high = NaN], [lowTogether = NaN, highTogether = NaN]] = [
    alone[0] ?? [],
    together[0] ?? [],
  ];
  t.true(Math.abs(low - lowTogether) < 1e-12 && Math.abs(high - highTogether) < 1e-12);
  const [lowApart = NaN, highApart = NaN] = apart[0] ?? [];
  t.true(highApart - lowApart < 0.7 * (high - low), 'images for patients look three times as many');
});

test('the interval of a mean is that of its standard error', (t) => {
  const random = randomSource(8);
  const values = Array.from({ length: 400 }, random);
  const [interval] = bootstrapIntervals(groupImages(400), 1, mean(values), {
    draws: 4000,
    seed: 0,
  });
  const average = values.reduce((total, value) => total + value, 0) / 400;
  const variance = values.reduce((total, value) => total + (value - average) ** 2, 0) / 399;
  const half = 1.966 * Math.sqrt(variance / 400);
  t.true(Math.abs((interval?.[0] ?? NaN) - (average - half)) < 0.06 * half);
  t.true(Math.abs((interval?.[1] ?? NaN) - (average + half)) < 0.06 * half);
});

test('an image without a patient is a patient of its own', (t) => {
  const { groupOf, count } = groupImages(5, ['p', '', 'p', '', 'q']);
  t.is(count, 4);
  t.deepEqual(Array.from(groupOf), [0, 1, 0, 2, 3]);
});

test('one patient leaves nothing to draw, and an undefined figure has no interval', (t) => {
  const evaluate = mean([1, 2]);
  t.deepEqual(bootstrapIntervals(groupImages(2, ['p', 'p']), 1, evaluate, options), [null]);
  const nothing = (_: Int32Array, out: Float64Array): void => {
    out[0] = NaN;
  };
  t.deepEqual(bootstrapIntervals(groupImages(2), 1, nothing, options), [null]);
});

test('every figure lies in its interval, and null stands where metrics have it', (t) => {
  for (const problem of fixture.classification) {
    const metrics = evaluateClassification(problem);
    const intervals = metricIntervals({ ...problem, draws: 200 });
    t.is(intervals.images, metrics.samples);
    for (const [figure, estimate] of Object.entries(intervals.overall)) {
      if (estimate === null) continue;
      t.true(estimate.low <= estimate.value && estimate.value <= estimate.high, figure);
    }
    for (const figure of [
      'balancedAccuracy',
      'mcc',
      'auroc',
      'averagePrecision',
      'brier',
    ] as const) {
      t.is(intervals.overall[figure]?.value ?? null, metrics[figure], `${problem.name} ${figure}`);
    }
    t.is(intervals.overall.sensitivity?.value ?? null, metrics.binary?.sensitivity ?? null);
    metrics.perClass.forEach((scores, index) => {
      const estimates = intervals.perClass[index];
      t.is(estimates?.class, scores.class);
      for (const figure of ['specificity', 'npv', 'balancedAccuracy', 'mcc'] as const) {
        t.is(estimates?.[figure]?.value ?? null, scores[figure], `${problem.name} ${figure}`);
      }
    });
    t.deepEqual(JSON.parse(JSON.stringify(intervals)), intervals);
  }
});

test('groups, draws and seeds that cannot be are refused', (t) => {
  const input = { classes: ['a', 'b'], labels: [0, 1], probabilities: [1, 0, 0, 1] };
  const wrong = { code: 'ERR_INVALID_ARGUMENT' };
  t.throws(() => metricIntervals({ ...input, groups: ['p'] }), { ...wrong, message: /groups/ });
  for (const draws of [99, 100.5, NaN]) {
    t.throws(() => metricIntervals({ ...input, draws }), { ...wrong, message: /draws/ });
  }
  for (const seed of [-1, 0.5, 2 ** 53]) {
    t.throws(() => metricIntervals({ ...input, seed }), { ...wrong, message: /seed/ });
  }
});
