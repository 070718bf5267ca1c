/** The demonstration goes all the way, and does nothing twice. */
import { existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { demo } from '../../src/index.js';
import { close } from '../inference/same.js';
import { temporaryFolder } from '../temporaryFolder.js';

test('it draws, trains, evaluates and predicts; a second one finds the images and makes its own run', async (t) => {
  const output = await temporaryFolder(t);
  const stages: string[] = [];

  const first = await demo(
    { output, quick: true },
    {
      onEvent: (event) => {
        if (event.kind === 'stage') stages.push(event.stage);
      },
    },
  );
  t.deepEqual(stages, ['draw', 'train', 'evaluate', 'predict', 'report']);
  t.is(first.run.history.length, 2);
  t.is(first.evaluation.split, 'test');
  t.is(first.evaluation.metrics?.samples, 24);
  t.deepEqual(
    first.predictions.map(({ truth }) => truth),
    ['BACTERIA', 'BACTERIA', 'NORMAL', 'NORMAL', 'VIRUS', 'VIRUS'],
  );
  const { report } = first;
  for (const file of [first.run.model, first.predictionsFile, report.html, report.card])
    t.true(existsSync(file), file);

  const drawn = await stat(first.data.images);
  const second = await demo({ output, quick: true });
  t.not(second.run.runDirectory, first.run.runDirectory);
  t.is((await stat(second.data.images)).ino, drawn.ino);
  const answers = ({ predictions }: typeof first) =>
    predictions.map(({ probability: _, ...answer }) => answer);
  const probabilities = ({ predictions }: typeof first) =>
    predictions.map(({ probability }) => probability);
  t.deepEqual(answers(second), answers(first), 'the same seed, the same answers');
  t.true(close(probabilities(second), probabilities(first)));
});

test('an aborted demonstration leaves no images that look whole', async (t) => {
  const output = await temporaryFolder(t);
  const signal = AbortSignal.abort();
  await t.throwsAsync(demo({ output, quick: true }, { signal }), { code: 'ABORT_ERR' });
  t.false(existsSync(join(output, 'phantoms-40')));
});
