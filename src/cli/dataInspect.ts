/** `roentgen data inspect`: what a source holds, before any pixel is decoded. */
import { formatInspection, inspectSource, scanSource } from '../data/index.js';
import { labelFlags } from './labelFlags.js';
import { readingFlags } from './sharedFlags.js';
import type { Verb } from './verb.js';

const { shape } = readingFlags;
const flags = labelFlags.extend({ workers: shape.workers, keepGoing: shape.keepGoing });

export const dataInspect: Verb = {
  description: 'Counts images, classes, sizes, color types and patients, and lists what is wrong.',
  positionals: { source: 'Folder of class folders, or a CSV manifest' },
  flags: { Images: flags },
  examples: [
    { command: 'data inspect chest_xray', explanation: 'root/{train,val,test}/CLASS/*' },
    {
      command: "data inspect images --labels-from '_(bacteria|virus)_'",
      explanation: 'the class is in the file name',
    },
  ],
  async run(args) {
    const { workers, keepGoing, ...labels } = args.flags(flags);
    const source = await scanSource(args.positional('source'), labels);
    const inspection = await inspectSource(source, { workers });
    return {
      text: formatInspection(inspection),
      json: inspection,
      failed: inspection.problems.length > 0 && !keepGoing,
    };
  },
};
