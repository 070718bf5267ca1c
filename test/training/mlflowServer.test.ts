/** MLflow itself keeps what a run logs, as its own client reads it back. */
import { execFile, spawn } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import test, { type ExecutionContext } from 'ava';
import { freePort } from '../../src/cli/freePort.js';
import { MlflowRun } from '../../src/training/logging/mlflow.js';
import { temporaryFolder } from '../temporaryFolder.js';

const run = promisify(execFile);

/** Prints what MLflow has of the only run in an experiment; figures as Python writes them, because JSON has no NaN. */
const reader = `
import json, os, sys
from mlflow import MlflowClient
client = MlflowClient(sys.argv[1])
experiment = client.get_experiment_by_name(sys.argv[2])
run, = client.search_runs([experiment.experiment_id])
id = run.info.run_id
folder = client.download_artifacts(id, "")
files = [os.path.join(root, name) for root, _, names in os.walk(folder) for name in names]
json.dump({
    "name": run.info.run_name,
    "status": run.info.status,
    "ended": run.info.end_time is not None and run.info.end_time >= run.info.start_time,
    "params": run.data.params,
    "tags": run.data.tags,
    "metrics": {
        key: [[m.step, str(m.value)] for m in sorted(client.get_metric_history(id, key), key=lambda m: m.step)]
        for key in run.data.metrics
    },
    "artifacts": {os.path.relpath(path, folder): open(path, "rb").read().hex() for path in sorted(files)},
}, sys.stdout)
`;

/** The Python that has MLflow; undefined, with a word in the log, where there is none. */
async function findPython(t: ExecutionContext): Promise<string | undefined> {
  const python = process.env['ROENTGEN_PYTHON'];
  if (python) {
    const found = run(python, ['-c', 'import mlflow']);
    if (await found.then(() => true).catch(() => false)) return python;
  }
  t.log('skipped: ROENTGEN_PYTHON must name a Python that has mlflow');
  return undefined;
}

/** Starts a server that keeps everything in `folder`; it is up as soon as it answers the run's retries. */
async function startServer(t: ExecutionContext, python: string, folder: string): Promise<string> {
  const port = await freePort();
  const places = [
    '--backend-store-uri',
    `sqlite:///${folder}/m.db`,
    '--artifacts-destination',
    `${folder}/artifacts`,
  ];
  const address = ['--host', '127.0.0.1', '--port', String(port), '--workers', '1'];
  const server = spawn(python, ['-m', 'mlflow', 'server', ...places, ...address], {
    // Its workers are of its process group, and end with it.
    ...{ detached: true, stdio: 'ignore', cwd: folder },
  });
  const gone = new Promise((resolve) => server.once('exit', resolve));
  t.teardown(async () => {
    if (server.pid !== undefined) process.kill(-server.pid, 'SIGKILL');
    await gone;
  });
  return `http://127.0.0.1:${port}`;
}

test('a run that starts before its server, is killed and resumed is whole in MLflow', async (t) => {
  t.timeout(240_000, 'a server of MLflow takes its time to start');
  const python = await findPython(t);
  if (python === undefined) {
    t.pass();
    return;
  }
  const directory = await temporaryFolder(t);
  const uri = await startServer(t, python, await temporaryFolder(t));
  const settings = { uri, experiment: 'Röntgen' };
  const open = (): MlflowRun =>
    MlflowRun.open(settings, { directory, onWarning: (text) => t.log(text), pauseMs: 500 });
  const long = 'v'.repeat(6000);
  const waitMs = 180_000;

  const begun = open();
  begun.params({ model: 'lmap3', lr: 0.003, nesterov: false, empty: '', long: `${long}more` });
  begun.metrics({ 'loss/train': 0.7, 'auroc/validation': NaN, 'learning rate': 1e-7 }, 1);
  begun.metrics({ 'wrong#name': 1, 'loss/train': 0, 'auroc/validation': Infinity }, 2);
  t.deepEqual(await begun.close('KILLED', { waitMs }), { undelivered: 0, refused: 1 });

  // As if the kill had come before any delivery was noted: everything is sent again.
  const journal = join(directory, 'mlflow.jsonl');
  const lines = (await readFile(journal, 'utf8')).split('\n');
  await writeFile(journal, lines.filter((line) => !line.includes('"delivered"')).join('\n'));
  await writeFile(join(directory, 'summary.csv'), 'epoch,Röntgen\n');
  const image = Buffer.from(Array.from({ length: 300_000 }, (_, index) => (index * 7) % 256));
  await writeFile(join(directory, 'curves 100%.svg'), image);
  const resumed = open();
  resumed.params({ model: 'lmap3' });
  resumed.metrics({ 'loss/train': 0, 'auroc/validation': Infinity }, 2);
  resumed.metrics({ 'loss/train': -1.5, 'auroc/validation': -Infinity }, 3);
  resumed.artifact('summary.csv');
  resumed.artifact('curves 100%.svg');
  t.deepEqual(await resumed.close('FINISHED', { waitMs }), { undelivered: 0, refused: 1 });

  const { stdout } = await run(python, ['-c', reader, uri, settings.experiment], {
    maxBuffer: 2 ** 24,
    env: { ...process.env, MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR: 'false' },
  });
  const { tags, ...found } = JSON.parse(stdout) as { tags: object };
  t.like(tags, {
    'mlflow.runName': basename(directory),
    'mlflow.source.type': 'LOCAL',
    'mlflow.source.name': 'roentgen',
  });
  // MLflow keeps infinities as the largest numbers there are.
  const largest = '1.7976931348623157e+308';
  t.deepEqual(found, {
    name: basename(directory),
    status: 'FINISHED',
    ended: true,
    params: {
      ...{ model: 'lmap3', lr: '0.003', nesterov: 'false', empty: '' },
      long: `${long.slice(1)}…`,
    },
    metrics: {
      'loss/train': [
        [1, '0.7'],
        [2, '0.0'],
        [3, '-1.5'],
      ],
      'auroc/validation': [
        [1, 'nan'],
        [2, largest],
        [3, `-${largest}`],
      ],
      'learning rate': [[1, '1e-07']],
    },
    artifacts: {
      'summary.csv': Buffer.from('epoch,Röntgen\n').toString('hex'),
      'curves 100%.svg': image.toString('hex'),
    },
  });
});
