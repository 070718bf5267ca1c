/** `roentgen embed`: which images a network finds alike. */
import { z } from 'zod';
import { splits } from '../data/index.js';
import {
  embedData,
  formatEmbedding,
  neighborMetrics,
  projectionMethods,
  weightings,
  type EmbedEvent,
} from '../embedding/index.js';
import { createEvaluationReporter } from './evaluate.js';
import { inferenceFlags } from './inferenceFlags.js';
import { showShare } from './progressLine.js';
import { labelFlags } from './labelFlags.js';
import { readingFlags } from './sharedFlags.js';
import type { Terminal } from './terminal.js';
import type { Verb } from './verb.js';

const flags = inferenceFlags.extend({
  layer: z
    .string()
    .optional()
    .describe("Layer whose output is taken [the architecture's own for embeddings]"),
  new: z
    .array(z.string())
    .optional()
    .describe('Image files and folders of unknown class: placed among the others and highlighted'),
  output: z
    .string()
    .optional()
    .describe('New folder for the files [embedding, in the run directory if one is given]'),
});

const knnFlags = z.strictObject({
  knn: z
    .boolean()
    .default(false)
    .describe('Classify images by their neighbors, and compare with the network'),
  k: z.number().int().min(1).default(5).describe('Neighbors that vote'),
  metric: z.enum(neighborMetrics).default('euclidean').describe('Distance of two vectors'),
  weighting: z
    .enum(weightings)
    .default('uniform')
    .describe('Votes count the same, or by 1 / distance'),
  samePatient: z
    .boolean()
    .default(false)
    .describe("Let images of an image's own patient vote [they are left out]"),
  split: z
    .enum([...splits, 'all'])
    .optional()
    .describe('Images to classify [test where the data have splits, else all]'),
  query: z
    .array(z.string())
    .optional()
    .describe('Images whose neighbors are drawn [new ones, else telling ones]'),
  why: z
    .string()
    .optional()
    .describe("What the figures are for, kept in the run's ledger [to look at embeddings]"),
});

const mapFlags = z.strictObject({
  project: z.enum(projectionMethods).optional().describe('Draw a map of the images'),
  perplexity: z
    .number()
    .gt(1)
    .default(30)
    .describe('Of t-SNE: neighbors that an image cares for, about'),
  seed: z.number().int().min(0).default(42).describe("Of UMAP's chance; t-SNE has none"),
});
/** A classifier says which classes there are. */
const imageFlags = labelFlags.omit({ classes: true });

export const embedVerb: Verb = {
  description:
    'Writes what a layer makes of every image, as embeddings.safetensors and embeddings.csv. With --knn images are ' +
    'classified by the nearest of train (of other patients), and the answers compared with those of the network; ' +
    'with --project there is a map: scatter.html shows each image where one points, scatter.png is for papers.',
  positionals: {
    model: 'Run directory or model file',
    data: 'Folder of class folders, a CSV manifest, or a packed file',
  },
  flags: {
    Embedding: flags,
    Neighbors: knnFlags,
    Map: mapFlags,
    Images: imageFlags,
    Reading: readingFlags,
  },
  examples: [
    { command: 'embed runs/demo chest_xray --knn', explanation: 'do neighbors say the same?' },
    {
      command: 'embed runs/demo chest_xray --project tsne --new mine.png',
      explanation: 'where does this image lie?',
    },
  ],
  async run(args, session) {
    const { keepGoing, ...reading } = args.flags(readingFlags);
    const { new: newImages, ...options } = args.flags(flags);
    const result = await embedData(
      {
        ...{ model: args.positional('model'), data: args.positional('data'), newImages },
        ...options,
        ...args.flags(knnFlags),
        ...args.flags(mapFlags),
        ...args.flags(imageFlags),
        ...reading,
        keepGoing,
      },
      {
        signal: session.catchInterrupt('Stopping …'),
        onEvent: createEmbeddingReporter(session.terminal),
      },
    );
    const { output, files, problems, knn, projection } = result;
    const place = files.map((file) => `  ${output}/${file}\n`).join('');
    return {
      text: `${formatEmbedding(result)}\n${place}`,
      json: result,
      problems,
      keepGoing,
      showsPredictions: knn !== null || projection !== null,
    };
  },
};

function createEmbeddingReporter(terminal: Terminal): (event: EmbedEvent) => void {
  const evaluating = createEvaluationReporter(terminal, 'embedding');
  return (event) => {
    if (event.kind === 'projecting') showShare(terminal, 'map', event.share);
    else evaluating(event);
  };
}
