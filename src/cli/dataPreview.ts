/** `roentgen data preview`: what augmentation does to training images, as a picture. */
import { z } from 'zod';
import { writeFileAtomic } from '../native/index.js';
import { previewAugmentation, trainOptionsSchema } from '../training/index.js';
import { createPackingReporter } from './packingProgress.js';
import { readingFlags } from './sharedFlags.js';
import type { Verb } from './verb.js';

const count = z.number().int().min(1).max(64);

const flags = z.strictObject({
  output: z.string().default('preview.png').describe('PNG file to write'),
  images: count.default(6).describe('Training images to show, classes in turn'),
  draws: count.default(5).describe('Epochs to show of each'),
});

export const dataPreview: Verb = {
  description:
    'Writes a sheet of training images, as they are and as the first epochs of a run with the same settings change them.',
  positionals: { source: 'Folder of class folders, a CSV manifest, or a packed file' },
  flags: { Sheet: flags, Reading: readingFlags, Settings: trainOptionsSchema },
  examples: [
    {
      command: 'data preview chest_xray --rotation 15 --zoom 0.1 --brightness 0.2',
      explanation: 'look before you train',
    },
  ],
  async run(args, session) {
    const { output, ...sheet } = args.flags(flags);
    const { keepGoing, ...reading } = args.flags(readingFlags);
    const signal = session.catchInterrupt('Stopping; what is decoded is kept …');
    const report = createPackingReporter(session.terminal);
    const { png, names, problems } = await previewAugmentation(
      {
        ...args.flags(trainOptionsSchema),
        ...sheet,
        ...reading,
        keepGoing,
        data: args.positional('source'),
      },
      {
        signal,
        onEvent: (event) => {
          if (event.kind === 'packing') report(event);
        },
      },
    );
    await writeFileAtomic(output, png);
    return {
      text: `${output}: ${names.length} images, ${sheet.draws} draws of each\n`,
      json: { output, names, problems },
      problems,
      keepGoing,
    };
  },
};
