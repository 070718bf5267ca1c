/** Two models are called different only where the images can tell, and only on the same images. */
import test from 'ava';
import { compareModels, type Predictions } from '../../src/evaluation/index.js';
import { randomSource } from './fixtures.js';

/** A model that finds the truth of an image with probability `skill`; half of the images are ill. */
function makePredictions(images: number, skill: number, seed: number): Predictions {
  const random = randomSource(seed);
  const targets = Array.from({ length: images }, (_, image) => image % 2);
  return {
    classes: ['well', 'ill'],
    filenames: targets.map((_, image) => `${image}.png`),
    probabilities: targets.flatMap((target) => {
      const sure = 0.5 + random() / 2;
      const ill = (random() < skill ? target === 1 : target === 0) ? sure : 1 - sure;
      return [1 - ill, ill];
    }),
    targets,
    patientIds: targets.map((_, image) => `patient ${Math.floor(image / 2)}`),
  };
}

const weak = makePredictions(624, 0.75, 1);
const strong = makePredictions(624, 0.9, 2);
const alike = makePredictions(624, 0.76, 4);

test('a clear difference has a winner, with its figure, interval and p-value', (t) => {
  const comparison = compareModels(weak, strong);
  t.is(comparison.better, 'B');
  t.regex(
    comparison.verdict,
    /^B is better: accuracy \+\d+\.\d points \(95% interval \+\d+\.\d to \+\d+\.\d\), McNemar p < 0\.001$/,
  );
  t.like(comparison, { images: 624, groups: 312, positive: 'ill', metric: 'accuracy' });
});

test('a small one is not distinguishable, and the sentence says at how many images', (t) => {
  const { better, verdict, differences } = compareModels(weak, alike);
  t.is(better, null);
  t.regex(
    verdict,
    /^not distinguishable at n=624: accuracy .* from A to B \(95% interval .*\), McNemar p = 0\.\d{3}$/,
  );
  const accuracy = differences.find(({ figure }) => figure === 'accuracy');
  t.true((accuracy?.low ?? 1) < 0 && (accuracy?.high ?? -1) > 0);
});

test('a model is not distinguishable from itself by any figure', (t) => {
  for (const metric of ['accuracy', 'balancedAccuracy', 'f1', 'auroc', 'brier'] as const) {
    const { better, differences, mcnemar } = compareModels(weak, weak, { metric, draws: 100 });
    t.is(better, null);
    t.true(differences.every(({ difference }) => difference === 0));
    t.is(mcnemar.exact, 1);
  }
});

test('A against B is B against A with the signs changed', (t) => {
  const options = { draws: 2000, seed: 5 };
  const [there, back] = [
    compareModels(weak, strong, options),
    compareModels(strong, weak, options),
  ];
  t.is(back.better, 'A');
  t.is(back.mcnemar.onlyA, there.mcnemar.onlyB);
  there.differences.forEach((figure, index) => {
    const reversed = back.differences[index];
    t.is(reversed?.difference, -figure.difference);
    t.is(reversed?.pValue, figure.pValue);
    t.true(Math.abs((reversed?.low ?? NaN) + figure.high) < 1e-3);
  });
});

test('less of the Brier score is better', (t) => {
  const { better, verdict } = compareModels(weak, strong, { metric: 'brier' });
  t.is(better, 'B');
  t.regex(verdict, /^B is better: Brier score -0\.\d{4} \(95% interval -.* to -.*\)$/);
});

test('the order of the files and of the classes does not matter', (t) => {
  const rows = strong.filenames.map((filename, image) => ({
    filename,
    probabilities: [strong.probabilities[2 * image + 1] ?? 0, strong.probabilities[2 * image] ?? 0],
    target: 1 - (strong.targets?.[image] ?? 0),
  }));
  rows.reverse();
  const shuffled: Predictions = {
    classes: ['ill', 'well'],
    filenames: rows.map(({ filename }) => filename),
    probabilities: rows.flatMap(({ probabilities }) => probabilities),
    targets: rows.map(({ target }) => target),
  };
  t.deepEqual(compareModels(weak, shuffled), compareModels(weak, strong));
});

test('with more than two classes F1 and AUROC are macro averages, and DeLong has no say', (t) => {
  const random = randomSource(9);
  const three = (skill: number): Predictions => {
    const targets = Array.from({ length: 90 }, (_, image) => image % 3);
    return {
      classes: ['a', 'b', 'c'],
      filenames: targets.map((_, image) => `${image}.png`),
      probabilities: targets.flatMap((target) => {
        const shares = [0, 1, 2].map((index) => random() + (index === target ? skill : 0));
        const total = shares.reduce((sum, share) => sum + share, 0);
        return shares.map((share) => share / total);
      }),
      targets,
    };
  };
  const comparison = compareModels(three(0.2), three(1), { metric: 'auroc' });
  t.is(comparison.delong, null);
  t.is(comparison.positive, null);
  t.is(comparison.differences.length, 5);
  t.is(comparison.better, 'B');
  t.regex(comparison.verdict, /^B is better: AUROC \+0\.\d{4} \(95% interval [^)]*\)$/);
});

const unpaired: [what: string, change: Partial<Predictions>, message: RegExp, files: string[]][] = [
  [
    'a file that one lacks',
    { filenames: weak.filenames.map((name, at) => (at < 5 ? `new/${name}` : name)) },
    /5 files are only in A: 0\.png, 1\.png, 2\.png and 2 more/,
    ['0.png', '1.png', '2.png', '3.png', '4.png'],
  ],
  [
    'another truth',
    { targets: Array.from(weak.targets ?? [], (target, at) => (at === 7 ? 1 - target : target)) },
    /1 file is with another truth in B than in A: 7\.png/,
    ['7.png'],
  ],
  [
    'no truth',
    { targets: Array.from(weak.targets ?? [], (target, at) => (at === 3 ? -1 : target)) },
    /1 file is without a truth: 3\.png/,
    ['3.png'],
  ],
  [
    'a file twice',
    { filenames: weak.filenames.map((name, at) => (at === 1 ? '0.png' : name)) },
    /1 file is in B more than once: 0\.png/,
    ['0.png'],
  ],
];

for (const [what, change, message, files] of unpaired) {
  test(`what is not paired is an error that counts and names it: ${what}`, (t) => {
    const error = t.throws(() => compareModels(weak, { ...weak, ...change }), {
      code: 'ERR_INVALID_ARGUMENT',
      message,
    });
    t.deepEqual((error as Error & { details?: unknown }).details, { files });
  });
}

test('a file that only B has is named as well', (t) => {
  const fewer: Predictions = {
    ...weak,
    filenames: weak.filenames.slice(1),
    probabilities: Array.from(weak.probabilities).slice(2),
    targets: Array.from(weak.targets ?? []).slice(1),
    patientIds: weak.patientIds?.slice(1) ?? [],
  };
  t.throws(() => compareModels(fewer, weak), { message: /1 file is only in B: 0\.png/ });
});

test('other classes, or no image at all, are refused', (t) => {
  const wrong = { code: 'ERR_INVALID_ARGUMENT' };
  t.throws(() => compareModels(weak, { ...weak, classes: ['well', 'sick'] }), wrong);
  const none = { classes: ['a', 'b'], filenames: [], probabilities: [], targets: [] };
  t.throws(() => compareModels(none, none), wrong);
});
