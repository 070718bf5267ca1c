/** Measurements made up for the tests of what is concluded from them. */
import type { Case, Measured } from '../../src/benchmark/plan.js';
import { loadModelSpec } from '../../src/models/index.js';

export function measured(stepMs: number[], more: Partial<Measured> = {}): Measured {
  return {
    parameters: 100,
    macs: 2_000_000,
    firstResultSeconds: 1,
    peakMegabytes: 300,
    stepMs,
    ...more,
  };
}

export function made(more: Partial<Case> = {}): Case {
  return {
    model: 'resnet18',
    spec: loadModelSpec('resnet18'),
    shape: { outputs: 2, channels: 3, height: 192, width: 224 },
    loss: 'crossEntropy',
    mode: 'infer',
    device: 'cpu',
    precision: 'fp32',
    batchSize: 8,
    ...more,
  };
}
