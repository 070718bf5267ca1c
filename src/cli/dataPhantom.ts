/** `roentgen data phantom`: a dataset of synthetic radiographs. */
import { z } from 'zod';
import { seedSchema } from '../native/index.js';
import { scanners, writePhantomDataset } from '../data/index.js';
import { formatCount } from './text.js';
import type { Verb } from './verb.js';

const flags = z.strictObject({
  imagesPerClass: z.number().int().min(1).default(200).describe('Images of each class'),
  size: z.number().int().min(16).max(4096).default(128).describe('Height and width in pixels'),
  seed: seedSchema.default(0).describe('Same seed, same pixels'),
  scanner: z.enum(scanners).default('primary').describe('Tone curve, blur, noise and shutters'),
  mergePneumonia: z
    .boolean()
    .default(false)
    .describe('Two classes, NORMAL and PNEUMONIA, instead of NORMAL, BACTERIA and VIRUS'),
});

export const dataPhantom: Verb = {
  description:
    'Draws synthetic chest radiographs with lung masks: normal, bacterial and viral pneumonia. For demonstrations and tests; no patient looks like that.',
  positionals: { folder: 'New or empty folder to draw into' },
  flags: { Phantoms: flags },
  examples: [
    { command: 'data phantom phantoms', explanation: 'then: roentgen train phantoms/images' },
    {
      command: 'data phantom shifted --scanner second',
      explanation: 'the same from another scanner',
    },
  ],
  async run(args) {
    const dataset = await writePhantomDataset(args.positional('folder'), args.flags(flags));
    const text = `${formatCount(dataset.count)} radiographs in ${dataset.images}\nlung masks in ${dataset.masks}\nmanifest ${dataset.manifest}\n`;
    return { text, json: dataset };
  },
};
