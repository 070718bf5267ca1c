/** Whole verbs as child processes, on tiny images: what they print, write, and end with. */
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { parse } from 'yaml';
import { roentgen, startRoentgen, tinyData, tinyRun } from './program.js';
import { temporaryFolder } from '../temporaryFolder.js';

test.serial(
  'a run is trained, repeated from its own config.yaml, evaluated, and used',
  async (t) => {
    const folder = await temporaryFolder(t);
    const data = await tinyData(folder);

    const trained = await roentgen(folder, 'train', data, ...tinyRun, '--experiment', 'first');
    t.is(trained.exitCode, 0, trained.stderr);
    t.regex(trained.stdout, /runs\/first\/model_best\.safetensors/);
    t.regex(trained.stderr, /^packing 30 images$/m);
    t.regex(trained.stderr, /^ +1\/1 .* best$/m);
    t.false(trained.stderr.includes('\r'), 'no redrawn line where no terminal is');

    const again = ['-c', 'runs/first/config.yaml', '--epochs', '2', '--experiment', 'second'];
    const repeated = await roentgen(folder, 'train', ...again, '--json');
    t.is(repeated.exitCode, 0, repeated.stderr);
    const result = JSON.parse(repeated.stdout) as { runDirectory: string; history: unknown[] };
    t.is(result.runDirectory, join('runs', 'second'));
    t.is(result.history.length, 2, 'flags come before the file');
    const config = parse(readFileSync(join(folder, 'runs/second/config.yaml'), 'utf8')) as object;
    t.like(config, { data, model: 'lenet5', batchSize: 8, epochs: 2, lr: 0.001 });

    const evaluated = await roentgen(folder, 'evaluate', 'runs/first', data);
    t.is(evaluated.exitCode, 0, evaluated.stderr);
    t.regex(evaluated.stdout, /precision +recall +f1-score +support/);
    t.regex(evaluated.stderr, /not a medical device/);
    t.true(existsSync(join(folder, 'runs/first/evaluation-test/predictions.csv')));

    const predicted = await roentgen(folder, 'predict', 'runs/first', join(data, 'test'));
    t.is(predicted.exitCode, 0, predicted.stderr);
    const [header, ...rows] = predicted.stdout.trimEnd().split('\n');
    t.is(header, 'filename,label,prob_BACTERIA,prob_NORMAL,prob_VIRUS,prediction_set,abstain');
    t.is(rows.length, 6);
    t.regex(predicted.stderr, /not a medical device/);
  },
);

test.serial(
  'a model that sees the lungs alone asks for masks, and is given them by a flag',
  async (t) => {
    const folder = await temporaryFolder(t);
    const data = await tinyData(folder);
    const masks = ['--masks', join(folder, 'phantoms', 'masks')];
    const lungs = ['--lungs', 'blackout', ...masks, '--rotation', '10'];
    const trained = await roentgen(
      folder,
      'train',
      data,
      ...tinyRun,
      ...lungs,
      '--experiment',
      'run',
    );
    t.is(trained.exitCode, 0, trained.stderr);
    t.regex(readFileSync(join(folder, 'runs/run/README.md'), 'utf8'), /\| lungs \| blackout \|/);
    const again = await roentgen(
      folder,
      'train',
      '-c',
      'runs/run/config.yaml',
      '--experiment',
      'two',
    );
    t.is(again.exitCode, 0, again.stderr);
    t.regex(readFileSync(join(folder, 'runs/two/config.yaml'), 'utf8'), /^lungs: blackout$/m);
    t.is((await roentgen(folder, 'evaluate', 'runs/run', data, ...masks)).exitCode, 0);
    const maskless = await roentgen(folder, 'evaluate', 'runs/run', data);
    t.is(maskless.exitCode, 2);
    t.regex(maskless.stderr, /no lung masks: name their folder \(masks, --masks\)/);
    const packed = await roentgen(
      folder,
      'data',
      'pack',
      data,
      '--lungs',
      'crop',
      ...masks,
      '--json',
    );
    t.is(packed.exitCode, 0, packed.stderr);
    const surplus = await roentgen(folder, 'data', 'pack', data, ...masks);
    t.regex(surplus.stderr, /nothing, since the images are taken whole, for masks/);
    const shown = await roentgen(folder, 'data', 'preview', data, ...lungs, '--model', 'lenet5');
    t.is(shown.exitCode, 0, shown.stderr);
  },
);

test.serial(
  'a file that cannot be read is listed and makes the exit code 1, unless told to go on',
  async (t) => {
    const folder = await temporaryFolder(t);
    const data = await tinyData(folder);
    await roentgen(folder, 'train', data, ...tinyRun, '--experiment', 'run');
    const images = join(data, 'test', 'NORMAL');
    writeFileSync(join(images, 'broken.png'), 'no image');

    const stopped = await roentgen(folder, 'predict', 'runs/run', images);
    t.is(stopped.exitCode, 1);
    t.regex(
      stopped.stderr,
      /^1 problem:\n {2}broken\.png: cannot be decoded: .* \[ERR_UNREADABLE_IMAGE\]$/m,
    );
    t.is(stopped.stdout.trimEnd().split('\n').length, 1 + 2, 'the others are predicted');

    const wentOn = await roentgen(folder, 'predict', 'runs/run', images, '--keep-going', '--json');
    t.is(wentOn.exitCode, 0);
    const { predictions, problems } = JSON.parse(wentOn.stdout) as Record<string, unknown[]>;
    t.is(predictions?.length, 2);
    t.is(problems?.length, 1);

    const refused = await roentgen(folder, 'train', data, ...tinyRun);
    t.is(refused.exitCode, 1);
    t.regex(refused.stderr, /broken\.png.*\[ERR_FILES_SKIPPED\]/s);
  },
);

test.serial('Ctrl-C saves the last state and ends with exit code 130', async (t) => {
  const folder = await temporaryFolder(t);
  const data = await tinyData(folder);
  const endless = [...tinyRun, '--epochs', '100000', '--experiment', 'run'];
  const { child, finished, stderrMatches } = startRoentgen(folder, ['train', data, ...endless]);
  await stderrMatches(/^ +1\/100000 /m);
  child.kill('SIGINT');
  const { exitCode, stderr } = await finished;
  t.is(exitCode, 130);
  t.regex(
    stderr,
    /The last state is saved in runs\/run\n.* --resume runs\/run\n.*\[ABORT_ERR\]\n$/,
  );
  t.true(existsSync(join(folder, 'runs/run/last.safetensors')));
});

test.serial('a second Ctrl-C does not wait for anything', async (t) => {
  const folder = await temporaryFolder(t);
  const data = await tinyData(folder);
  const endless = [...tinyRun, '--epochs', '100000'];
  const { child, finished, stderrMatches } = startRoentgen(folder, ['train', data, ...endless]);
  await stderrMatches(/^ +1\/100000 /m);
  child.kill('SIGINT');
  await stderrMatches(/Ctrl-C again exits at once/);
  child.kill('SIGINT');
  const { exitCode, signal } = await finished;
  // Shells report either as 130; the first comes true where the state was saved before.
  t.true(exitCode === 130 || signal === 'SIGINT');
});

test.serial('data verbs draw, count, split and pack', async (t) => {
  const folder = await temporaryFolder(t);
  const drawing = ['phantoms', '--images-per-class', '10', '--size', '32', '--merge-pneumonia'];
  const drawn = await roentgen(folder, 'data', 'phantom', ...drawing, '--json');
  t.is(drawn.exitCode, 0, drawn.stderr);
  t.is((JSON.parse(drawn.stdout) as { count: number }).count, 30);
  const elsewhere = ['other', '--images-per-class', '3', '--size', '32', '--scanner', 'second'];
  const second = await roentgen(folder, 'data', 'phantom', ...elsewhere);
  t.is(second.exitCode, 0, second.stderr);

  const inspected = await roentgen(folder, 'data', 'inspect', 'phantoms/images');
  t.is(inspected.exitCode, 0, inspected.stderr);
  t.regex(inspected.stdout, /^PNEUMONIA +14 +2 +4 +20$/m);

  const splitting = ['phantoms/images', '--val', '0.2', '--test', '0.2', '--output', 'new.csv'];
  const split = await roentgen(folder, 'data', 'split', ...splitting);
  t.is(split.exitCode, 0, split.stderr);
  t.regex(split.stdout, /new\.csv: 30 images of \d+ patients/);
  const manifest = readFileSync(join(folder, 'new.csv'), 'utf8');
  const refused = await roentgen(folder, 'data', 'split', ...splitting);
  t.is(refused.exitCode, 2, 'an existing manifest is never overwritten');
  t.is(readFileSync(join(folder, 'new.csv'), 'utf8'), manifest);

  const balanced = ['phantoms/images', '--per-class', 'smallest', '--output', 'even.csv', '--json'];
  balanced.push('--masks', 'phantoms/masks');
  const even = await roentgen(folder, 'data', 'split', ...balanced);
  const { counts } = JSON.parse(even.stdout) as { counts: Record<string, number> };
  // 10 NORMAL of 30: as many of PNEUMONIA.
  t.is(
    Object.values(counts).reduce((sum, count) => sum + count),
    20,
  );
  const three = ['phantoms/images', '--per-class', '3', '--val', '0.3', '--test', '0', '--json'];
  const few = await roentgen(folder, 'data', 'split', ...three);
  t.like(JSON.parse(few.stdout), { counts: { test: 0 } }, few.stderr);
  const lowest = ['phantoms/images', '--held-out', 'first', '--val', '0.3', '--test', '0'];
  const first = await roentgen(folder, 'data', 'split', ...lowest, '--output', 'first.csv');
  t.is(first.exitCode, 0, first.stderr);
  const normals = [
    ...readFileSync(join(folder, 'first.csv'), 'utf8').matchAll(/NORMAL,(\w+),(IM.+)/g),
  ];
  const byPatient = normals.sort(([, , a = ''], [, , b = '']) => a.localeCompare(b));
  t.regex(byPatient.map(([, assigned]) => assigned).join(' '), /^(val )+(train ?)+$/);
  const rows = readFileSync(join(folder, 'even.csv'), 'utf8').split('\n');
  t.is(rows[0], 'filepath,label,split,patient_id,mask');
  t.regex(rows[1] ?? '', /^phantoms\/images\/(.+),NORMAL,\w+,[\w-]+,phantoms\/masks\/\1$/);

  const packing = ['new.csv', '--img-size', '24,32', '--output', 'packed.safetensors', '--json'];
  const packed = await roentgen(folder, 'data', 'pack', ...packing);
  t.is(packed.exitCode, 0, packed.stderr);
  t.like(JSON.parse(packed.stdout), { shape: [30, 1, 24, 32], fromCache: false });
  t.true(readdirSync(folder).includes('packed.safetensors'));
});

test.serial('runs are listed and compared, and weights, rates and figures found', async (t) => {
  const folder = await temporaryFolder(t);
  const data = await tinyData(folder);
  await roentgen(folder, 'train', data, ...tinyRun, '--experiment', 'a');
  await roentgen(folder, 'train', data, ...tinyRun, '--lr', '0.01', '--experiment', 'b');

  const listed = await roentgen(folder, 'runs');
  t.is(listed.exitCode, 0, listed.stderr);
  t.regex(listed.stdout, /^run +model +state +epochs +kept/);
  t.regex(listed.stdout, /^b +lenet5 +complete +1\/1 +1 [^]*^a +lenet5 /m);
  const compared = await roentgen(folder, 'runs', 'runs/a', 'runs/b', '--compare');
  t.regex(compared.stdout, /^lr +0\.01 +0\.001$/m);
  t.notRegex(compared.stdout, /^batch-size/m);
  const alone = await roentgen(folder, 'runs', 'runs/a', '--compare');
  t.is(alone.exitCode, 2);
  t.regex(alone.stderr, /needs two runs, and found 1/);

  const model = 'runs/a/model_best.safetensors';
  const lenet = ['--model', 'lenet5', '--num-classes', '3'];
  const imported = await roentgen(folder, 'import', model, ...lenet, '--output', 'own.safetensors');
  t.is(imported.exitCode, 0, imported.stderr);
  t.regex(imported.stdout, /^matched: 10 names[^]*The weights fit lenet5, and are in own\.safeten/);
  t.true(existsSync(join(folder, 'own.safetensors')));
  const misfit = await roentgen(folder, 'import', model, '--model', 'resnet18');
  t.is(misfit.exitCode, 1);
  t.regex(misfit.stdout, /^missing: [^]*layer4\.1\.bn2\.weight[^]*do not fit resnet18$/m);

  const stats = await roentgen(folder, 'data', 'stats', data, '--img-size', '32');
  t.regex(stats.stdout, /^mean +0\.\d{4}$/m);
  const rate = ['find', 'learning-rate', data, '--model', 'lenet5', '-b', '4', '--steps', '20'];
  const found = await roentgen(folder, ...rate);
  t.is(found.exitCode, 0, found.stderr);
  t.regex(found.stdout, /^minimum +\d\.\d\de-\d/m);
  t.true(existsSync(join(folder, 'learning_rate.svg')));
  const batches = await roentgen(folder, 'find', 'batch-size', data, '--model', 'lenet5', '--json');
  t.regex(batches.stdout, /"suggestion": 8/);
});
