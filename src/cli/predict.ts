/** `roentgen predict`: what a model says of images. */
import { z } from 'zod';
import { predictionsFormats } from '../evaluation/index.js';
import { predict, type PredictResult } from '../inference/index.js';
import { inferenceFlags } from './inferenceFlags.js';
import { readingFlags } from './sharedFlags.js';
import { alignColumns, formatPercent, plural } from './text.js';
import type { Verb } from './verb.js';

const { workers, keepGoing } = readingFlags.shape;

const flags = inferenceFlags.extend({
  format: z
    .enum(predictionsFormats)
    .optional()
    .describe(
      'Of the result; unknown has the columns Unknown_images,Diagnosis [csv; on a terminal a table]',
    ),
  output: z.string().optional().describe('File to write [stdout]'),
  workers,
  keepGoing,
});

export const predictVerb: Verb = {
  description:
    'Classifies image files, and folders at any depth. A model file knows its classes and its preprocessing.',
  positionals: { model: 'Run directory or model file', images: 'Image files and folders' },
  flags: { Prediction: flags },
  examples: [
    { command: 'predict runs/demo image.png', explanation: 'one image' },
    {
      command: 'predict model.safetensors incoming --output predictions.csv',
      explanation: 'filename,label,prob_<class>…',
    },
  ],
  async run(args, session) {
    const { keepGoing: goOn, ...options } = args.flags(flags);
    const signal = session.catchInterrupt('Stopping …');
    const [model, inputs] = [args.positional('model'), args.positionals('images')];
    const result = await predict({ ...options, model, inputs, signal });
    const { classes, predictions, problems } = result;
    const forPeople = options.format === undefined && process.stdout.isTTY;
    return {
      text:
        options.output !== undefined
          ? `${plural(predictions.length, 'prediction')} in ${options.output}\n`
          : forPeople
            ? predictionTable(result)
            : result.text,
      json: { classes, predictions, problems },
      problems,
      keepGoing: goOn,
      showsPredictions: true,
    };
  },
};

/** File, class and its probability, aligned. */
export function predictionTable({
  classes,
  predictions,
}: Pick<PredictResult, 'classes' | 'predictions'>): string {
  const rows = predictions.map(({ filename, label, probabilities }) => {
    const probability = probabilities[classes.indexOf(label)] ?? 0;
    return [filename, label, formatPercent(probability)];
  });
  return `${alignColumns([['image', 'prediction', 'probability'], ...rows], 'llr').join('\n')}\n`;
}
