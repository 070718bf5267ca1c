/** The settings of the optimizer: how gradients become updates. */
import { z } from 'zod';
import type { OptimizerOptions } from '../native/index.js';

export const optimizationOptions = {
  opt: z.enum(['adam', 'adamw', 'sgd', 'rmsprop', 'lion']).default('adam').describe('Optimizer'),
  lr: z.number().positive().default(1e-3).describe('Learning rate'),
  weightDecay: z
    .number()
    .min(0)
    .default(0)
    .describe('L2 penalty (adam, sgd, rmsprop) or decoupled decay (adamw, lion) of weights'),
  decayAll: z
    .boolean()
    .default(false)
    .describe('Let biases and the parameters of norms decay too, as plain PyTorch does'),
  layerDecay: z
    .number()
    .positive()
    .max(1)
    .default(1)
    .describe('Factor of the learning rate from one layer, or stage, to the one before'),
  momentum: z.number().min(0).lt(1).default(0.9).describe('Momentum of sgd and rmsprop'),
  nesterov: z.boolean().default(false).describe("Nesterov's momentum for sgd"),
  clipGrad: z
    .number()
    .min(0)
    .default(0)
    .describe('Largest norm of all gradients together; 0 clips nothing'),
  gradAccumSteps: z
    .number()
    .int()
    .min(1)
    .max(1024)
    .default(1)
    .describe('Batches whose gradients make one update'),
  emaDecay: z
    .number()
    .min(0)
    .lt(1)
    .default(0)
    .describe('Validate and keep a moving average of the weights with this decay; 0 is none'),
};

export type OptimizationSettings = z.output<z.ZodObject<typeof optimizationOptions>>;

/** `head`: names of the layers that train at the full rate, whatever `backboneRate` says. */
export function toOptimizer(
  settings: OptimizationSettings & { backboneRate: number },
  head: readonly string[],
): Partial<OptimizerOptions> & Pick<OptimizerOptions, 'algorithm'> {
  const { opt, weightDecay, decayAll, layerDecay, momentum, nesterov, clipGrad } = settings;
  return {
    algorithm: opt,
    ...{ weightDecay, decayAll, layerDecay, momentum, nesterov },
    clipNorm: clipGrad,
    head,
    backboneRate: settings.backboneRate,
  };
}
