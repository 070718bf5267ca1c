/** `roentgen data stats`: mean and standard deviation of the images, for --mean and --std. */
import { z } from 'zod';
import { measureImages, type Measurement } from '../data/index.js';
import { trainOptionsSchema } from '../training/index.js';
import { createPackingReporter } from './packingProgress.js';
import { labelFlags } from './labelFlags.js';
import { readingFlags } from './sharedFlags.js';
import { formatCount } from './text.js';
import type { Verb } from './verb.js';

const side = z.number().int().min(1).max(8192);

const flags = z.strictObject({
  imgSize: z
    .union([side, z.tuple([side, side])])
    .default(224)
    .describe('Height and width in pixels to measure at: one number, or two'),
  inChans: z
    .union([z.literal(1), z.literal(3)])
    .default(1)
    .describe('Channels: 1 (grayscale) or 3'),
  fit: trainOptionsSchema.shape.fit,
});

export const dataStats: Verb = {
  description:
    'Measures mean and standard deviation of every pixel in [0, 1], per channel: of the split train where there ' +
    'is one, else of all images.',
  positionals: { source: 'Folder of class folders, a CSV manifest, or a packed file' },
  flags: { Images: flags, Labels: labelFlags, Reading: readingFlags },
  examples: [
    { command: 'data stats chest_xray', explanation: 'grayscale at 224 × 224' },
    { command: 'data stats chest_xray --img-size 150 --in-chans 3', explanation: 'as RGB' },
  ],
  async run(args, session) {
    const { imgSize, inChans: channels, fit } = args.flags(flags);
    const [height, width] = typeof imgSize === 'number' ? [imgSize, imgSize] : imgSize;
    const { keepGoing, ...reading } = args.flags(readingFlags);
    const measurement = await measureImages(
      args.positional('source'),
      { channels, height, width, fit },
      {
        ...args.flags(labelFlags),
        ...reading,
        keepGoing,
        signal: session.catchInterrupt('Stopping; what is decoded is kept …'),
        onProgress: createPackingReporter(session.terminal),
      },
    );
    return {
      text: describe(measurement),
      json: measurement,
      problems: measurement.problems,
      keepGoing,
    };
  },
};

function describe({ split, images, mean, std }: Measurement): string {
  const list = (values: readonly number[]): string =>
    values.map((value) => value.toFixed(4)).join(' ');
  const which = split === 'all' ? 'all' : split;
  return [
    `images  ${formatCount(images)} (${which})`,
    `mean    ${list(mean)}`,
    `std     ${list(std)}`,
    '',
    `roentgen train … --mean ${list(mean)} --std ${list(std)}, or --normalize measured`,
    '',
  ].join('\n');
}
