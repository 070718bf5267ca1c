/** What a line of `mlflow.jsonl` may say. */
import { z } from 'zod';

/** A number as MLflow's JSON has it. */
const figure = z.union([z.number(), z.enum(['NaN', 'Infinity', '-Infinity'])]);

const entrySchemas = [
  z.object({ kind: z.literal('param'), key: z.string(), value: z.string() }),
  z.object({
    kind: z.literal('metric'),
    key: z.string(),
    value: figure,
    /** Milliseconds since 1970. */
    timestamp: z.number(),
    step: z.number(),
  }),
  /** `path` is relative to the run directory. */
  z.object({ kind: z.literal('artifact'), path: z.string() }),
  z.object({
    kind: z.literal('status'),
    status: z.enum(['RUNNING', 'FINISHED', 'FAILED', 'KILLED']),
    endTime: z.number().optional(),
  }),
] as const;

/** The first line: what the MLflow run is made from. */
const beginningSchema = z.object({
  kind: z.literal('beginning'),
  uri: z.string(),
  experiment: z.string(),
  runName: z.string(),
  startTime: z.number(),
  /** Unique; by this tag a run is found again whose creation was never answered. */
  key: z.string(),
});

/** The MLflow run, once the server has made it. */
const runSchema = z.object({ kind: z.literal('run'), runId: z.string(), artifactUri: z.string() });

/** Of the entries the first `count`, which end at byte `position`, need not be sent again. */
const deliveredSchema = z.object({
  kind: z.literal('delivered'),
  count: z.number(),
  position: z.number(),
});

export const lineSchema = z.discriminatedUnion('kind', [
  ...entrySchemas,
  beginningSchema,
  runSchema,
  deliveredSchema,
]);

/** What the server is told: one figure, setting, file or change of the run's status. */
export type Entry = z.output<(typeof entrySchemas)[number]>;
export type Beginning = z.output<typeof beginningSchema>;
export type MlflowRunReference = Omit<z.output<typeof runSchema>, 'kind'>;
export type Line = z.output<typeof lineSchema>;

export function isEntry(line: Line): line is Entry {
  return line.kind !== 'beginning' && line.kind !== 'run' && line.kind !== 'delivered';
}
