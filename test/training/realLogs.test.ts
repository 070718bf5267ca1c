/** MLflow's own server and TensorBoard's own reader understand what a run tells them. */
import { execFile, spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { ExecutionContext } from 'ava';
import { freePort } from '../../src/cli/freePort.js';
import { train, type RunResult } from '../../src/training/index.js';
import { FakeMlflow } from './fakeMlflow.js';
import { quickSettings, testOnImages } from '../inference/images.js';

const test = testOnImages();
const run = promisify(execFile);
const python = process.env['ROENTGEN_PYTHON'] ?? 'python3';

/** Whether Python can import it; a line in the log where not. */
async function has(t: ExecutionContext, module: string): Promise<boolean> {
  try {
    await run(python, ['-c', `import ${module}`]);
    return true;
  } catch {
    t.log(`skipped: ${python} has no ${module}; ROENTGEN_PYTHON may name one that has`);
    t.pass();
    return false;
  }
}

/** What a Python program prints as JSON. */
async function ask<T>(program: string, ...args: string[]): Promise<T> {
  const { stdout } = await run(python, ['-c', program, ...args], { maxBuffer: 2 ** 26 });
  return JSON.parse(stdout) as T;
}

const readEvents = `
import json, sys
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
events = EventAccumulator(sys.argv[1], size_guidance={"scalars": 0, "images": 0})
events.Reload()
tags = events.Tags()
print(json.dumps({
    "scalars": {tag: [[e.step, e.value] for e in events.Scalars(tag)] for tag in tags["scalars"]},
    "images": {tag: [[e.step, e.width, e.height, e.encoded_image_string[:4].hex()] for e in events.Images(tag)]
               for tag in tags["images"]},
}))`;

interface Events {
  scalars: Record<string, [step: number, value: number][]>;
  images: Record<string, [step: number, width: number, height: number, start: string][]>;
}

test.serial('TensorBoard reads every epoch, every step and the images of a run', async (t) => {
  if (!(await has(t, 'tensorboard'))) return;
  const result = await train({ ...quickSettings(t.context.root), experiment: 'tensorboard' });
  const { scalars, images } = await ask<Events>(readEvents, result.runDirectory);
  const of = (tag: string): number[] => scalars[tag]?.map(([, value]) => value) ?? [];
  const near = (actual: readonly number[], expected: readonly (number | null)[]): void => {
    t.is(actual.length, expected.length);
    for (const [index, value] of expected.entries()) {
      t.true(Math.abs((actual[index] ?? NaN) - (value ?? NaN)) < 1e-6);
    }
  };
  const { history } = result;
  near(
    of('loss/train'),
    history.map(({ trainLoss }) => trainLoss),
  );
  near(
    of('auroc/validation'),
    history.map(({ valAuroc }) => valAuroc),
  );
  t.deepEqual(
    scalars['step/loss']?.map(([step]) => step),
    Array.from({ length: 5 * history.length }, (_, index) => index + 1),
  );
  near(of('step/learning rate').slice(0, 5), Array<number>(5).fill(5e-3));
  t.deepEqual(
    images['confusion matrix/validation']?.map(([step]) => step),
    history.map(({ epoch }) => epoch),
  );
  // The first bytes of every PNG.
  for (const [, width, height, start] of Object.values(images).flat()) {
    t.true(width > 100 && height > 100);
    t.is(start, '89504e47');
  }
  t.is(images['augmented samples']?.length, 1);
});

const readRun = `
import json, sys
from mlflow.tracking import MlflowClient
client = MlflowClient(sys.argv[1])
experiment = client.get_experiment_by_name("chest")
runs = client.search_runs([experiment.experiment_id])
run, = runs
path = client.download_artifacts(run.info.run_id, "config.yaml", sys.argv[2])
print(json.dumps({
    "name": run.info.run_name, "status": run.info.status, "ended": run.info.end_time is not None,
    "params": run.data.params, "source": run.data.tags["mlflow.source.name"],
    "metrics": {key: [[m.step, m.value] for m in client.get_metric_history(run.info.run_id, key)]
                for key in run.data.metrics},
    "artifacts": sorted(a.path for a in client.list_artifacts(run.info.run_id)),
    "config": open(path).read(),
}))`;

interface Tracked {
  name: string;
  status: string;
  ended: boolean;
  params: Record<string, string>;
  source: string;
  metrics: Record<string, [step: number, value: number][]>;
  artifacts: string[];
  config: string;
}

/** Starts `mlflow server`, and waits until it says that it is well. */
async function startMlflow(t: ExecutionContext, folder: string): Promise<string> {
  const port = String(await freePort());
  const places = ['--backend-store-uri', `sqlite:///${join(folder, 'mlflow.db')}`];
  const artifacts = ['--artifacts-destination', join(folder, 'artifacts')];
  const address = ['--host', '127.0.0.1', '--port', port, '--workers', '1'];
  const args = ['-m', 'mlflow', 'server', ...places, ...artifacts, ...address];
  const child = spawn(python, args, { cwd: folder, stdio: 'ignore', detached: true });
  t.teardown(() => {
    // Its workers too.
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
  });
  const uri = `http://127.0.0.1:${port}`;
  for (;;) {
    const healthy = await fetch(`${uri}/health`).then(
      ({ ok }) => ok,
      () => false,
    );
    if (healthy) return uri;
    if (child.exitCode !== null) throw new Error(`mlflow ended with ${child.exitCode}`);
    await new Promise((done) => setTimeout(done, 200));
  }
}

test.serial('a run that a silent MLflow never answers ends as it would without one', async (t) => {
  const fake = await new FakeMlflow().start();
  t.teardown(() => fake.stop());
  fake.fault = () => 'silence';
  track(t, `http://127.0.0.1:${fake.port}`);
  const warnings: string[] = [];
  const { history, runDirectory } = await train(
    { ...quickSettings(t.context.root), experiment: 'silence' },
    { onEvent: (event) => event.kind === 'warning' && warnings.push(event.message) },
  );
  // Not one request was answered, and training has gone on.
  t.is(history.length, 6);
  t.true(fake.requests.length > 0);
  t.deepEqual(fake.runs, []);
  t.regex(await readFile(join(runDirectory, 'mlflow.jsonl'), 'utf8'), /"FINISHED"/);
});

/** For the rest of the test; one test at a time, as the environment is the process's. */
function track(t: ExecutionContext, uri: string): void {
  Object.assign(process.env, { MLFLOW_TRACKING_URI: uri, MLFLOW_EXPERIMENT_NAME: 'chest' });
  t.teardown(() => {
    delete process.env['MLFLOW_TRACKING_URI'];
    delete process.env['MLFLOW_EXPERIMENT_NAME'];
  });
}

test.serial(
  'MLflow has the settings, the figures of every epoch and step, the files and the end',
  async (t) => {
    if (!(await has(t, 'mlflow'))) return;
    const { root } = t.context;
    const uri = await startMlflow(t, root);
    track(t, uri);
    const result: RunResult = await train(
      { ...quickSettings(root), experiment: 'tracked', classWeight: 'balanced' },
      { onEvent: (event) => event.kind === 'warning' && t.fail(event.message) },
    );
    const tracked = await ask<Tracked>(readRun, uri, root);
    t.like(tracked, { name: 'tracked', status: 'FINISHED', ended: true, source: 'roentgen' });
    t.like(tracked.params, { model: 'lenet5', lr: '0.005', classWeight: 'balanced' });
    t.deepEqual(
      tracked.metrics['loss/validation'],
      result.history.map(({ epoch, valLoss }) => [epoch, valLoss ?? NaN]),
    );
    t.is(tracked.metrics['step/loss']?.length, 5 * result.history.length);
    for (const file of ['config.yaml', 'model_best.safetensors', 'confusion_matrix.svg']) {
      t.true(tracked.artifacts.includes(file), file);
    }
    t.regex(tracked.config, /^model: lenet5$/m);
  },
);
