/** MLflow gets a run's params, points and files, and a run that is resumed goes on where it was. */
import { mkdir, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import test from 'ava';
import { allDelivered, createFolder, points, startServer } from './trackedFolder.js';

test('a run has its name and tags, its params, points and files, and how it ended', async (t) => {
  const server = await startServer(t);
  const folder = await createFolder(t, server.port);
  await writeFile(join(folder.directory, 'summary.csv'), 'epoch,loss\n1,0.5\n');
  await writeFile(join(folder.directory, 'an empty file'), '');
  const run = folder.open();
  run.params({ model: 'lmap3', lr: 0.003, nesterov: false });
  run.metrics({ 'loss/train': 0.5, 'auroc/validation': NaN }, 1);
  run.metrics({ 'loss/train': Infinity, 'auroc/validation': -Infinity }, 2);
  run.artifact('summary.csv');
  run.artifact('an empty file');
  t.deepEqual(await run.close('FINISHED'), allDelivered);
  t.deepEqual(folder.warnings, []);
  t.deepEqual(server.experiments, ['chest']);
  const [made] = server.runs;
  t.is(made?.name, basename(folder.directory));
  t.like(Object.fromEntries(made?.tags.map(({ key, value }) => [key, value]) ?? []), {
    'mlflow.runName': basename(folder.directory),
    'mlflow.source.type': 'LOCAL',
    'mlflow.source.name': 'roentgen',
  });
  t.deepEqual(
    made?.params,
    new Map(Object.entries({ model: 'lmap3', lr: '0.003', nesterov: 'false' })),
  );
  t.deepEqual(points(server), [
    ['loss/train', 1, 0.5],
    ['auroc/validation', 1, 'NaN'],
    ['loss/train', 2, 'Infinity'],
    ['auroc/validation', 2, '-Infinity'],
  ]);
  t.deepEqual(
    [...server.artifacts],
    [
      ['PUT 1/run0/artifacts/summary.csv', 'epoch,loss\n1,0.5\n'],
      ['PUT 1/run0/artifacts/an empty file', ''],
    ],
  );
  t.deepEqual(made?.statuses, ['FINISHED']);
});

test('no request holds more than MLflow takes, and together they hold everything', async (t) => {
  const server = await startServer(t);
  const folder = await createFolder(t, server.port);
  const run = folder.open();
  const names = Array.from({ length: 250 }, (_, index) => `param${index}`);
  // Three bytes a character: 100 of them are more than a megabyte.
  run.params(Object.fromEntries(names.map((name) => [name, '値'.repeat(7000)])));
  run.params(Object.fromEntries(names.map((name) => [`short ${name}`, 'short'])));
  for (let epoch = 1; epoch <= 250; epoch += 1) {
    run.metrics(Object.fromEntries(names.slice(0, 10).map((name) => [name, epoch])), epoch);
  }
  t.deepEqual(await run.close('FINISHED'), allDelivered);
  const batches = server.calls('POST runs/log-batch');
  for (const { message, bytes } of batches) {
    const { params = [], metrics = [] } = message;
    t.true(params.length <= 100);
    t.true(params.length + metrics.length <= 1000);
    t.true(bytes.length <= 1_000_000);
    t.true(params.every(({ value }) => value === 'short' || value.length === 6000));
  }
  t.is(server.runs[0]?.params.size, 500);
  t.is(server.runs[0]?.params.get('param0'), `${'値'.repeat(5999)}…`);
  t.is(points(server).length, 2500);
  // 6 for 4.5 MB of long params, 3 for the short ones, 3 for the points: entries do travel together.
  t.true(batches.length <= 12);
});

test('what is no file is told and left out, and the next one is sent', async (t) => {
  const server = await startServer(t);
  for (const [path, reason] of [
    ['gone.txt', /artifact gone\.txt \(ENOENT/],
    ['plots', /artifact plots \(.*plots is no file/],
  ] as const) {
    const folder = await createFolder(t, server.port);
    await mkdir(join(folder.directory, 'plots'));
    await writeFile(join(folder.directory, 'plots', 'a b.txt'), path);
    const run = folder.open();
    run.artifact(path);
    run.artifact('plots/a b.txt');
    t.deepEqual(await run.close('FINISHED'), { undelivered: 0, refused: 1 });
    t.regex(folder.warnings.join(), reason);
  }
  t.deepEqual(
    [...server.artifacts],
    [
      ['PUT 1/run0/artifacts/plots/a b.txt', 'gone.txt'],
      ['PUT 1/run1/artifacts/plots/a b.txt', 'plots'],
    ],
  );
});

for (const root of [
  's3://bucket',
  '/srv/mlruns',
  'file:///srv/mlruns',
  'mlflow-artifacts://other/1',
]) {
  test(`files are told to be left out where the server does not pass them on to ${root}`, async (t) => {
    const server = await startServer(t);
    server.artifactRoot = root;
    const folder = await createFolder(t, server.port);
    await writeFile(join(folder.directory, 'summary.csv'), 'epoch\n');
    const run = folder.open();
    run.artifact('summary.csv');
    t.deepEqual(await run.close('FINISHED'), { undelivered: 0, refused: 1 });
    t.true(folder.warnings.join().includes(`at ${root}/run0/artifacts, which is not written`));
    t.is(server.artifacts.size, 0);
    t.deepEqual(server.runs[0]?.statuses, ['FINISHED']);
  });
}

test('a path that leads out of the run directory is refused', async (t) => {
  const server = await startServer(t);
  const run = (await createFolder(t, server.port)).open();
  for (const path of ['../secret', '/etc/passwd', '.', 'plots/../../secret']) {
    t.throws(() => run.artifact(path), { code: 'ERR_INVALID_ARGUMENT' });
  }
  await run.close('FINISHED');
});

test('a resumed run goes on with the same MLflow run, and repeats no point and no param', async (t) => {
  const server = await startServer(t);
  const folder = await createFolder(t, server.port);
  const run = folder.open();
  run.params({ model: 'lmap3', threads: 2 });
  run.metrics({ loss: 0.5 }, 1);
  run.metrics({ loss: 0.25 }, 2);
  await run.close('KILLED');
  const resumed = folder.open();
  resumed.params({ model: 'lmap3', threads: 4, added: true });
  resumed.metrics({ loss: 0.25, auroc: 0.9 }, 2);
  resumed.metrics({ loss: 0.125 }, 3);
  t.deepEqual(await resumed.close('FINISHED'), allDelivered);
  t.is(server.runs.length, 1);
  t.deepEqual(points(server), [
    ['loss', 1, 0.5],
    ['loss', 2, 0.25],
    ['auroc', 2, 0.9],
    ['loss', 3, 0.125],
  ]);
  t.is(server.runs[0]?.params.get('threads'), '2');
  t.is(server.runs[0]?.params.get('added'), 'true');
  t.deepEqual(server.runs[0]?.statuses, ['KILLED', 'RUNNING', 'FINISHED']);
});

test('a run directory that another server or experiment tracks is refused', async (t) => {
  const server = await startServer(t);
  const folder = await createFolder(t, server.port);
  await folder.open().close('KILLED');
  const code = 'ERR_INVALID_ARGUMENT';
  t.throws(() => folder.open({ uri: 'http://127.0.0.1:1' }), { code, message: /TRACKING_URI/ });
  t.throws(() => folder.open({ experiment: 'other' }), { code, message: /EXPERIMENT_NAME/ });
});

test('a journal that is broken is refused, by its path', async (t) => {
  const folder = await createFolder(t, 1);
  for (const content of ['no JSON\n', '{"kind":"other"}\n', '{"kind":"artifact","path":"a"}\n']) {
    await writeFile(folder.journal, content);
    t.throws(() => folder.open(), { code: 'ERR_INVALID_FILE', message: /mlflow\.jsonl/ });
  }
});

test('a closed run takes no entries; closing it again changes nothing', async (t) => {
  const server = await startServer(t);
  const run = (await createFolder(t, server.port)).open();
  t.deepEqual(await run.close('FINISHED'), await run.close('FAILED'));
  t.deepEqual(server.runs[0]?.statuses, ['FINISHED']);
  t.throws(() => run.metrics({ loss: 1 }, 1), { code: 'ERR_DISPOSED' });
});
