/** A process may be killed, end or run out of disk while it logs to MLflow: nothing else is lost. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { appendFile } from 'node:fs/promises';
import test from 'ava';
import {
  allDelivered,
  closedPort,
  createFolder,
  points,
  startServer,
  type TrackedFolder,
} from './trackedFolder.js';

/** A program that runs `body` with `run` open. */
function program({ settings, directory }: TrackedFolder, body: string): string {
  const source = require.resolve('../../src/training/logging/mlflow.js');
  return `
    const { MlflowRun } = require(${JSON.stringify(source)});
    const warnings = [];
    const options = { directory: ${JSON.stringify(directory)}, onWarning: (text) => warnings.push(text) };
    const run = MlflowRun.open(${JSON.stringify(settings)}, options);
    ${body}`;
}

function inProcess(folder: TrackedFolder, body: string) {
  const child = spawn(process.execPath, ['-e', program(folder, body)], { stdio: 'inherit' });
  return { child, ended: once(child, 'exit') as Promise<[number | null, string | null]> };
}

test('what a killed process had not delivered its resumption delivers, and nothing twice', async (t) => {
  const server = await startServer(t);
  const folder = await createFolder(t, server.port);
  const { child, ended } = inProcess(
    folder,
    `run.params({ model: 'lmap3' });
    run.metrics({ loss: 1 }, 1);
    setInterval(() => undefined, 1000);`,
  );
  // The batch is stored, but the process dies before it can know.
  server.fault = ({ call }) => {
    if (call !== 'POST runs/log-batch') return undefined;
    child.kill('SIGKILL');
    return 'lost answer';
  };
  t.deepEqual(await ended, [null, 'SIGKILL']);
  server.fault = () => undefined;
  await appendFile(folder.journal, '{"kind":"metric","key":"torn');
  const resumed = folder.open();
  resumed.metrics({ loss: 1 }, 1);
  resumed.metrics({ loss: 0.5 }, 2);
  t.deepEqual(await resumed.close('FINISHED'), allDelivered);
  t.is(server.runs.length, 1);
  const [lost, repeated] = server.calls('POST runs/log-batch');
  t.deepEqual(repeated?.message, lost?.message);
  t.deepEqual(points(server), [
    ['loss', 1, 1],
    ['loss', 2, 0.5],
  ]);
});

test('what was logged in the very moment of a kill is kept', async (t) => {
  const port = await closedPort();
  const folder = await createFolder(t, port);
  const { ended } = inProcess(
    folder,
    `run.metrics({ loss: 1 }, 1);
    process.kill(process.pid, 'SIGKILL');`,
  );
  t.deepEqual(await ended, [null, 'SIGKILL']);
  const server = await startServer(t, port);
  t.deepEqual(await folder.open().close('FINISHED'), allDelivered);
  t.deepEqual(points(server), [['loss', 1, 1]]);
});

test('a server that is away keeps no process alive, closed or not', async (t) => {
  const port = await closedPort();
  for (const body of [
    `run.metrics({ loss: 1 }, 1);`,
    `run.metrics({ loss: 1 }, 1); run.close('FINISHED', { waitMs: 1 });`,
  ]) {
    const { ended } = inProcess(await createFolder(t, port), body);
    t.deepEqual(await ended, [0, null]);
  }
});

test('a server that is silent keeps no process alive after close', async (t) => {
  const server = await startServer(t);
  server.fault = () => 'silence';
  const body = `run.metrics({ loss: 1 }, 1); run.close('FINISHED', { waitMs: 100 });`;
  const { ended } = inProcess(await createFolder(t, server.port), body);
  t.deepEqual(await ended, [0, null]);
});

test('a full disk costs the points that it has no room for, and nothing else', async (t) => {
  const folder = await createFolder(t, await closedPort());
  const body = `
    const { rmSync, writeFileSync } = require('node:fs');
    run.metrics({ loss: 1 }, 1);
    try { writeFileSync(options.directory + '/other', Buffer.alloc(100_000)); } catch {}
    // More than the page of the disk that the journal has begun.
    for (let step = 2; step <= 100; step += 1) run.metrics({ loss: step }, step);
    rmSync(options.directory + '/other');
    run.metrics({ loss: 101 }, 101);
    const lines = require('node:fs').readFileSync(options.directory + '/mlflow.jsonl', 'utf8').split('\\n');
    const steps = lines.slice(1, -1).map((line) => JSON.parse(line).step);
    console.log(JSON.stringify({ warnings, steps }));`;
  // A disk of 16 KiB that only the child process sees.
  const mount = `mount -t tmpfs -o size=16k none ${folder.directory} || exit 77; exec "$0" -e "$1"`;
  const command = ['-Urm', 'sh', '-c', mount, process.execPath, program(folder, body)];
  const { status, stdout, stderr } = spawnSync('unshare', command, { encoding: 'utf8' });
  if (status === null || status === 77 || stdout === '') {
    t.log(`skipped: no private mount can be made here (${stderr})`);
    t.pass();
    return;
  }
  const { warnings, steps } = JSON.parse(stdout) as { warnings: string[]; steps: number[] };
  t.is(warnings.length, 1);
  t.regex(
    warnings[0] ?? '',
    /does not get all that is logged\. No space left to write .*mlflow\.jsonl/,
  );
  t.true(steps.length < 101);
  t.deepEqual(
    steps.slice(0, -1),
    steps.slice(0, -1).map((_, index) => index + 1),
  );
  t.is(steps.at(-1), 101);
});
