/** What is measured: every architecture on every device in every precision with every batch size, in every mode. */
import { z } from 'zod';

export const modes = ['infer', 'train'] as const;
export type Mode = (typeof modes)[number];

export const rivals = ['pytorch', 'onnxruntime'] as const;
export type Rival = (typeof rivals)[number];

/** What speed and accuracy have in common. */
export const commonSchema = z.strictObject({
  models: z
    .array(z.string().min(1))
    .min(1)
    .default(['resnet18'])
    .describe('Architectures: names that `roentgen models` lists, or paths of JSON files'),
  imgSize: z
    .number()
    .int()
    .min(1)
    .max(8192)
    .optional()
    .describe("Input height and width in pixels [each architecture's own]"),
  output: z
    .string()
    .min(1)
    .default('benchmark')
    .describe('New folder for tables, chart and runs; -1, -2 … is added where it exists'),
});

export const speedSchema = z.strictObject({
  devices: z
    .array(z.enum(['auto', 'cpu', 'cuda']))
    .min(1)
    .default(['auto'])
    .describe('cpu, cuda; auto is cuda where there is such a device'),
  precisions: z
    .array(z.enum(['fp32', 'bf16', 'auto']))
    .min(1)
    .default(['fp32'])
    .describe('fp32, bf16; auto is bf16 where the hardware has it'),
  batchSizes: z
    .array(z.number().int().min(1).max(65_536))
    .min(1)
    .default([32])
    .describe('Images in a step'),
  modes: z
    .array(z.enum(modes))
    .min(1)
    .default([...modes])
    .describe('infer: the pass that predictions take; train: a whole training step'),
  rounds: z
    .number()
    .int()
    .min(1)
    .max(1000)
    .default(5)
    .describe('Processes of each side, in turn with those of the others'),
  warmUp: z
    .number()
    .int()
    .min(0)
    .max(10_000)
    .default(3)
    .describe('Steps of a process after its first, before the clock runs'),
  seconds: z
    .number()
    .positive()
    .max(3600)
    .default(2)
    .describe('That steps of a process are timed for; five steps at least'),
  compare: z
    .array(z.enum(rivals))
    .optional()
    .describe('Measure others on the same networks in turn with ours: pytorch, onnxruntime'),
});

export const benchmarkSchema = commonSchema.extend(speedSchema.shape);

/** What is measured, how often and how long; each has a default. */
export type BenchmarkOptions = z.input<typeof benchmarkSchema>;
export type BenchmarkSettings = z.output<typeof benchmarkSchema>;
