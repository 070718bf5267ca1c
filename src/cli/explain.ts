/** `roentgen explain`: where a model looked for its answers. */
import { z } from 'zod';
import {
  explain,
  explainSettingsSchema,
  largestError,
  pictureSettingsSchema,
  type ExplainResult,
} from '../explanation/index.js';
import { showShare } from './progressLine.js';
import { inferenceFlags } from './inferenceFlags.js';
import { readingFlags } from './sharedFlags.js';
import { alignColumns, formatPercent, plural } from './text.js';
import type { Verb } from './verb.js';

const { workers, keepGoing } = readingFlags.shape;
const { masks } = inferenceFlags.shape;

const outputFlags = z.strictObject({
  output: z
    .string()
    .default('explanations')
    .describe('New folder; a number is added where it exists'),
  masks,
  workers,
  keepGoing,
});

export const explainVerb: Verb = {
  description:
    'Draws where a model looked for its answers: heatmaps, overlays, figures, a table, and a gallery. ' +
    'Maps of class activation are scaled from 0 to their maximum, which the table keeps. Where that is ' +
    'negligible there is no evidence, and nothing is drawn.',
  positionals: { model: 'Run directory or model file', images: 'Image files and folders' },
  flags: {
    Explanation: explainSettingsSchema,
    Pictures: pictureSettingsSchema,
    Output: outputFlags,
  },
  examples: [
    { command: 'explain runs/demo image.png', explanation: "Grad-CAM of the architecture's layer" },
    {
      command: 'explain runs/demo incoming --method gradCam,occlusion --target PNEUMONIA',
      explanation: 'two methods, one class',
    },
  ],
  async run(args, session) {
    const { keepGoing: goOn, ...output } = args.flags(outputFlags);
    const result = await explain(
      {
        model: args.positional('model'),
        images: args.positionals('images'),
        ...args.flags(explainSettingsSchema),
        ...args.flags(pictureSettingsSchema),
        ...output,
      },
      {
        signal: session.catchInterrupt('Stopping …'),
        onProgress: ({ done, total }) => {
          const title = `explaining ${done}/${total}`;
          showShare(session.terminal, title, done / total);
        },
      },
    );
    return {
      text: summaryOf(result),
      json: result,
      problems: result.problems,
      keepGoing: goOn,
      showsPredictions: true,
    };
  },
};

/** The maps without evidence, those that do not add up, and where everything lies. */
function summaryOf({ folder, rows }: ExplainResult): string {
  const without = rows.filter(({ evidence }) => !evidence);
  const table = alignColumns(
    [
      ['image', 'prediction', 'probability', 'method', 'target'],
      ...without.map(({ filename, prediction, probability, method, target }) => [
        filename,
        prediction,
        formatPercent(probability),
        method,
        target ?? '',
      ]),
    ],
    'llrl',
  );
  const empty = `No evidence in ${plural(without.length, 'map')}:\n${table.join('\n')}\n\n`;
  const incomplete = rows.filter(
    ({ completenessError }) => (completenessError ?? 0) > largestError,
  );
  const coarse = `The completeness error is above ${formatPercent(largestError)} in ${plural(incomplete.length, 'map')}: take more --samples\n`;
  return [
    without.length === 0 ? '' : empty,
    incomplete.length === 0 ? '' : coarse,
    `${plural(rows.length, 'map')} in ${folder}\n`,
  ].join('');
}
