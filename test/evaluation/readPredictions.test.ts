/** The predictions file comes back as it was written, and what was changed by hand is refused. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import {
  formatPredictions,
  readPredictions,
  writePredictions,
  type Predictions,
} from '../../src/evaluation/index.js';
import { randomSource } from './fixtures.js';
import { temporaryFolder } from '../temporaryFolder.js';

async function temporaryFile(t: ExecutionContext): Promise<string> {
  return join(await temporaryFolder(t), 'predictions.csv');
}

const oddWords = [
  'a',
  'say "aah"',
  'x,y',
  ' outer ',
  'two\nlines',
  'cr\r\n',
  '=1+1',
  'X光 🫁',
  'prob_a',
  '0',
];

/** Float32 probabilities of odd classes, names and patients; truths and patients in half of the files each. */
function drawPredictions(random: () => number): Predictions {
  const pick = (count: number): number => Math.floor(random() * count);
  const classes = oddWords.slice(pick(oddWords.length - 4)).slice(0, 2 + pick(3));
  const images = pick(12);
  const filenames = Array.from({ length: images }, (_, at) => `${oddWords[pick(10)] ?? ''}/${at}`);
  const rows = filenames.map(() => {
    const weights = classes.map(() => random() ** 4);
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    return weights.map((weight) => Math.fround(weight / total));
  });
  return {
    classes,
    filenames,
    probabilities: Float64Array.from(rows.flat()),
    ...(random() < 0.5 ? {} : { targets: filenames.map(() => pick(classes.length + 1) - 1) }),
    ...(random() < 0.5
      ? {}
      : { patientIds: filenames.map(() => (random() < 0.3 ? '' : (oddWords[pick(10)] ?? ''))) }),
  };
}

test('what is written is read back exactly, float32 for float32', async (t) => {
  const path = await temporaryFile(t);
  const random = randomSource(21);
  for (let round = 0; round < 100; round += 1) {
    const predictions = drawPredictions(random);
    await writePredictions(path, predictions);
    const read = await readPredictions(path);
    const { probabilities, ...others } = predictions;
    t.deepEqual({ ...read, probabilities: Float32Array.from(read.probabilities) }, {
      ...others,
      probabilities: Float32Array.from(probabilities),
    } as object);
    t.is(formatPredictions(read), formatPredictions(predictions));
  }
});

const header = 'filename,label,prob_a,prob_b,target,correct,patient_id\n';
const row = 'x.png,a,0.75,0.25,a,true,p\n';

const broken: [what: string, text: string, message: RegExp][] = [
  ['nothing', '', /line 1: expected the columns .* found none/],
  ['an unnamed column', 'filename,label,prob_a,prob_b,extra\n', /line 1: expected the columns/],
  ['one class', 'filename,label,prob_a\n', /line 1/],
  ['a class twice', 'filename,label,prob_a,prob_a\n', /line 1/],
  ['columns in another order', 'label,filename,prob_a,prob_b\n', /line 1/],
  ['target without correct', 'filename,label,prob_a,prob_b,target\n', /line 1/],
  ['a row cut short', `${header}${row}x.png,a,0.7`, /line 3: expected 7 cells but found 3/],
  ['an unknown class', `${header}x.png,c,0.75,0.25,a,false,p\n`, /line 2: c is not one of a, b/],
  ['an unknown truth', `${header}x.png,a,0.75,0.25,c,false,p\n`, /line 2: c is not one of a, b/],
  ['an empty label', `${header}x.png,,0.75,0.25,a,true,p\n`, /an empty cell is not one of/],
  ['text for a number', `${header}x.png,a,high,low,a,true,p\n`, /probability .* found high/],
  ['an empty probability', `${header}x.png,a,,1,a,true,p\n`, /probability .* found nothing/],
  ['a percentage', `${header}x.png,a,75,25,a,true,p\n`, /probability .* found 75/],
  ['a negative number', `${header}x.png,b,-0.5,1.5,a,false,p\n`, /probability .* found -0\.5/],
  ['no sum of 1', `${header}x.png,a,0.75,0.2,a,true,p\n`, /sum to 0\.95, not 1/],
  [
    'a label that is not the largest',
    `${header}x.png,b,0.75,0.25,a,false,p\n`,
    /b is not the most/,
  ],
  ['a wrong correct', `${header}x.png,a,0.75,0.25,a,false,p\n`, /correct is false/],
  ['a quote that is never closed', `${header}"x.png,a,0.75,0.25,a,true,p\n`, /never closed/],
];

for (const [what, text, message] of broken) {
  test(`a changed file is refused with file and line: ${what}`, async (t) => {
    const path = await temporaryFile(t);
    await writeFile(path, text);
    const error = await t.throwsAsync(readPredictions(path), { code: 'ERR_INVALID_FILE', message });
    t.true(error.message.includes(path));
  });
}

test('the line that is named is the line of the row, whatever names have line breaks', async (t) => {
  const path = await temporaryFile(t);
  await writeFile(path, `${header}"x\n.png",a,0.75,0.25,a,true,p\ny.png,a,2,0.25,a,true,p\n`);
  await t.throwsAsync(readPredictions(path), { message: /line 4: expected a probability/ });
});

test('a file that is not there is not found', async (t) => {
  await t.throwsAsync(readPredictions(`${await temporaryFile(t)}.none`), { code: 'ERR_NOT_FOUND' });
});
