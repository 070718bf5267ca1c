/** `roentgen data pack`: a source decoded once, into one file. */
import { z } from 'zod';
import { packDataset, refuseMasks, scanSource, type ImageFormat } from '../data/index.js';
import { trainOptionsSchema } from '../training/index.js';
import { createPackingReporter } from './packingProgress.js';
import { labelFlags } from './labelFlags.js';
import { readingFlags } from './sharedFlags.js';
import { formatCount, formatSeconds } from './text.js';
import type { Verb } from './verb.js';

const { imgSize, fit, lungs, masks } = trainOptionsSchema.shape;

const flags = z.strictObject({
  imgSize: imgSize.unwrap().default(224).describe('Height and width in pixels: one number, or two'),
  inChans: z
    .union([z.literal(1), z.literal(3)])
    .default(1)
    .describe('Channels: 1 (grayscale) or 3'),
  fit,
  lungs,
  masks,
  output: z.string().optional().describe('File to write [one in the cache, which training finds]'),
});

export const dataPack: Verb = {
  description:
    'Decodes and resizes all images once, into one safetensors file (uint8 [N, C, H, W]) that train and evaluate take as DATA.',
  positionals: { source: 'Folder of class folders, or a CSV manifest' },
  flags: { Format: flags, Images: labelFlags, Reading: readingFlags },
  examples: [
    {
      command: 'data pack chest_xray --img-size 224 --output chest224.safetensors',
      explanation: 'then: roentgen train chest224.safetensors',
    },
    {
      command: 'data pack chest_xray --lungs blackout --masks lungs',
      explanation: 'the lungs on black',
    },
  ],
  async run(args, session) {
    const { imgSize: size, inChans: channels, output, ...seen } = args.flags(flags);
    const { keepGoing, ...reading } = args.flags(readingFlags);
    const [height, width] = typeof size === 'number' ? [size, size] : size;
    const signal = session.catchInterrupt('Stopping; what is decoded is kept …');
    const format: ImageFormat = {
      ...{ channels, height, width, fit: seen.fit },
      ...(seen.lungs === undefined ? {} : { lungs: seen.lungs }),
    };
    refuseMasks(seen.masks, format);
    const source = await scanSource(args.positional('source'), {
      ...args.flags(labelFlags),
      masks: seen.masks,
    });
    const packed = await packDataset(source, format, {
      ...reading,
      output,
      keepGoing,
      signal,
      onProgress: createPackingReporter(session.terminal),
    });
    using dataset = packed.dataset;
    const { path, fromCache, problems, seconds, index } = packed;
    const [images] = dataset.shape;
    const how = fromCache ? 'was there already' : `in ${formatSeconds(seconds)}`;
    return {
      text: `${path}: ${formatCount(images)} images of ${dataset.shape.slice(1).join('×')} bytes, ${how}\n`,
      json: {
        path,
        shape: dataset.shape,
        classes: index.classes,
        sourceHash: index.sourceHash,
        fromCache,
        seconds,
        problems,
      },
      problems,
      keepGoing,
    };
  },
};
