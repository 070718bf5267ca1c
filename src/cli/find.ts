/** `roentgen find`: settings that can be measured before a run. */
import { z } from 'zod';
import { writeFileAtomic } from '../native/index.js';
import {
  findBatchSize,
  findLearningRate,
  trainOptionsSchema,
  type BatchFinding,
  type RateFinding,
} from '../training/index.js';
import { createPackingReporter } from './packingProgress.js';
import type { Session } from './session.js';
import { readingFlags } from './sharedFlags.js';
import { alignColumns } from './text.js';
import type { Arguments, Verb } from './verb.js';

const threads = z
  .number()
  .int()
  .min(1)
  .max(1024)
  .optional()
  .describe('Threads to compute with [cores]');

const rateFlags = z.strictObject({
  output: z.string().default('learning_rate.svg').describe('SVG file of the curve'),
  from: z.number().positive().default(1e-7).describe('First learning rate'),
  to: z.number().positive().default(10).describe('Last learning rate'),
  steps: z.number().int().min(20).default(100).describe('Updates'),
  threads,
});

const batchFlags = z.strictObject({
  most: z.number().int().min(8).default(1024).describe('Largest batch to try'),
  threads,
});

const positionals = {
  data: 'Folder root/CLASS/* or root/{train,val,test}/CLASS/*, a CSV manifest, or a packed file',
};

/** What both have from the command line beside their own flags. */
function common(args: Arguments, session: Session) {
  const { keepGoing, ...reading } = args.flags(readingFlags);
  const signal = session.catchInterrupt('Stopping …');
  const report = createPackingReporter(session.terminal);
  return {
    options: {
      ...args.flags(trainOptionsSchema),
      ...reading,
      keepGoing,
      data: args.positional('data'),
    },
    hooks: {
      signal,
      onEvent: (event: { kind: string }) => {
        if (isPacking(event)) report(event);
      },
    },
  };
}

type PackingProgress = Parameters<ReturnType<typeof createPackingReporter>>[0];

function isPacking(event: { kind: string }): event is PackingProgress & { kind: 'packing' } {
  return event.kind === 'packing';
}

export const findLearningRateVerb: Verb = {
  description:
    'Lets the learning rate rise from step to step until the loss grows out of bounds, draws the curve, and ' +
    'suggests a rate. The network it trains is thrown away.',
  positionals,
  flags: { Test: rateFlags, Reading: readingFlags, Settings: trainOptionsSchema },
  examples: [
    {
      command: 'find learning-rate chest_xray --model resnet18',
      explanation: '100 updates, from 1e-7 to 10',
    },
  ],
  async run(args, session) {
    const { output, ...test } = args.flags(rateFlags);
    const { options, hooks } = common(args, session);
    const finding = await findLearningRate({ ...options, ...test }, hooks);
    await writeFileAtomic(output, finding.svg);
    const { svg: _, ...figures } = finding;
    return { text: describeRate(finding, output), json: { ...figures, output } };
  },
};

function describeRate(finding: RateFinding, output: string): string {
  const rate = (value: number | null): string => (value === null ? '–' : value.toExponential(2));
  const rows = [
    ['suggestion', rate(finding.suggestion), 'in the longest descent of the loss'],
    ['steepest', rate(finding.steepest), 'where the loss falls fastest'],
    ['minimum', rate(finding.minimum), 'a tenth of where the loss is least'],
  ];
  const end = finding.diverged
    ? `The loss grew out of bounds at ${rate(finding.points.at(-1)?.learningRate ?? null)}.`
    : 'The loss stayed within bounds.';
  return `${alignColumns(rows).join('\n')}\n\n${end} Curve: ${output}\n`;
}

export const findBatchSizeVerb: Verb = {
  description:
    'Runs some updates at 8, 16, 32 … images a step, until memory or images run out, and says what is fast enough.',
  positionals,
  flags: { Test: batchFlags, Reading: readingFlags, Settings: trainOptionsSchema },
  examples: [
    { command: 'find batch-size chest_xray --model resnet50', explanation: 'on this machine' },
  ],
  async run(args, session) {
    const { options, hooks } = common(args, session);
    const finding = await findBatchSize({ ...options, ...args.flags(batchFlags) }, hooks);
    return { text: describeBatches(finding), json: finding };
  },
};

const limits: Readonly<Record<BatchFinding['limit'], string>> = {
  memory: 'a larger one would not fit in memory',
  images: 'the training images make no two updates of a larger one',
  most: 'no larger one was asked for',
};

function describeBatches({ trials, largest, suggestion, limit }: BatchFinding): string {
  const rows = trials.map(({ batchSize, imagesPerSecond, residentBytes }) => [
    String(batchSize),
    imagesPerSecond.toFixed(imagesPerSecond < 100 ? 1 : 0),
    (residentBytes / 2 ** 30).toFixed(2),
  ]);
  const table = alignColumns([['batch', 'images/s', 'process, GiB'], ...rows], 'r');
  return `${table.join('\n')}\n\nsuggestion  ${suggestion}: the smallest within 3% of the fastest\nlargest     ${largest}: ${limits[limit]}\n`;
}
