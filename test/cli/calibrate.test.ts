/** Decisions on the command line: fitted, shown, and refused on test images. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { predictionTable } from '../../src/cli/predict.js';
import { roentgen, tinyData, tinyRun } from './program.js';
import { temporaryFolder } from '../temporaryFolder.js';

test.serial('a run is calibrated, evaluated and used with what that fitted', async (t) => {
  const folder = await temporaryFolder(t);
  const data = await tinyData(folder);
  const trained = await roentgen(folder, 'train', data, ...tinyRun, '--experiment', 'run');
  t.is(trained.exitCode, 0, trained.stderr);
  t.regex(trained.stderr, /No new gate: to flag 0\.01 of the images takes 99/);
  const rule = ['--alpha', '0.5', '--max-unfamiliar', '0.5'];
  const calibrated = await roentgen(folder, 'calibrate', 'runs/run', data, ...rule);
  t.is(calibrated.exitCode, 0, calibrated.stderr);
  t.regex(calibrated.stdout, /^temperature \d+\.\d{3} +Brier +ECE +log loss$/m);
  t.regex(calibrated.stdout, /^prediction sets +to hold the truth for 50% of each class$/m);
  t.regex(
    calibrated.stdout,
    /^A class is in the prediction set from .*:\n {2}BACTERIA +0\.\d{4}\n {2}NORMAL +0\.\d{4}\n/m,
  );
  t.regex(calibrated.stdout, /^Written to runs\/run\/model_best\.safetensors$/m);
  t.true(
    calibrated.stdout.split('\n').every((line) => line.length <= 80),
    calibrated.stdout,
  );

  const evaluated = await roentgen(folder, 'evaluate', 'runs/run', data);
  t.regex(evaluated.stdout, /^Decision rule, fitted on validation$/m);
  const metrics = join(folder, 'runs/run/evaluation-test/metrics.json');
  const { decision } = JSON.parse(readFileSync(metrics, 'utf8')) as { decision: object };
  t.like(decision, { operatingPoint: null, conformal: { alpha: 0.5 } });

  const model = 'runs/run/model_best.safetensors';
  const before = readFileSync(join(folder, model));
  const refused = await roentgen(folder, 'calibrate', model, data, '--split', 'test');
  t.is(refused.exitCode, 2);
  t.regex(refused.stderr, /--allow-test-selection/);
  t.deepEqual(readFileSync(join(folder, model)), before);

  const images = join(data, 'test');
  const raw = await roentgen(folder, 'predict', 'runs/run', images, '--raw');
  t.regex(raw.stdout, /^filename,label,prob_BACTERIA,prob_NORMAL,prob_VIRUS\n/);
  const json = await roentgen(folder, 'predict', 'runs/run', images, '--json');
  const { predictions } = JSON.parse(json.stdout) as { predictions: object[] };
  t.true(
    predictions.every((prediction) => 'predictionSet' in prediction && 'abstain' in prediction),
  );
  t.false(existsSync(join(folder, 'predictions.csv')));
});

test('the table of predictions says where there is none', (t) => {
  const table = predictionTable({
    classes: ['NORMAL', 'PNEUMONIA'],
    operatingPoint: { rule: 'youden', positive: 'PNEUMONIA', threshold: 0.6 },
    repair: 'images inverted',
    tta: 'hflip',
    predictions: [
      {
        filename: 'a.png',
        label: 'PNEUMONIA',
        probabilities: [0.25, 0.75],
        predictionSet: ['PNEUMONIA'],
        abstain: null,
      },
      {
        filename: 'b.png',
        label: 'NORMAL',
        probabilities: [0.5, 0.5],
        predictionSet: ['NORMAL', 'PNEUMONIA'],
        abstain: 'ambiguous',
      },
      {
        filename: 'cat.png',
        label: 'NORMAL',
        probabilities: [1, 0],
        predictionSet: ['NORMAL'],
        abstain: 'unfamiliar',
      },
    ],
  });
  t.is(
    table,
    [
      'image    prediction              probability',
      'a.png    PNEUMONIA                    75.0 %',
      'b.png    uncertain (ambiguous)',
      'cat.png  uncertain (unfamiliar)',
      '',
      'PNEUMONIA from 60.0 % on (youden)',
      'repaired: images inverted',
      'Averaged over each image and its mirror image',
      '',
    ].join('\n'),
  );
});
