/** Training on a GPU: beside PyTorch with images that stay there, and the whole of `roentgen train`. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { pythonProgram, pytorchVersion } from '../../src/benchmark/index.js';
import { writePhantomDataset } from '../../src/data/index.js';
import { loadModelSpec } from '../../src/models/index.js';
import { packageRoot } from '../../src/native/index.js';
import { readRun } from '../../src/training/index.js';
import { inTurn, program, run, runForOne, type Command } from './child.js';
import { rateRatio, type Bar, type Finding, type Series } from './finding.js';
import type { Context, Effort, Part } from './part.js';
import { median } from './statistics.js';

interface Subject {
  model: string;
  batch: number;
  /** Against eager PyTorch. */
  eager: Bar;
  /** Images per second. */
  rate?: Bar;
}

interface Plan {
  subjects: readonly Subject[];
  rounds: number;
  /** Between which the device is waited for. */
  steps: number;
  epochs: number;
  /** Of `roentgen train`. */
  images: number;
}

const subjects: readonly Subject[] = [
  { model: 'resnet18', batch: 32, eager: { atLeast: 1.5 } },
  { model: 'resnet18', batch: 256, eager: { atLeast: 1.15 }, rate: { atLeast: 22_000 } },
  { model: 'resnet50', batch: 32, eager: { atLeast: 1.5 } },
  { model: 'resnet50', batch: 256, eager: { atLeast: 1.15 }, rate: { atLeast: 6500 } },
];

const plans: Record<Effort, Plan> = {
  full: { subjects, rounds: 3, steps: 50, epochs: 5, images: 5216 },
  quick: {
    subjects: [{ model: 'resnet18', batch: 8, eager: { atLeast: 1.5 } }],
    rounds: 1,
    steps: 4,
    epochs: 2,
    images: 64,
  },
};

/** What `roentgen train` trains. */
const wholeModel = 'resnet18';
const wholeBatch = 256;

export const device: Part = {
  name: 'device',
  method:
    'Images per second of training at 224² in bf16 on one device, with Adam and one batch, or dataset, of noise that ' +
    'stays there. PyTorch: channels-last, bf16 autocast, fused Adam, cuDNN search, eager and with torch.compile ' +
    '(max-autotune). The device is waited for every 50 steps; the first of these are warm-up. End to end: ' +
    '`roentgen train` of resnet18 in batches of 256 on drawn radiographs that are packed already, five epochs with ' +
    'validation, from process start.',
  async measure(context) {
    await pytorchVersion();
    const plan = plans[context.effort];
    const findings: Finding[] = [];
    for (const subject of plan.subjects) findings.push(...(await compare(subject, plan, context)));
    const alike = findings.find(({ what }) =>
      what.startsWith(`${wholeModel}, batch ${wholeBatch},`),
    );
    return [...findings, ...(await endToEnd(plan, context, alike?.series[0]))];
  },
};

async function compare(subject: Subject, plan: Plan, { device, say }: Context): Promise<Finding[]> {
  const { model, batch, eager, rate } = subject;
  const { rounds, steps, epochs } = plan;
  say(`device ${device}: ${model}, batch ${batch}`);
  const theirs = async (compile: boolean): Promise<number[]> => {
    const { stepMs } = await runForOne<{ stepMs: number[] }>(
      pytorch(subject, { device, window: steps, warmUp: 1, seconds: 5, compile }),
    );
    return stepMs.map((ms) => (1000 * batch) / ms);
  };
  const ours = async (): Promise<number[]> => {
    const given = [model, device, batch, steps, epochs].map(String);
    const lines = await run<{ imagesPerSecond: number }>(program('steps', ...given));
    return lines.map(({ imagesPerSecond }) => imagesPerSecond);
  };
  const measured = await inTurn(rounds, [ours, () => theirs(false), () => theirs(true)]);
  const [our, plain, compiled] = ['ours', 'eager', 'torch.compile'].map((label, at): Series => ({
    label,
    unit: 'img/s',
    values: measured[at]?.flat() ?? [],
  })) as [Series, Series, Series];
  const what = `${model}, batch ${batch}`;
  return [
    rateRatio(`${what}, against eager PyTorch`, our, plain, eager),
    rateRatio(`${what}, against torch.compile`, our, compiled, { atLeast: 1 }),
    ...(rate ? [{ what, value: median(our.values), unit: 'img/s', bar: rate, series: [our] }] : []),
  ];
}

interface PytorchPlan {
  device: string;
  window: number;
  warmUp: number;
  seconds: number;
  compile: boolean;
}

function pytorch({ model, batch }: Subject, plan: PytorchPlan): Command {
  const shape = { channels: 3, height: 224, width: 224, outputs: 2 };
  const all = {
    ...plan,
    ...{ spec: loadModelSpec(model), shape, mode: 'train', precision: 'bf16', batchSize: batch },
    ...{ threads: 2, startedAt: Date.now() },
  };
  const path = join(packageRoot, 'scripts', 'benchmark', 'pytorch.py');
  return { file: pythonProgram(), args: ['-B', path, JSON.stringify(all)] };
}

/** The report S4 needed 129 s for such an epoch. */
const epochBar = { atMost: 0.4 };
const processBar = { atMost: 15 };

async function endToEnd(
  { images, epochs }: Plan,
  { device, folder, say }: Context,
  synthetic: Series | undefined,
): Promise<Finding[]> {
  say(`device ${device}: roentgen train on ${images} images`);
  const data = await writePhantomDataset(join(folder, 'phantoms'), {
    imagesPerClass: images / 2,
    size: 224,
    kinds: ['normal', 'bacterial'],
    shares: { train: 1, val: 0, test: 0 },
  });
  const output = join(folder, 'runs');
  const train = (name: string, count: number): Promise<unknown> =>
    promisify(execFile)(
      process.execPath,
      [
        ...[join(packageRoot, 'scripts', 'roentgen.mjs'), 'train', data.images],
        ...['--model', wholeModel, '--batch-size', String(wholeBatch), '--epochs', String(count)],
        ...['--precision', 'bf16', '--device', device, '--output', output, '--experiment', name],
      ],
      { env: { ...process.env, ROENTGEN_CACHE: join(folder, 'cache') } },
    );
  await train('packs', 1);
  const started = performance.now();
  await train('timed', epochs);
  const seconds = (performance.now() - started) / 1000;
  const { history } = await readRun(join(output, 'timed'));
  // The first finds algorithms and records.
  const steady = history.slice(1);
  const rates: Series = {
    label: 'end to end',
    unit: 'img/s',
    values: steady.map(({ imagesPerSecond }) => imagesPerSecond),
  };
  const perEpoch: Series = {
    label: 'epochs',
    unit: 's',
    values: steady.map((epoch) => epoch.seconds),
  };
  const single = (what: string, value: number, bar: Bar, series: Series[]): Finding => ({
    ...{ what, value, unit: 's', bar, series },
  });
  return [
    ...(synthetic
      ? [rateRatio('end to end against noise', rates, synthetic, { atLeast: 0.97 })]
      : []),
    single(`an epoch of ${images} images`, median(perEpoch.values), epochBar, [perEpoch]),
    single(`process start to the end of ${epochs} epochs`, seconds, processBar, []),
  ];
}
