/** `roentgen benchmark`: how fast architectures are on this machine, or how well they learn the same images. */
import { z } from 'zod';
import {
  accuracyMarkdown,
  accuracySchema,
  benchmark,
  benchmarkAccuracy,
  commonSchema,
  sideNames,
  speedSchema,
  type AccuracyEvent,
  type BenchmarkEvent,
} from '../benchmark/index.js';
import { benchmarkTable } from './benchmarkTable.js';
import { UsageError } from './failure.js';
import { flagName } from './flags.js';
import { progressLine } from './progressLine.js';
import type { Session } from './session.js';
import { readingFlags } from './sharedFlags.js';
import { styleFor } from './style.js';
import type { Terminal } from './terminal.js';
import { plural } from './text.js';
import { createTrainingReporter } from './trainingProgress.js';
import type { Arguments, Outcome, Verb } from './verb.js';

const { data, epochs } = accuracySchema.shape;
const accuracyFlags = z.strictObject({
  accuracy: data.optional(),
  epochs,
  cacheDir: readingFlags.shape.cacheDir,
});

export const benchmarkVerb: Verb = {
  description:
    'Measures every model on every device, in every precision, with every batch size: images per ' +
    'second, step time, memory, time to the first result. Each round is a process of its own, all in ' +
    "turn; a side that fails is a line with its error. Writes a CSV file with timm's column names, JSON " +
    'and a chart. To compare, ROENTGEN_PYTHON names a Python with torch and torchvision, and ' +
    'ROENTGEN_ONNXRUNTIME the folder into which npm installed onnxruntime-node. With --accuracy the ' +
    'models are trained instead.',
  positionals: {},
  flags: { Benchmark: commonSchema, Speed: speedSchema, Accuracy: accuracyFlags },
  examples: [
    {
      command: 'benchmark --models lmap3,resnet18 --precisions fp32,bf16',
      explanation: 'inference and training on this machine',
    },
    {
      command: 'benchmark --compare pytorch,onnxruntime',
      explanation: 'beside others, in the same session',
    },
    {
      command: 'benchmark --accuracy chest_xray --models lmap3,resnet18 --epochs 5',
      explanation: 'accuracy and seconds per epoch by model',
    },
  ],
  async run(args, session) {
    const { accuracy, ...training } = args.flags(accuracyFlags);
    refuse(args, accuracy === undefined ? accuracyFlags : speedSchema, accuracy === undefined);
    return accuracy === undefined
      ? await measureSpeed(args, session)
      : await measureAccuracy(accuracy, { ...args.flags(commonSchema), ...training }, session);
  },
};

/** Flags that would do nothing are a mistake that is better told. */
function refuse(args: Arguments, schema: z.ZodObject, speed: boolean): void {
  const [key] = args.given(schema).keys();
  if (key === undefined) return;
  const where = speed ? 'only with --accuracy' : 'not with --accuracy';
  throw new UsageError(`--${flagName(key)} goes ${where}`, 'roentgen benchmark');
}

async function measureSpeed(args: Arguments, session: Session): Promise<Outcome> {
  const result = await benchmark(
    { ...args.flags(commonSchema), ...args.flags(speedSchema) },
    {
      signal: session.catchInterrupt('Stopping …'),
      onEvent: createSpeedReporter(session.terminal),
    },
  );
  const { settings, rows, notes, output, files } = result;
  const width = process.stdout.columns || Infinity;
  const table = benchmarkTable(rows, settings.rounds, width, styleFor(process.stdout));
  const lines = [...table, ...notes];
  return {
    text: `${lines.join('\n')}\n\n${places(output, files)}`,
    json: result,
    failed: rows.some(({ side, error }) => side === 'roentgen' && error !== null),
  };
}

/** One live line; where none can be drawn, one for each round. */
function createSpeedReporter(terminal: Terminal): (event: BenchmarkEvent) => void {
  let told = 0;
  return ({ round, rounds, done, processes, side, ...event }) => {
    if (!terminal.interactive && round > told) terminal.print(`round ${round} of ${rounds}`);
    told = round;
    const { model, mode, device, precision, batchSize } = event;
    const what = `${model} ${mode} ${device} ${precision} ${batchSize}, ${sideNames[side]}`;
    terminal.live((width) =>
      progressLine(
        [
          { text: `round ${round} of ${rounds}`, rank: 1 },
          { text: what, rank: 0 },
        ],
        done / processes,
        width,
        terminal.style,
      ),
    );
  };
}

async function measureAccuracy(
  images: string,
  options: Omit<Parameters<typeof benchmarkAccuracy>[0], 'data'>,
  session: Session,
): Promise<Outcome> {
  const result = await benchmarkAccuracy(
    { ...options, data: images },
    {
      signal: session.catchInterrupt('Stopping …'),
      onEvent: createAccuracyReporter(session.terminal),
    },
  );
  const { rows, output, files, problems } = result;
  const failures = rows.flatMap(({ model, error }) =>
    error === null ? [] : [`${model}: ${error.message} [${error.code}]`],
  );
  const trained = rows.some(({ runDirectory }) => runDirectory !== null);
  const [judged] = rows.flatMap(({ validation }) => validation ?? []);
  const about =
    judged === undefined
      ? []
      : [
          `Of ${plural(judged, 'validation image')}, which also chose the epochs: the figures lean to the good side.`,
        ];
  const lines = [...failures, ...about, ...(failures.length + about.length > 0 ? [''] : [])];
  return {
    text: `${accuracyMarkdown(rows)}\n${lines.map((line) => `${line}\n`).join('')}${places(output, trained ? [...files, 'runs'] : files)}`,
    json: result,
    problems,
    failed: failures.length > 0,
  };
}

function createAccuracyReporter(terminal: Terminal): (event: AccuracyEvent) => void {
  let report = createTrainingReporter(terminal);
  return (event) => {
    if (event.kind === 'model') {
      report = createTrainingReporter(terminal);
      terminal.print(terminal.style.dim(`— ${event.model}, ${event.index + 1} of ${event.models}`));
    } else if (event.kind === 'training') report(event.event);
    else terminal.print(terminal.style.red(`${event.model} failed: ${event.error.message}`));
  };
}

function places(output: string, files: readonly string[]): string {
  return files.map((file) => `  ${output}/${file}\n`).join('');
}
