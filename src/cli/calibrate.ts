/** `roentgen calibrate`: fits how a model's probabilities become answers. */
import { z } from 'zod';
import { splits } from '../data/index.js';
import { formatDecision, ttaChoices } from '../evaluation/index.js';
import { calibrate, trainOptionsSchema, type CalibrateResult } from '../training/index.js';
import { createEvaluationReporter } from './evaluate.js';
import { inferenceFlags } from './inferenceFlags.js';
import { labelFlags } from './labelFlags.js';
import { readingFlags } from './sharedFlags.js';
import { alignColumns, describeTta, plural } from './text.js';
import type { Verb } from './verb.js';

const flags = trainOptionsSchema
  .pick({ operatingPoint: true, alpha: true, maxUnfamiliar: true })
  .extend({
    tta: z
      .enum(ttaChoices)
      .optional()
      .describe(
        'Test-time augmentation that the model has from now on: hflip averages the logits of an image and its mirror ' +
          'image, in twice the time [the one that it has]',
      ),
    split: z
      .enum(['validation', ...splits, 'all'])
      .optional()
      .describe('Images to fit on [those that the run validated on; val for a model file]'),
    positive: z
      .string()
      .optional()
      .describe('Of two classes the one that the operating point speaks of [the last]'),
    allowTestSelection: z
      .boolean()
      .default(false)
      .describe('Fit on test images all the same; the model file says so ever after'),
    ...inferenceFlags.shape,
  });
/** The model says which classes there are. */
const imageFlags = labelFlags.omit({ classes: true });

export const calibrateVerb: Verb = {
  description:
    'Fits temperature, operating point, prediction sets and the gate for unfamiliar images on labeled images that ' +
    "the model did not learn from, and writes them into its file; the weights stay as they are. A run's end has " +
    'done so on its validation images: this is for other rules, and for images from elsewhere.',
  positionals: {
    model: 'Run directory or model file, which is rewritten',
    data: 'Folder of class folders, a CSV manifest, or a packed file',
  },
  flags: { Calibration: flags, Images: imageFlags, Reading: readingFlags },
  examples: [
    {
      command: 'calibrate runs/demo chest_xray --operating-point sensitivity=0.97',
      explanation: 'another threshold, on the same validation images',
    },
    {
      command: 'calibrate runs/demo chest_xray --tta hflip',
      explanation: 'answers averaged over each image and its mirror image',
    },
    {
      command: 'calibrate model.safetensors hospital_b --split all --alpha 0.05',
      explanation: 'for the images of another hospital',
    },
  ],
  async run(args, session) {
    const { keepGoing, ...reading } = args.flags(readingFlags);
    const result = await calibrate(
      {
        model: args.positional('model'),
        data: args.positional('data'),
        ...args.flags(flags),
        ...args.flags(imageFlags),
        ...reading,
        ...(keepGoing ? { keepGoing } : {}),
      },
      {
        signal: session.catchInterrupt('Stopping …'),
        onEvent: createEvaluationReporter(session.terminal, 'calibrating'),
      },
    );
    return {
      text: describe(result),
      json: result,
      problems: result.problems,
      keepGoing,
    };
  },
};

function describe({
  model,
  classes,
  decision,
  tta,
  gate,
  figures,
  notes,
}: CalibrateResult): string {
  const { images, groups, conformal } = decision;
  const thresholds = classes.map((name, at) => [
    `  ${name}`,
    conformal?.thresholds[at]?.toFixed(4) ?? '',
  ]);
  const lines = [
    `${plural(images, 'image')} of ${plural(groups, 'patient')}; on other images the figures will be lower`,
    '',
    formatDecision(figures, { classes, images }).trimEnd(),
    ...(conformal
      ? ['A class is in the prediction set from this probability on:', ...alignColumns(thresholds)]
      : []),
    ...(gate
      ? [`Unfamiliar: over ${gate.threshold.toFixed(2)} deviations from the training images`]
      : []),
    ...notes,
    '',
    `${describeTta(tta)}Written to ${model}`,
  ];
  return `${lines.join('\n')}\n`;
}
