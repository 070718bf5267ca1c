/** `roentgen shift`: whether images differ from those that a model knows, and which repair brings them nearer. */
import { z } from 'zod';
import { splits } from '../data/index.js';
import { measureShift, repairShift, type RepairReport, type ShiftReport } from '../shift/index.js';
import { createStepReporter } from './packingProgress.js';
import { labelFlags } from './labelFlags.js';
import { readingFlags } from './sharedFlags.js';
import { invalidArgument, seedSchema } from '../native/index.js';
import { shiftLines } from './shiftLines.js';
import type { Verb } from './verb.js';

const flags = z.strictObject({
  model: z
    .string()
    .optional()
    .describe('Run directory or model file; without one only files and pixels are compared'),
  repair: z
    .boolean()
    .default(false)
    .describe('Try repairs without labels, and write a new model file with those that help'),
  map: z
    .array(z.string())
    .optional()
    .describe("Classes of the target by the model's names, as COVID=PNEUMONIA,Normal=NORMAL"),
  unlabeled: z
    .boolean()
    .default(false)
    .describe('Take every image of the target at any depth, without a label'),
  split: z
    .enum([...splits, 'all'])
    .default('all')
    .describe('Images of the target'),
  positive: z
    .string()
    .optional()
    .describe('Of two classes the one whose recall is the sensitivity [the last]'),
  images: z
    .number()
    .int()
    .min(20)
    .max(5000)
    .default(1000)
    .describe('Most images of either side, drawn at random'),
  layer: z.string().optional().describe("Layer of the embeddings [the architecture's own]"),
  seed: seedSchema.default(0).describe('Of what is drawn: images, halves, permutations, bootstrap'),
  batchSize: z.number().int().min(1).default(64).describe('Images in one forward pass'),
  output: z
    .string()
    .optional()
    .describe('New folder for the files [shift-<target> in the run directory, none for a file]'),
});
/** The model says which classes there are. */
const imageFlags = labelFlags.omit({ classes: true });

export const shiftVerb: Verb = {
  description:
    'Compares the images of a target with those of a source: brightness, sharpness, borders, files and, ' +
    'with a model, its embeddings; says how bad it is, what shifted most, and how accurate the model ' +
    'still is, estimated without labels. With --repair it tries inversion, border crop, percentile ' +
    'window, CLAHE, histogram matching, AdaBN and the shares of the classes, keeps what brings the ' +
    'embeddings nearer beyond chance, and writes a new model file. Labels of the target are used once, ' +
    'at the end, for the figures before and after.',
  positionals: {
    source: "Images that the model knows, such as its run's data: folder, manifest or packed file",
    target: 'Images that may differ: folder or manifest',
  },
  flags: { Shift: flags, Images: imageFlags, Reading: readingFlags },
  examples: [
    { command: 'shift chest_xray hospital_b', explanation: 'files and pixels alone' },
    {
      command: 'shift chest_xray hospital_b --model runs/a --unlabeled --repair',
      explanation: 'a model that copes with it, without labels',
    },
    {
      command:
        'shift chest_xray radiography --model runs/a --repair --map COVID=PNEUMONIA,Normal=NORMAL',
      explanation: 'with the figures before and after',
    },
  ],
  async run(args, session) {
    const { keepGoing, ...reading } = args.flags(readingFlags);
    const { repair, model, ...given } = args.flags(flags);
    const options = {
      ...{ source: args.positional('source'), target: args.positional('target') },
      ...{ ...given, ...args.flags(imageFlags), ...reading, keepGoing },
    };
    const hooks = {
      signal: session.catchInterrupt('Stopping …'),
      onEvent: createStepReporter(session.terminal),
    };
    if (repair && model === undefined) {
      throw invalidArgument('--model', 'a model to repair', 'nothing');
    }
    const report: ShiftReport & Partial<RepairReport> =
      repair && model !== undefined
        ? await repairShift({ ...options, model }, hooks)
        : await measureShift({ ...options, model }, hooks);
    return {
      text: `${shiftLines(report).join('\n')}\n`,
      json: report,
      problems: report.problems,
      keepGoing,
      showsPredictions: report.embedding !== null,
    };
  },
};
