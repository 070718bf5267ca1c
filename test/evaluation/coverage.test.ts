/** 95% intervals hold the true value in 93 to 97% of simulated studies. */
import test from 'ava';
import {
  aurocEstimate,
  evaluateClassification,
  metricIntervals,
  wilsonInterval,
  type ClassificationMetrics,
} from '../../src/evaluation/index.js';
import { randomSource } from './fixtures.js';

/** The share of 1,500 studies has a standard error of 0.6 points: an interval that covers 95% passes. */
const studies = 1500;
const [least, most] = [0.93, 0.97];

function normalSource(seed: number): () => number {
  const random = randomSource(seed);
  return () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** Scores of images, 1.8 standard deviations apart; `shared` is what those of a patient have in common. */
function drawStudy(patients: number, largest: number, shared: number, seed: number) {
  const random = randomSource(seed);
  const normal = normalSource(seed + 1_000_000);
  const study = {
    classes: ['well', 'ill'],
    probabilities: [] as number[],
    labels: [] as number[],
    groups: [] as string[],
  };
  for (let patient = 0; patient < patients; patient += 1) {
    const label = random() < 0.4 ? 1 : 0;
    const common = Math.sqrt(shared) * normal();
    const images = 1 + Math.floor(largest * random());
    for (let image = 0; image < images; image += 1) {
      const score = 1.8 * (label - 0.5) + common + Math.sqrt(1 - shared) * normal();
      const probability = 1 / (1 + Math.exp(-1.8 * score));
      study.probabilities.push(1 - probability, probability);
      study.labels.push(label);
      study.groups.push(String(patient));
    }
  }
  return study;
}

type Study = ReturnType<typeof drawStudy>;
type Interval = { low: number; high: number } | null | undefined;

/** The shares of studies whose intervals hold the figures that a very large study has. */
function coverage<Name extends string>(
  draw: (patients: number, seed: number) => Study,
  patients: number,
  truths: (metrics: ClassificationMetrics) => Record<Name, number | null | undefined>,
  intervals: (study: Study, seed: number) => Record<Name, Interval>,
): [Name, number][] {
  const truth = truths(evaluateClassification(draw(60_000, 0)));
  const names = Object.keys(truth) as Name[];
  const hits = new Map<Name, number>();
  for (let seed = 1; seed <= studies; seed += 1) {
    const found = intervals(draw(patients, seed), seed);
    for (const name of names) {
      const [value, interval] = [truth[name] ?? NaN, found[name]];
      const holds = interval && interval.low <= value && value <= interval.high;
      hits.set(name, (hits.get(name) ?? 0) + (holds ? 1 : 0));
    }
  }
  return names.map((name) => [name, (hits.get(name) ?? 0) / studies]);
}

test("Wilson's interval covers rates from the middle to the edge", (t) => {
  const random = randomSource(11);
  for (const [rate, count] of [
    [0.5, 40],
    [0.84, 624],
    [0.97, 390],
    [0.03, 234],
  ] as const) {
    let hits = 0;
    for (let study = 0; study < 4000; study += 1) {
      let right = 0;
      for (let image = 0; image < count; image += 1) right += random() < rate ? 1 : 0;
      const [low, high] = wilsonInterval(right / count, count);
      hits += low <= rate && rate <= high ? 1 : 0;
    }
    const share = hits / 4000;
    t.true(share >= least && share <= most, `${rate} of ${count}: ${share}`);
  }
});

test("DeLong's interval covers the AUROC", (t) => {
  const shares = coverage(
    (patients, seed) => drawStudy(patients, 1, 0, seed),
    100,
    ({ auroc }) => ({ auroc }),
    ({ probabilities, labels }) => ({
      auroc: aurocEstimate(
        labels.map((_, image) => probabilities[2 * image + 1] ?? NaN),
        labels.map((label) => label === 1),
      ),
    }),
  );
  for (const [figure, share] of shares) {
    t.true(share >= least && share <= most, `${figure}: ${share}`);
  }
});

test('the bootstrap of patients with 1 to 5 images covers F1, balanced accuracy, MCC and AP', (t) => {
  const shares = coverage(
    (patients, seed) => drawStudy(patients, 5, 0.5, seed),
    150,
    ({ perClass, balancedAccuracy, mcc, averagePrecision }) => ({
      f1: perClass[1]?.f1,
      ...{ balancedAccuracy, mcc, averagePrecision },
    }),
    (study, seed) => {
      const { perClass, overall } = metricIntervals({ ...study, draws: 300, seed });
      const { balancedAccuracy, mcc, averagePrecision } = overall;
      return { f1: perClass[1]?.f1, balancedAccuracy, mcc, averagePrecision };
    },
  );
  for (const [figure, share] of shares) {
    t.true(share >= least && share <= most, `${figure}: ${share}`);
  }
});
