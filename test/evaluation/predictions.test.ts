import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { formatPredictions, writePredictions } from '../../src/evaluation/index.js';
import { randomSource } from './fixtures.js';
import { temporaryFolder } from '../temporaryFolder.js';

const predictions = {
  classes: ['NORMAL', 'PNEUMONIA'],
  filenames: ['a.png', 'b.png'],
  probabilities: [0.75, 0.25, 0.125, 0.875],
};

test('columns are file name, predicted class and one probability per class', (t) => {
  t.is(
    formatPredictions(predictions),
    'filename,label,prob_NORMAL,prob_PNEUMONIA\na.png,NORMAL,0.75,0.25\nb.png,PNEUMONIA,0.125,0.875\n',
  );
});

test('the truth and the patient add their columns, empty where unknown', (t) => {
  const known = { ...predictions, targets: Int32Array.of(1, -1), patientIds: ['p1', ''] };
  t.is(
    formatPredictions(known),
    [
      'filename,label,prob_NORMAL,prob_PNEUMONIA,target,correct,patient_id',
      'a.png,NORMAL,0.75,0.25,PNEUMONIA,false,p1',
      'b.png,PNEUMONIA,0.125,0.875,,,',
      '',
    ].join('\n'),
  );
});

test('a decision adds its label, the prediction set and the abstention', (t) => {
  const decided = {
    ...predictions,
    labels: ['PNEUMONIA', 'PNEUMONIA'],
    predictionSets: [['NORMAL', 'PNEUMONIA'], ['PNEUMONIA']],
    abstentions: ['ambiguous', null] as const,
    targets: [1, 1],
  };
  t.is(
    formatPredictions(decided),
    [
      'filename,label,prob_NORMAL,prob_PNEUMONIA,prediction_set,abstain,target,correct',
      'a.png,PNEUMONIA,0.75,0.25,NORMAL|PNEUMONIA,ambiguous,PNEUMONIA,true',
      'b.png,PNEUMONIA,0.125,0.875,PNEUMONIA,,PNEUMONIA,true',
      '',
    ].join('\n'),
  );
  const [row] = JSON.parse(formatPredictions(decided, 'json')) as object[];
  t.like(row, { prediction_set: ['NORMAL', 'PNEUMONIA'], abstain: 'ambiguous' });
  t.throws(() => formatPredictions({ ...decided, abstentions: [null] }), {
    code: 'ERR_INVALID_ARGUMENT',
    message: /abstentions/,
  });
});

test('no images leave the header', (t) => {
  const none = { classes: ['a', 'b'], filenames: [], probabilities: [], targets: [] };
  t.is(formatPredictions(none), 'filename,label,prob_a,prob_b,target,correct\n');
});

test('classes keep their order even where their names look like numbers', (t) => {
  const numbered = { classes: ['1', '0'], filenames: ['a'], probabilities: [0.25, 0.75] };
  t.is(formatPredictions(numbered), 'filename,label,prob_1,prob_0\na,0,0.25,0.75\n');
});

test('separators, quotes, line breaks and outer spaces are quoted as RFC 4180 says', (t) => {
  const filenames = ['a,b.png', 'say "aah".png', 'two\nlines', ' space'];
  const text = formatPredictions({
    classes: ['x', 'y'],
    filenames,
    probabilities: filenames.flatMap(() => [1, 0]),
  });
  t.is(
    text,
    'filename,label,prob_x,prob_y\n"a,b.png",x,1,0\n"say ""aah"".png",x,1,0\n"two\nlines",x,1,0\n" space",x,1,0\n',
  );
});

test('names that look like formulas are quoted and not altered', (t) => {
  for (const start of ['=', '+', '-', '@']) {
    const text = formatPredictions(
      { classes: ['x', 'y'], filenames: [`${start}1.png`], probabilities: [1, 0] },
      'unknown',
    );
    t.is(text, `,Unknown_images,Diagnosis\n0,"${start}1.png",x\n`);
  }
});

test('the unknown-images table has an unnamed index and two columns', (t) => {
  t.is(
    formatPredictions(predictions, 'unknown'),
    ',Unknown_images,Diagnosis\n0,a.png,NORMAL\n1,b.png,PNEUMONIA\n',
  );
});

test('JSON holds the same rows', (t) => {
  const known = { ...predictions, targets: [0, -1], patientIds: ['p1', ''] };
  t.deepEqual(JSON.parse(formatPredictions(known, 'json')), [
    {
      filename: 'a.png',
      label: 'NORMAL',
      probabilities: { NORMAL: 0.75, PNEUMONIA: 0.25 },
      target: 'NORMAL',
      correct: true,
      patient_id: 'p1',
    },
    {
      filename: 'b.png',
      label: 'PNEUMONIA',
      probabilities: { NORMAL: 0.125, PNEUMONIA: 0.875 },
      target: null,
      correct: null,
      patient_id: null,
    },
  ]);
});

test('printed probabilities restore every float32 exactly', (t) => {
  const random = randomSource(3);
  const values = Float32Array.from({ length: 2000 }, () => random() * 10 ** (-8 * random()));
  const filenames = Array.from({ length: values.length / 2 }, (_, index) => `${index}.png`);
  const lines = formatPredictions({ classes: ['x', 'y'], filenames, probabilities: values })
    .trim()
    .split('\n')
    .slice(1);
  const restored = lines.flatMap((line) => line.split(',').slice(2).map(Number));
  t.deepEqual(Float32Array.from(restored), values);
});

test('columns of unequal length are refused', (t) => {
  const wrong = { code: 'ERR_INVALID_ARGUMENT' };
  t.throws(() => formatPredictions({ ...predictions, filenames: ['a.png'] }), wrong);
  t.throws(() => formatPredictions({ ...predictions, targets: [0] }), wrong);
  t.throws(() => formatPredictions({ ...predictions, patientIds: ['p'] }), wrong);
});

test('a written file holds the formatted text', async (t) => {
  const folder = await temporaryFolder(t);
  const path = join(folder, 'predictions.csv');
  await writePredictions(path, predictions);
  t.is(await readFile(path, 'utf8'), formatPredictions(predictions, 'csv'));
});
