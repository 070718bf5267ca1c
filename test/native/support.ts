/** Small networks and images for tests of the addon, and child processes that show how it ends. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import {
  Dataset,
  Network,
  Trainer,
  type EpochOptions,
  type EvaluationOptions,
  type TrainerConfig,
} from '../../src/native/index.js';

/** A network that an epoch of 64 images takes some milliseconds. */
export const spec = {
  convention: 'keras',
  layers: [
    { kind: 'conv2d', name: 'conv', out: 8, kernel: 3, activation: 'relu' },
    { kind: 'maxPool2d', kernel: 2 },
    { kind: 'flatten' },
    { kind: 'linear', name: 'head', out: 'classes' },
  ],
};
export const side = 32;

export function smallNetwork(seed = 1): Network {
  return Network.build(spec, { outputs: 2, channels: 1, height: side, width: side }, seed);
}

/** Bright images are of class 1. */
export function brightness(count: number): Dataset {
  const area = side * side;
  const images = new Uint8Array(count * area);
  for (let i = 0; i < images.length; i += 1) {
    images[i] = (Math.floor(i / area) % 2) * 128 + ((i * 37) % 97);
  }
  return Dataset.fromImages(images, [count, 1, side, side]);
}

export const normalization = { mean: [0.5], std: [0.25] };

export const config: TrainerConfig = {
  loss: { kind: 'crossEntropy' },
  optimizer: { algorithm: 'adam' },
  precision: 'fp32',
  device: 'cpu',
  normalization,
  seed: 1,
};

function selection(count: number): { indices: Int32Array; labels: Int32Array } {
  const indices = Int32Array.from({ length: count }, (_, i) => i);
  return { indices, labels: indices.map((i) => i % 2) };
}

export function epochOptions(count: number, epoch = 0): EpochOptions {
  return { ...selection(count), epoch, batchSize: 8, learningRate: 1e-3 };
}

export function evaluationOptions(count: number): EvaluationOptions {
  return {
    ...selection(count),
    batchSize: 16,
    loss: 'crossEntropy',
    precision: 'fp32',
    normalization,
  };
}

/** A training run that goes on until something stops it. */
export function endlessTraining(): { dataset: Dataset; network: Network; trainer: Trainer } {
  const network = smallNetwork();
  return { dataset: brightness(4096), network, trainer: new Trainer(network, config) };
}

export interface Ending {
  code: number | null;
  signal: NodeJS.Signals | null;
  output: string;
}

/** Runs test/native/children/<name>.ts in a process of its own. */
export async function runChild(name: string, ...args: string[]): Promise<Ending> {
  const script = join(__dirname, 'children', `${name}.js`);
  const child = spawn(process.execPath, ['--expose-gc', script, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 120_000,
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => {
      resolve({ code, signal, output });
    });
  });
}
