/** What a predictor is asked for and what it tells of its work. */
import { z } from 'zod';

export const predictorSettingsSchema = z.strictObject({
  precision: z
    .enum(['fp32', 'bf16', 'auto'])
    .default('fp32')
    .describe(
      'Arithmetic; auto takes bf16 where the CPU has it and no probability can move by more than 0.01',
    ),
  device: z
    .enum(['cpu', 'cuda', 'auto'])
    .default('cpu')
    .describe('Where to compute; auto takes a CUDA device where there is one'),
  workers: z.int().min(1).max(256).optional().describe('Batches computed at the same time [cores]'),
  threads: z
    .int()
    .min(1)
    .max(256)
    .optional()
    .describe(
      'Threads of one batch [cores where nothing else waits or is at work, else cores / workers]',
    ),
  maxBatch: z.int().min(1).max(1024).default(16).describe('Most images of one forward pass'),
  maxWaitMs: z
    .number()
    .min(0)
    .max(10_000)
    .default(0)
    .describe('How long an image waits for others while a worker is idle'),
  capacity: z
    .int()
    .min(1)
    .default(256)
    .describe('Most images that are accepted and not yet answered; more are refused'),
});

/** See `predictorSettingsSchema` for ranges and defaults. */
export type PredictorSettings = z.input<typeof predictorSettingsSchema>;

/** Since the predictor was made. Durations are sums in milliseconds. */
export interface PredictorStatistics {
  /** What `auto` came to; fp32 until it was tried. */
  precision: 'fp32' | 'bf16';
  /** Largest change of a probability that bf16 can make, by the images tried at load; null where it was not tried. */
  probabilityShift: number | null;
  device: 'cpu' | 'cuda';
  workers: number;
  /** Images answered, refused because too many waited, given up by their callers, and failed. */
  answered: number;
  refused: number;
  aborted: number;
  failed: number;
  /** Forward passes. */
  batches: number;
  /** Images accepted and not yet answered, and of these the ones that wait for a worker. */
  pending: number;
  waiting: number;
  /** From when an image's pixels are there to its forward pass, and the pass itself (of each image, its whole batch). */
  queueMs: number;
  computeMs: number;
}
