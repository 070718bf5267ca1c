/** A recipe runs from phantoms to its page, goes on where it stood, and is not stopped by a step that fails. */
import { existsSync } from 'node:fs';
import { readdir, readFile, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { readReproductions, reproduce, writeResults } from '../../src/recipes/index.js';
import type { Reproduction } from '../../src/index.js';
import { roentgen, startRoentgen } from '../cli/program.js';
import { temporaryFolder } from '../temporaryFolder.js';

const head = `
name: tiny
title: A tiny experiment
report: Nobody
about: It does next to nothing.
data:
  images:
    needs: Any images.
    nearest: phantoms.
    quick: { imagesPerClass: 8, size: 32 }
gaps:
  - { what: All of it, taken: nothing., why: There is no report. }
`;
const working = `
steps:
  - name: split
    run: data split
    arguments: ['\${data.images}']
    options: { val: 0.25, test: 0.25, output: '\${here}/manifest.csv' }
    promises: [manifest.csv]
  - name: parameters
    title: The layer table
    run: models
    arguments: [lenet5]
    options: { json: true }
    prints: summary.json
    promises: [summary.json]
  - name: run
    run: train
    arguments: ['\${steps.split}/manifest.csv']
    options: { model: lenet5, epochs: 5, batch-size: 8, output: '\${output}', experiment: run }
    quick: { options: { epochs: 1 } }
    promises: [model_best.safetensors, curves.svg]
  - name: test-\${each}
    run: evaluate
    each: [a, b]
    arguments: ['\${steps.run}', '\${steps.split}/manifest.csv']
    options: { split: test, output: '\${here}' }
    quick: { each: [a] }
    promises: [metrics.json, confusion_matrix.svg]
  - name: server
    run: serve
    arguments: ['\${steps.run}']
    options: { port: 0 }
    visits:
      - { path: /health, save: health.json }
      - { path: /predict, upload: '\${data.images}/test', save: answer.json }
figures:
  - { name: Parameters, report: { value: 61706 }, step: parameters, file: summary.json, at: /total, better: equal }
  - { name: Accuracy, report: { hits: 5, of: 10 }, step: test-a, at: /intervals/overall/accuracy }
  - { name: Loss, report: { value: 1 }, step: run, file: summary.csv, at: { column: train_loss }, better: lower }
  - { name: Of another round, report: { value: 1 }, step: test-b, at: /intervals/overall/accuracy }
`;
const failing = `
steps:
  - name: broken
    run: train
    arguments: [nowhere]
    promises: [model_best.safetensors]
  - name: after
    run: evaluate
    arguments: ['\${steps.broken}', '\${data.images}']
    promises: [metrics.json]
  - name: apart
    run: models
    arguments: [lenet5]
    options: { json: true }
    prints: summary.json
    promises: [summary.json]
figures:
  - { name: Accuracy, report: { value: 1 }, step: after, at: /intervals/overall/accuracy }
  - { name: Speed, report: { value: 1 }, step: apart, file: summary.json, at: /images/second }
`;

async function recipeIn(
  t: ExecutionContext,
  text: string,
): Promise<[folder: string, file: string]> {
  const folder = await temporaryFolder(t);
  const file = join(folder, 'tiny.yaml');
  await writeFile(file, `${head}${text}`);
  process.env['ROENTGEN_CACHE'] = join(folder, 'cache');
  return [folder, file];
}

const statesOf = ({ steps }: Reproduction): Record<string, string> =>
  Object.fromEntries(steps.map(({ name, state }) => [name, state]));

test.serial(
  'a quick run draws its images, keeps its promises, and shows all of it on a page',
  async (t) => {
    const [folder, file] = await recipeIn(t, working);
    const options = { recipe: file, output: join(folder, 'out'), quick: true };
    const first = await reproduce(options);
    t.deepEqual(statesOf(first), {
      ...{ split: 'finished', parameters: 'finished', run: 'finished', 'test-a': 'finished' },
      server: 'finished',
    });
    const answer = await readFile(join(options.output, 'tiny-quick/server/answer.json'), 'utf8');
    t.regex(answer, /NORMAL/);
    for (const step of first.steps) for (const path of step.files) t.true(existsSync(path), path);
    const [parameters, accuracy, loss, other] = first.figures;
    t.is(parameters?.ours?.value, 61706);
    t.is(accuracy?.verdict, 'not compared', 'phantoms are no radiographs');
    const { interval } = accuracy?.ours ?? {};
    t.true((interval?.low ?? 1) < (interval?.high ?? 0));
    t.true((loss?.ours?.value ?? 0) > 0);
    t.is(other?.verdict, 'not computed');

    const page = await readFile(first.page, 'utf8');
    t.regex(page, /A tiny experiment/);
    t.regex(page, /<img[^>]+src="run\/curves\.svg"/);
    t.regex(page, /roentgen models lenet5 --json &gt; /);
    const [found] = await readReproductions(options.output);
    t.deepEqual(found, JSON.parse(JSON.stringify(first)));
    if (found === undefined) return;
    const results = join(options.output, 'tables/results.md');
    await writeResults(results, [found]);
    const table = await readFile(results, 'utf8');
    t.regex(table, /^\| Parameters +\| 61,706 +\| 61,706 +\| not compared/m);

    await writeResults(results, [{ ...found, recipe: 'another', figures: [] }]);
    const both = await readFile(results, 'utf8');
    t.deepEqual(both.match(/^## [^:]+/gm), ['## another', '## tiny']);
    t.true(both.endsWith(table.slice(table.indexOf('## tiny'))), 'a section stays as it was');
    await writeResults(results, [found]);
    t.is(await readFile(results, 'utf8'), both, 'a section takes the place of its earlier one');

    const mine = join(folder, 'mine.md');
    await writeFile(mine, '# Mine\n');
    await t.throwsAsync(writeResults(mine, [found]), { code: 'ERR_INVALID_FILE' });
    t.is(await readFile(mine, 'utf8'), '# Mine\n');
  },
);

test.serial('what was done is kept, until its command or its data change', async (t) => {
  const [folder, file] = await recipeIn(t, working);
  const options = { recipe: file, output: join(folder, 'out'), quick: true };
  const first = await reproduce(options);
  const again = await reproduce(options);
  t.true(Object.values(statesOf(again)).every((state) => state === 'kept'));
  t.is(again.seconds, first.seconds);

  await writeFile(file, `${head}${working.replace('{ epochs: 1 }', '{ epochs: 2 }')}`);
  t.deepEqual(statesOf(await reproduce(options)), {
    ...{ split: 'kept', parameters: 'kept', run: 'finished', 'test-a': 'finished' },
    server: 'finished',
  });

  const images = join(first.data['images'] ?? '', 'train', 'NORMAL');
  await utimes(await anImage(images), new Date(0), new Date(0));
  const untouched = statesOf(await reproduce(options));
  t.true(
    Object.values(untouched).every((state) => state === 'kept'),
    'a copy of the data has other times',
  );
  await writeFile(join(images, 'IM-9999-0001.png'), await readFile(await anImage(images)));
  t.deepEqual(statesOf(await reproduce(options)), {
    ...{ split: 'finished', parameters: 'kept', run: 'finished', 'test-a': 'finished' },
    server: 'finished',
  });
});

test.serial('training that was interrupted goes on from its last epoch', async (t) => {
  const [folder, file] = await recipeIn(t, working.replace('{ epochs: 1 }', '{ epochs: 3000 }'));
  const args = ['reproduce', file, '--quick', '--output', 'out'];
  const { child, finished, stderrMatches } = startRoentgen(folder, args);
  await stderrMatches(/3\/5 roentgen train/);
  const log = join(folder, 'out/tiny-quick/logs/run.log');
  const epochs = async (): Promise<string> => readFile(log, 'utf8').catch(() => '');
  while (!/^ +3\/3000 /m.test(await epochs())) await new Promise((go) => setTimeout(go, 20));
  child.kill('SIGINT');
  const { exitCode, stderr } = await finished;
  t.is(exitCode, 130, stderr);
  t.regex(stderr, /the same command goes on from here/);

  const second = startRoentgen(folder, args);
  await second.stderrMatches(/1\/5 [^]*split: done before, [^]*3\/5 roentgen train/);
  while (!/^ +\d+\/3000 /m.test(await epochs())) await new Promise((go) => setTimeout(go, 20));
  second.child.kill('SIGINT');
  t.is((await second.finished).exitCode, 130);
  const text = await epochs();
  t.regex(text, /^\$ roentgen train --resume out\/tiny-quick\/run$/m);
  t.notRegex(text, /^ +1\/3000 /m);
});

test.serial('a step that fails stops what needs it, and nothing else', async (t) => {
  const [folder, file] = await recipeIn(t, failing);
  const ended = await roentgen(folder, 'reproduce', file, '--quick', '--output', 'out', '--json');
  t.is(ended.exitCode, 1);
  t.regex(ended.stderr, /broken failed after [^]*out\/tiny-quick\/logs\/broken\.log:\n[^]*nowhere/);
  const { reproductions } = JSON.parse(ended.stdout) as { reproductions: Reproduction[] };
  const [result] = reproductions;
  t.deepEqual(result && statesOf(result), {
    broken: 'failed',
    after: 'left out',
    apart: 'finished',
  });
  t.is(result?.figures[0]?.verdict, 'not computed');
  t.regex(result?.figures[0]?.reason ?? '', /after has not ended well/);
  t.is(result?.figures[1]?.reason, 'summary.json of apart holds no figure at /images/second');
});

test.serial('a flag that no verb has is told before anything runs', async (t) => {
  const [folder, file] = await recipeIn(t, working.replace('split: test,', 'splits: test,'));
  const ended = await roentgen(folder, 'reproduce', file, '--quick', '--output', 'out');
  t.is(ended.exitCode, 2);
  t.regex(ended.stderr, /tiny, step test-a: Unknown flag --splits; did you mean --split\?/);
  t.false(existsSync(join(folder, 'out')));
});

test.serial('a promise that is not kept is a failure', async (t) => {
  const text = failing.replace('promises: [summary.json]', 'promises: [nothing.json]');
  const [folder, file] = await recipeIn(t, text);
  const result = await reproduce({ recipe: file, output: join(folder, 'out'), quick: true });
  t.is(statesOf(result)['apart'], 'failed');
  t.regex(result.steps[2]?.reason ?? '', /did not write .*nothing\.json/);
});

test.serial('real data must be named, and the message says what it is', async (t) => {
  const [folder, file] = await recipeIn(t, working);
  await t.throwsAsync(reproduce({ recipe: file, output: join(folder, 'out') }), {
    code: 'ERR_INVALID_ARGUMENT',
    message: /--data images=PATH {2}Any images\. Nearest: phantoms\./,
  });
  const unknown = { recipe: file, data: { pictures: folder }, quick: true };
  await t.throwsAsync(reproduce(unknown), { message: /no data named pictures; it knows images/ });
  const missing = { recipe: file, data: { images: join(folder, 'nowhere') }, output: folder };
  await t.throwsAsync(reproduce(missing), { code: 'ERR_NOT_FOUND' });
});

test.serial('a recipe with a mistake is refused with the place', async (t) => {
  const [, file] = await recipeIn(t, working);
  const mistakes: [was: string, is: string, message: RegExp][] = [
    ['${steps.split}', '${steps.splits}', /step run: no step before is named splits/],
    ['${data.images}', '${data.pictures}', /step split: no data is named pictures/],
    ['${here}/manifest.csv', '${there}/manifest.csv', /unknown placeholder \$\{there\}/],
    ['name: parameters', 'name: split', /step split: another step has that name/],
    ['name: parameters', 'name: logs', /reserved/],
    ['step: test-a', 'step: test-c', /figure "Accuracy": there is no step test-c/],
    ['each: [a, b]', '# none', /\$\{each\}/],
    ['run: models', 'runs: models', /Unrecognized key: "runs"/],
    ['steps:', 'steps: [', /line \d+, column \d+/],
  ];
  for (const [was, is, message] of mistakes) {
    t.true(working.includes(was), was);
    await writeFile(file, `${head}${working.replace(was, is)}`);
    await t.throwsAsync(reproduce({ recipe: file, quick: true }), {
      code: 'ERR_INVALID_CONFIG',
      message,
    });
  }
  await t.throwsAsync(reproduce({ recipe: 's44' }), {
    code: 'ERR_NOT_FOUND',
    message: /Did you mean s4\?/,
  });
});

async function anImage(folder: string): Promise<string> {
  const [first = ''] = await readdir(folder);
  return join(folder, first);
}
