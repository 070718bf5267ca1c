/** Whole training epochs against Python's PyTorch, tuned by an expert and as most people write it. */
import { join } from 'node:path';
import { pythonProgram, pytorchVersion, tunedMemory } from '../../src/benchmark/index.js';
import { packageRoot } from '../../src/native/index.js';
import { inTurn, program, run, type Command } from './child.js';
import { rateRatio, type Finding, type Series } from './finding.js';
import { radiographs } from './images.js';
import type { Context, Effort, Part } from './part.js';
import type { Cost } from './programs/measure.js';
import { median } from './statistics.js';

interface Epoch extends Cost {
  images: number;
}

interface Subject {
  model: string;
  channels: number;
  /** Images in an epoch: enough for some seconds. */
  images: Record<Effort, number>;
}

const subjects: readonly Subject[] = [
  { model: 'lmap3', channels: 1, images: { full: 640, quick: 128 } },
  { model: 'resnet18', channels: 3, images: { full: 128, quick: 64 } },
];

/** Processes per side, and epochs in each; the first is a warm-up. The ordinary side is several times slower. */
const efforts = {
  full: { rounds: 3, epochs: 6, ordinaryEpochs: 3 },
  quick: { rounds: 1, epochs: 3, ordinaryEpochs: 2 },
};

const batch = 32;
const environment = { OMP_NUM_THREADS: '2' };

/** A page fault in a step's 100 MB tensors comes with thousands of others. */
const fewFaults = 100;

export const training: Part = {
  name: 'training',
  method:
    `Images per second of training at 224², batch ${batch}, Adam, 2 threads. Ours: whole epochs over a packed dataset ` +
    'with shuffling, normalization, loss and accuracy, in the precision `auto`. PyTorch tuned: channels-last, bf16 ' +
    'autocast, fused Adam, glibc kept from returning memory, one batch of noise that stays in memory, so no data ' +
    'loading at all. PyTorch as people write it: fp32, NCHW, ImageFolder, torchvision transforms, DataLoader with ' +
    '2 workers, Adam as it comes; the files are 224² JPEGs already, so decoding costs it little. A measurement is ' +
    'one epoch; the first of each process is a warm-up and told apart.',
  async measure(context) {
    await pytorchVersion();
    const findings: Finding[] = [];
    for (const subject of subjects) findings.push(...(await compare(subject, context)));
    return findings;
  },
};

async function compare(subject: Subject, { effort, folder, say }: Context): Promise<Finding[]> {
  const { model, channels } = subject;
  const { rounds, epochs, ordinaryEpochs } = efforts[effort];
  const images = subject.images[effort];
  say(`training ${model}: ${rounds} × 3 processes, epochs of ${images} images`);
  const data = await radiographs(join(folder, model), images);
  const pytorch = (mode: string, count: number): Command => ({
    file: pythonProgram(),
    args: [
      '-B',
      join(packageRoot, 'scripts', 'bench', 'pytorch.py'),
      ...[model, mode, '--data', data, '--images', images, '--epochs', count].map(String),
    ],
    environment,
  });
  const [our = [], tuned = [], ordinary = []] = await inTurn(rounds, [
    () => {
      const given = [model, data, join(folder, 'cache'), channels, epochs].map(String);
      return run<Epoch>({ ...program('train', ...given), environment });
    },
    () =>
      run<Epoch>({ ...pytorch('tuned', epochs), environment: { ...environment, ...tunedMemory } }),
    () => run<Epoch>(pytorch('ordinary', ordinaryEpochs)),
  ]);
  const ours = rates('ours', steady(our));
  return [
    rateRatio(`${model} against PyTorch tuned`, ours, rates('tuned', steady(tuned)), {
      atLeast: 0.95,
    }),
    rateRatio(
      `${model} against PyTorch as people write it`,
      ours,
      rates('as written', steady(ordinary)),
      { atLeast: 2 },
    ),
    cpuTime(model, steady(our), steady(tuned)),
    warmUp(model, our, tuned),
    faults(model, steady(tuned)),
  ];
}

/** All epochs but each process's first. */
function steady(processes: readonly Epoch[][]): Epoch[] {
  return processes.flatMap((epochs) => epochs.slice(1));
}

function series(
  label: string,
  unit: string,
  epochs: readonly Epoch[],
  value: (epoch: Epoch) => number,
): Series {
  return { label, unit, values: epochs.map(value) };
}

function rates(label: string, epochs: readonly Epoch[]): Series {
  return series(label, 'img/s', epochs, ({ images, seconds }) => images / seconds);
}

/** Other work on the machine disturbs CPU time less than it does speed. */
function cpuTime(model: string, ours: readonly Epoch[], tuned: readonly Epoch[]): Finding {
  const spent = (label: string, epochs: readonly Epoch[]): Series =>
    series(label, 'ms/img', epochs, ({ images, cpuSeconds }) => (1000 * cpuSeconds) / images);
  const [our, other] = [spent('ours', ours), spent('tuned', tuned)];
  const value = median(other.values) / median(our.values);
  return {
    what: `${model}, CPU time of PyTorch tuned over ours`,
    value,
    unit: '×',
    series: [our, other],
  };
}

function warmUp(model: string, ours: readonly Epoch[][], tuned: readonly Epoch[][]): Finding {
  const first = (label: string, processes: readonly Epoch[][]): Series =>
    series(
      label,
      's',
      processes.flatMap((epochs) => epochs.slice(0, 1)),
      ({ seconds }) => seconds,
    );
  const our = first('ours', ours);
  return {
    what: `${model}, first epoch`,
    value: median(our.values),
    unit: 's',
    series: [our, first('tuned', tuned)],
  };
}

/** Shows that the tuned side is tuned. */
function faults(model: string, tuned: readonly Epoch[]): Finding {
  const perStep = series(
    'tuned',
    'faults/step',
    tuned,
    ({ images, minorFaults }) => (minorFaults * batch) / images,
  );
  return {
    what: `${model}, page faults of PyTorch tuned`,
    value: median(perStep.values),
    unit: 'faults/step',
    bar: { atMost: fewFaults },
    series: [perStep],
  };
}
