/** Whatever the server does, what is logged arrives once and in order, and logging does not wait. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { MlflowRun } from '../../src/training/logging/mlflow.js';
import type { Fault } from './fakeMlflow.js';
import { allDelivered, closedPort, createFolder, points, startServer } from './trackedFolder.js';

test('what is logged while the server is away arrives in order when it is back', async (t) => {
  const port = await closedPort();
  const folder = await createFolder(t, port);
  const warned = folder.nextWarning();
  const run = folder.open();
  run.params({ model: 'lmap3' });
  await warned;
  for (let epoch = 1; epoch <= 3; epoch += 1) run.metrics({ loss: 1 / epoch }, epoch);
  const server = await startServer(t, port);
  t.deepEqual(await run.close('FINISHED'), allDelivered);
  t.deepEqual(
    points(server),
    [1, 2, 3].map((epoch) => ['loss', epoch, 1 / epoch]),
  );
  t.is(folder.warnings.length, 1);
  t.regex(
    folder.warnings[0] ?? '',
    /cannot take what is logged \(.*ECONNREFUSED.*\)\. Training goes on/,
  );
});

for (const status of [500, 503, 429, 408]) {
  test(`a server that answers ${status} is asked again, whatever the call`, async (t) => {
    const server = await startServer(t);
    const folder = await createFolder(t, server.port);
    await writeFile(join(folder.directory, 'summary.csv'), 'epoch\n');
    const failed = new Set<string>();
    server.fault = ({ call }) => {
      if (failed.has(call)) return undefined;
      failed.add(call);
      return status;
    };
    const run = folder.open();
    run.metrics({ loss: 0.5 }, 1);
    run.artifact('summary.csv');
    t.deepEqual(await run.close('FINISHED'), allDelivered);
    t.deepEqual(points(server), [['loss', 1, 0.5]]);
    t.is(server.artifacts.size, 1);
    t.true(failed.size >= 6);
  });
}

test('work whose answer was lost is not done twice', async (t) => {
  const server = await startServer(t);
  const folder = await createFolder(t, server.port);
  const failed = new Set<string>();
  server.fault = ({ call }): Fault | undefined => {
    if (failed.has(call)) return undefined;
    failed.add(call);
    return 'lost answer';
  };
  const run = folder.open();
  run.metrics({ loss: 0.5 }, 1);
  t.deepEqual(await run.close('FINISHED'), allDelivered);
  t.deepEqual(server.experiments, ['chest']);
  t.is(server.runs.length, 1);
  t.deepEqual(points(server), [['loss', 1, 0.5]]);
});

test('an experiment that another run makes at the same moment is used', async (t) => {
  const server = await startServer(t);
  const folder = await createFolder(t, server.port);
  server.fault = ({ call }) => {
    if (call === 'POST experiments/create') server.experiments.push('chest');
    return undefined;
  };
  t.deepEqual(await folder.open().close('FINISHED'), allDelivered);
  t.deepEqual(server.experiments, ['chest']);
});

test('one entry that MLflow refuses is left out and told once; the rest of its batch arrives', async (t) => {
  const server = await startServer(t);
  const folder = await createFolder(t, server.port);
  server.fault = ({ message: { metrics = [] } }) =>
    metrics.some(({ key }) => key.startsWith('bad')) ? 400 : undefined;
  const run = folder.open();
  run.params({ model: 'lmap3' });
  run.metrics({ first: 1, bad: 2, second: 3, third: 4, badder: 5 }, 1);
  t.deepEqual(await run.close('FINISHED'), { undelivered: 0, refused: 2 });
  t.deepEqual(points(server), [
    ['first', 1, 1],
    ['second', 1, 3],
    ['third', 1, 4],
  ]);
  t.is(server.runs[0]?.params.get('model'), 'lmap3');
  t.is(folder.warnings.length, 1);
  t.regex(folder.warnings[0] ?? '', /did not take the metric bad \(HTTP 400, asked to\)/);
});

for (const status of [401, 403, 307]) {
  test(`a server that answers ${status} is left alone; all is kept for a run that may log in`, async (t) => {
    const server = await startServer(t);
    const folder = await createFolder(t, server.port);
    server.fault = ({ authorization }) => (authorization === 'Bearer right' ? undefined : status);
    const warned = folder.nextWarning();
    const stranger = folder.open({ authorization: 'Bearer wrong' });
    stranger.metrics({ loss: 0.5 }, 1);
    await warned;
    stranger.metrics({ loss: 0.25 }, 2);
    t.deepEqual(await stranger.close('KILLED'), { undelivered: 3, refused: 0 });
    t.is(server.requests.length, 1);
    t.regex(folder.warnings.join(), new RegExp(`nothing more \\(HTTP ${status}`));

    t.deepEqual(
      await folder.open({ authorization: 'Bearer right' }).close('FINISHED'),
      allDelivered,
    );
    t.deepEqual(points(server), [
      ['loss', 1, 0.5],
      ['loss', 2, 0.25],
    ]);
    t.notRegex(folder.warnings.join() + (await readFile(folder.journal, 'utf8')), /wrong|right/);
  });
}

test('entries are kept where a login runs out in the middle of a run', async (t) => {
  const server = await startServer(t);
  const folder = await createFolder(t, server.port);
  server.fault = ({ call }) => (call === 'POST runs/log-batch' ? 401 : undefined);
  const run = folder.open();
  run.metrics({ loss: 0.5, auroc: 0.9 }, 1);
  t.deepEqual(await run.close('FINISHED'), { undelivered: 3, refused: 0 });
  server.fault = () => undefined;
  t.deepEqual(await folder.open().close('FINISHED'), allDelivered);
  t.is(server.runs.length, 1);
  t.deepEqual(points(server), [
    ['loss', 1, 0.5],
    ['auroc', 1, 0.9],
  ]);
});

test('something else that answers at the address is not taken for MLflow', async (t) => {
  const server = await startServer(t);
  server.fault = () => 204;
  const folder = await createFolder(t, server.port);
  t.deepEqual(await folder.open().close('FINISHED'), { undelivered: 1, refused: 0 });
  t.regex(folder.warnings.join(), /not one of MLflow/);
});
test('logging returns while the server is silent, and close gives up without losing anything', async (t) => {
  const server = await startServer(t);
  const folder = await createFolder(t, server.port);
  const asked = new Promise<void>((resolve) => {
    server.fault = () => {
      resolve();
      return 'silence';
    };
  });
  const run = folder.open();
  run.metrics({ loss: 1 }, 1);
  await asked;
  for (let epoch = 2; epoch <= 5; epoch += 1) run.metrics({ loss: epoch }, epoch);
  t.deepEqual(await run.close('KILLED', { waitMs: 0 }), { undelivered: 6, refused: 0 });
  server.fault = () => undefined;
  t.deepEqual(await folder.open().close('FINISHED'), allDelivered);
  t.deepEqual(
    points(server),
    [1, 2, 3, 4, 5].map((epoch) => ['loss', epoch, epoch]),
  );
});

test('a server that is silent for too long is asked again', async (t) => {
  const server = await startServer(t);
  const { directory, settings } = await createFolder(t, server.port);
  server.fault = () => (server.requests.length === 1 ? 'silence' : undefined);
  const warnings: string[] = [];
  const onWarning = (message: string) => warnings.push(message);
  const run = MlflowRun.open(settings, { directory, onWarning, pauseMs: 1, silenceMs: 50 });
  run.metrics({ loss: 0.5 }, 1);
  t.deepEqual(await run.close('FINISHED'), allDelivered);
  t.regex(warnings.join(), /no answer for 0\.05 s/);
});
