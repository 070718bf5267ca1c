/** A run that is interrupted, however and whenever, goes on to the weights of one that was not. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { RoentgenError } from '../../src/native/index.js';
import { resumeTraining, train, type TrainOptions } from '../../src/training/index.js';
import { readTensors } from './tensors.js';
import { onSmallDisk } from '../smallDisk.js';
import { quickSettings, testOnImages, writeSplits } from '../inference/images.js';

const test = testOnImages();

/** Everything that draws, counts or remembers. */
function settings(root: string, experiment: string): TrainOptions {
  return {
    ...quickSettings(root),
    ...{ experiment, epochs: 4, batchSize: 4, opt: 'adamw', weightDecay: 0.01 },
    ...{ rotation: 20, noise: 0.1, mixup: 0.3, emaDecay: 0.9, sampler: 'balanced' },
    ...{ sched: 'cosine', warmupEpochs: 1, gradAccumSteps: 2, precision: 'fp32' },
  };
}

/** All but the position, whose seconds are the machine's. */
async function tensorsOf(path: string): Promise<Map<string, Buffer>> {
  const tensors = await readTensors(path);
  tensors.delete('training.position');
  return tensors;
}

/** Calls a function of `training` in a process that is killed so many milliseconds after training began. */
async function liveFor(
  milliseconds: number,
  [name, ...args]: readonly [name: string, ...args: unknown[]],
): Promise<[code: number | null, signal: string | null]> {
  const training = JSON.stringify(resolve('dist', 'src', 'training', 'index.js'));
  const written = args.map((argument) => JSON.stringify(argument)).join(', ');
  const script = `const onEvent = ({ kind }) => kind === 'start' && console.log();
    require(${training}).${name}(${written}, { onEvent });`;
  const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  const exit = once(child, 'exit') as Promise<[number | null, string | null]>;
  await Promise.race([exit, once(child.stdout, 'data')]);
  const timer = setTimeout(() => child.kill('SIGKILL'), milliseconds);
  return exit.finally(() => {
    clearTimeout(timer);
  });
}

test('a run killed at any moment resumes to the weights of an uninterrupted one', async (t) => {
  const { root } = t.context;
  const epochs = 12;
  const whole = await train({ ...settings(root, 'whole'), epochs });
  const directory = join(root, 'runs', 'killed');
  let kills = 0;
  // Each life may be a little longer than the one before, so that the last one ends by itself.
  for (let life = 1; ; life += 1) {
    const [code, signal] = await liveFor(
      5 + Math.random() * 35 * life,
      life === 1
        ? ['train', { ...settings(root, 'killed'), epochs }]
        : ['resumeTraining', directory, { cacheDir: settings(root, '').cacheDir }],
    );
    if (signal !== 'SIGKILL') {
      t.is(code, 0);
      break;
    }
    kills += 1;
  }
  t.log(`${kills} kills`);
  t.true(kills > 0);
  for (const name of ['last.safetensors', 'model_best.safetensors']) {
    t.deepEqual(
      await tensorsOf(join(directory, name)),
      await tensorsOf(join(whole.runDirectory, name)),
    );
  }
});

test('a full disk stops a run, harms no checkpoint, and the run goes on once there is room', async (t) => {
  const { root } = t.context;
  const whole = await train(settings(root, 'roomy'));
  const index = JSON.stringify(resolve('dist', 'src', 'index.js'));
  const script = `const { loadModel, resumeTraining, train } = require(${index});
    const { rmSync, writeFileSync } = require('node:fs');
    const settings = ${JSON.stringify({ ...settings(root, 'small'), output: 'disk' })};
    const fill = (size) => {
      try {
        for (let part = 0; ; part += 1) writeFileSync('disk/other' + part, Buffer.alloc(size));
      } catch {}
    };
    (async () => {
      const error = await train(settings, {
        onEpochEnd: ({ epoch }) => void (epoch === 2 && fill(1 << 16)),
      }).catch((reason) => reason);
      const { runDirectory, history } = error.details;
      const best = await loadModel(runDirectory);
      for (let part = 0; part < 200; part += 1) rmSync('disk/other' + part, { force: true });
      const { cacheDir } = settings;
      const result = await resumeTraining(runDirectory, { cacheDir });
      const figures = result.history.map(({ trainLoss, valLoss }) => [trainLoss, valLoss]);
      console.log(JSON.stringify({ code: error.code, done: history.length, best: best.classes, figures }));
    })();`;
  const folder = join(root, 'disk');
  await mkdir(folder);
  const printed = await onSmallDisk(t, folder, '8m', script);
  if (printed === undefined) return;
  t.like(printed, { code: 'ERR_NO_SPACE', best: ['BRIGHT', 'DARK'] });
  const figures = whole.history.map(({ trainLoss, valLoss }) => [trainLoss, valLoss]);
  t.deepEqual((printed as { figures: unknown }).figures, figures);
});

test('an aborted run goes on within its epoch, with the history of an uninterrupted one', async (t) => {
  const { root } = t.context;
  const whole = await train(settings(root, 'unaborted'));
  const controller = new AbortController();
  const error = await t.throwsAsync(
    train(settings(root, 'aborted'), {
      signal: controller.signal,
      onEvent: (event) => {
        if (event.kind === 'step' && event.epoch === 2) controller.abort();
      },
    }),
    { instanceOf: RoentgenError, code: 'ABORT_ERR' },
  );
  const directory = String(error.details['runDirectory']);
  const result = await resumeTraining(directory, { cacheDir: settings(root, '').cacheDir });
  const figures = ({ history }: typeof result): unknown[] =>
    history.map(({ seconds: _, imagesPerSecond: __, ...rest }) => rest);
  t.deepEqual(figures(result), figures(whole));
  t.is(result.bestEpoch, whole.bestEpoch);
  t.deepEqual(result.metrics, whole.metrics);
  t.deepEqual(result.decisionRule, whole.decisionRule);
  t.deepEqual(
    await tensorsOf(join(directory, 'last.safetensors')),
    await tensorsOf(join(whole.runDirectory, 'last.safetensors')),
  );
});

test('a resume whose architecture has changed is refused, and says where', async (t) => {
  const { root } = t.context;
  const model = join(root, 'mine.json');
  const lenet = JSON.parse(await readFile('models/lenet5.json', 'utf8')) as { layers: object[] };
  const head = lenet.layers.at(-1);
  const write = (rate: number): Promise<void> => {
    const layers = [...lenet.layers.slice(0, -1), { kind: 'dropout', rate }, head];
    return writeFile(model, JSON.stringify({ ...lenet, layers }));
  };
  await write(0.5);
  const { runDirectory } = await train({ ...settings(root, 'own'), model, epochs: 2 });
  await write(0.25);
  const place = `layers\\[${lenet.layers.length - 1}\\]\\.rate: 0\\.5, now 0\\.25`;
  await t.throwsAsync(resumeTraining(runDirectory), {
    code: 'ERR_RESUME_MISMATCH',
    message: new RegExp(place),
  });
});

test('a resume whose data have changed is refused with both hashes', async (t) => {
  const { root } = t.context;
  await writeSplits(join(root, 'changing'));
  const options = {
    ...quickSettings(root),
    ...{ experiment: 'changed', data: join(root, 'changing'), epochs: 1 },
  };
  const { runDirectory } = await train(options);
  const path = join(runDirectory, 'config.yaml');
  const config = await readFile(path, 'utf8');
  await writeFile(path, config.replace(/^dataHash: .*/m, `dataHash: ${'f'.repeat(64)}`));
  await t.throwsAsync(resumeTraining(runDirectory, { cacheDir: options.cacheDir }), {
    code: 'ERR_RESUME_MISMATCH',
    message: /its hash was ffffffffffff/,
  });
});

test('a folder that is no run is named', async (t) => {
  await t.throwsAsync(resumeTraining(t.context.root), {
    code: 'ERR_NOT_FOUND',
    message: /is no run/,
  });
});
