/** Whole training epochs against Python's PyTorch, tuned by an expert and as most people write it. */
import { join } from 'node:path';
import { packageRoot } from '../../src/native/index.js';
import { inTurn, program, run, type Command } from './child.js';
import { rateRatio, type Finding, type Series } from './finding.js';
import { radiographs } from './images.js';
import type { Context, Part } from './part.js';
import type { Cost } from './programs/measure.js';
import { python, pytorchVersion } from './python.js';
import { median } from './statistics.js';

/** One epoch. */
interface Window extends Cost {
  images: number;
}

interface Subject {
  model: string;
  channels: number;
  /** Images in an epoch: enough for steady seconds. */
  images: number;
  quickImages: number;
}

const subjects: readonly Subject[] = [
  { model: 'lmap3', channels: 1, images: 640, quickImages: 128 },
  { model: 'resnet18', channels: 3, images: 128, quickImages: 64 },
];

/** Processes per side, and epochs in each; the first is a warm-up. The ordinary side is several times slower. */
const efforts = {
  full: { rounds: 3, windows: 6, ordinaryWindows: 3 },
  quick: { rounds: 1, windows: 3, ordinaryWindows: 2 },
};

const threads = '2';
const batch = 32;

/** Of the settings of glibc that end PyTorch's page faults, these gave it the highest speed. */
const tunedMemory = {
  MALLOC_MMAP_MAX_: '0',
  MALLOC_TRIM_THRESHOLD_: '100000000000',
  GLIBC_TUNABLES: 'glibc.malloc.hugetlb=1',
};

/** A page fault in a step's 100 MB tensors comes with thousands of others. */
const fewFaults = 100;

export const training: Part = {
  name: 'training',
  method:
    `Images per second of training at 224², batch ${batch}, Adam, ${threads} threads. Ours: whole epochs over a packed dataset ` +
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

async function compare(subject: Subject, { quick, folder, say }: Context): Promise<Finding[]> {
  const { model, channels } = subject;
  const { rounds, windows, ordinaryWindows } = quick ? efforts.quick : efforts.full;
  const images = quick ? subject.quickImages : subject.images;
  say(`training ${model}: ${rounds} × 3 processes, epochs of ${images} images`);
  const data = await radiographs(join(folder, model), images);
  const pytorch = (mode: string, count: number, environment = {}): Command => ({
    file: python,
    args: [
      join(packageRoot, 'scripts', 'bench', 'pytorch.py'),
      ...[model, mode, '--data', data, '--images', images, '--windows', count].map(String),
    ],
    environment: { ...environment, OMP_NUM_THREADS: threads },
  });
  const ours = program('train', model, data, join(folder, 'cache'), `${channels}`, `${windows}`);
  const [our = [], tuned = [], ordinary = []] = await inTurn(rounds, [
    () => run<Window>({ ...ours, environment: { OMP_NUM_THREADS: threads } }),
    () => run<Window>(pytorch('tuned', windows, tunedMemory)),
    () => run<Window>(pytorch('ordinary', ordinaryWindows)),
  ]);
  const sides = { our: steady(our), tuned: steady(tuned), ordinary: steady(ordinary) };
  return [
    rateRatio(
      `${model} against PyTorch tuned`,
      rates('ours', sides.our),
      rates('tuned', sides.tuned),
      { atLeast: 0.95 },
    ),
    rateRatio(
      `${model} against PyTorch as people write it`,
      rates('ours', sides.our),
      rates('as written', sides.ordinary),
      { atLeast: 2 },
    ),
    cpuTime(model, sides.our, sides.tuned),
    warmUp(model, our, tuned),
    faults(model, sides.tuned),
  ];
}

/** All epochs but each process's first. */
function steady(processes: readonly Window[][]): Window[] {
  return processes.flatMap((windows) => windows.slice(1));
}

function series(
  label: string,
  unit: string,
  windows: readonly Window[],
  value: (window: Window) => number,
): Series {
  return { label, unit, values: windows.map(value) };
}

function rates(label: string, windows: readonly Window[]): Series {
  return series(label, 'img/s', windows, ({ images, seconds }) => images / seconds);
}

/** Other work on the machine disturbs CPU time less than it does speed. */
function cpuTime(model: string, ours: readonly Window[], tuned: readonly Window[]): Finding {
  const spent = (label: string, windows: readonly Window[]): Series =>
    series(label, 'ms/img', windows, ({ images, cpuSeconds }) => (1000 * cpuSeconds) / images);
  const [our, other] = [spent('ours', ours), spent('tuned', tuned)];
  const value = median(other.values) / median(our.values);
  return {
    what: `${model}, CPU time of PyTorch tuned over ours`,
    value,
    unit: '×',
    series: [our, other],
  };
}

function warmUp(model: string, ours: readonly Window[][], tuned: readonly Window[][]): Finding {
  const first = (label: string, processes: readonly Window[][]): Series =>
    series(
      label,
      's',
      processes.flatMap((windows) => windows.slice(0, 1)),
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
function faults(model: string, tuned: readonly Window[]): Finding {
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
