/** `roentgen predict`: what a model says of images. */
import { z } from 'zod';
import { predictionsFormats } from '../evaluation/index.js';
import { predict, predictorSettingsSchema, type PredictResult } from '../inference/index.js';
import { inferenceFlags } from './inferenceFlags.js';
import { readingFlags } from './sharedFlags.js';
import { alignColumns, describeTta, formatPercent, plural } from './text.js';
import type { Verb } from './verb.js';

const { workers, keepGoing } = readingFlags.shape;
const { maxBatch } = predictorSettingsSchema.shape;

const flags = inferenceFlags.extend({
  batchSize: maxBatch,
  format: z
    .enum(predictionsFormats)
    .optional()
    .describe(
      'Of the result; unknown has the columns Unknown_images,Diagnosis [csv; on a terminal a table]',
    ),
  raw: z
    .boolean()
    .default(false)
    .describe("The most probable class and the network's own probabilities; never uncertain"),
  output: z.string().optional().describe('File to write [stdout]'),
  workers,
  keepGoing,
});

export const predictVerb: Verb = {
  description:
    'Classifies image files, and folders at any depth. A model file knows its classes and its preprocessing, ' +
    'and how its probabilities become an answer: a threshold, and when the honest one is "uncertain": ambiguous ' +
    'where the image may be of several classes or of none, unfamiliar where it is like no training image.',
  positionals: { model: 'Run directory or model file', images: 'Image files and folders' },
  flags: { Prediction: flags },
  examples: [
    { command: 'predict runs/demo image.png', explanation: 'one image' },
    {
      command: 'predict model.safetensors incoming --output predictions.csv',
      explanation: 'filename,label,prob_<class>…,prediction_set,abstain',
    },
  ],
  async run(args, session) {
    const { keepGoing: goOn, batchSize, precision, ...options } = args.flags(flags);
    const signal = session.catchInterrupt('Stopping …');
    const [model, inputs] = [args.positional('model'), args.positionals('images')];
    const result = await predict({
      ...options,
      ...{ model, inputs, signal, predictor: { precision, maxBatch: batchSize } },
    });
    const { classes, predictions, operatingPoint, repair, tta, problems } = result;
    const forPeople = options.format === undefined && process.stdout.isTTY;
    return {
      text:
        options.output !== undefined
          ? `${plural(predictions.length, 'prediction')} in ${options.output}\n`
          : forPeople
            ? predictionTable(result)
            : result.text,
      json: { classes, predictions, operatingPoint, repair, tta, problems },
      problems,
      keepGoing: goOn,
      showsPredictions: true,
    };
  },
};

/** File, class or why there is none, and the probability of the class, aligned; below, what an answer takes, and repairs. */
export function predictionTable({
  classes,
  predictions,
  operatingPoint: point,
  repair,
  tta,
}: Pick<PredictResult, 'classes' | 'predictions' | 'operatingPoint' | 'repair' | 'tta'>): string {
  const rows = predictions.map(({ filename, label, probabilities, abstain }) => {
    if (abstain !== null) return [filename, `uncertain (${abstain})`, ''];
    const probability = probabilities[classes.indexOf(label)] ?? 0;
    return [filename, label, formatPercent(probability)];
  });
  const table = alignColumns([['image', 'prediction', 'probability'], ...rows], 'llr').join('\n');
  const threshold = point && formatPercent(point.threshold);
  const rule = point ? `${point.positive} from ${threshold} on (${point.rule})\n` : '';
  const repaired = repair === null ? '' : `repaired: ${repair}\n`;
  const notes = `${rule}${repaired}${describeTta(tta)}`;
  return `${table}\n${notes && `\n${notes}`}`;
}
