/** `roentgen audit`: whether a dataset's splits leak, and what else is odd about it. */
import { z } from 'zod';
import { auditData } from '../data/index.js';
import { writeFileAtomic } from '../native/index.js';
import { trainOptionsSchema } from '../training/index.js';
import { auditLines } from './auditLines.js';
import { createPackingReporter } from './packingProgress.js';
import { labelFlags } from './labelFlags.js';
import { readingFlags } from './sharedFlags.js';
import { styleFor } from './style.js';
import type { Verb } from './verb.js';

const { imgSize, fit } = trainOptionsSchema.shape;

const flags = z.strictObject({
  imgSize: imgSize
    .unwrap()
    .optional()
    .describe('Height and width at which images are compared [128, or those of a packed file]'),
  fit,
  output: z.string().optional().describe('JSON file to write'),
  sheet: z
    .string()
    .optional()
    .describe('PNG file to write: copies that were found, each beside its original'),
});

const { workers, cacheDir } = readingFlags.shape;
const reading = z.strictObject({ workers, cacheDir });

export const auditVerb: Verb = {
  description:
    'Looks for patients and images in more than one split, copies that were resized, encoded anew, cropped a ' +
    'little or mirrored, label conflicts, odd images, and facts that give the class away. Of two datasets, copies ' +
    'between them too. Exit code 3 where splits leak.',
  positionals: {
    data: 'Folder of class folders, CSV manifest or packed file',
    other: 'A second dataset, such as an external test set',
  },
  flags: { Audit: flags, Images: labelFlags, Reading: reading },
  examples: [
    { command: 'audit chest_xray --sheet pairs.png', explanation: 'and look at the copies' },
    { command: 'audit chest_xray radiography', explanation: 'is the second free of the first?' },
  ],
  async run(args, session) {
    const { imgSize: size, fit: fitting, output, sheet } = args.flags(flags);
    const given = typeof size === 'number' ? ([size, size] as const) : size;
    const other = args.optional('other');
    const audit = await auditData(
      [args.positional('data'), ...(other === undefined ? [] : [other])],
      {
        ...args.flags(labelFlags),
        ...args.flags(reading),
        format: given && { channels: 1, height: given[0], width: given[1], fit: fitting },
        sheet,
        signal: session.catchInterrupt('Stopping; what is decoded is kept …'),
        onProgress: createPackingReporter(session.terminal),
      },
    );
    if (output !== undefined) await writeFileAtomic(output, `${JSON.stringify(audit, null, 2)}\n`);
    const lines = auditLines(audit, styleFor(process.stdout), { all: session.verbose });
    return {
      text: `${lines.join('\n')}\n`,
      json: audit,
      failed: audit.verdict === 'fail' && 'ERR_SPLIT_LEAK',
    };
  },
};
