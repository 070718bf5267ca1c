/** `roentgen data split`: a manifest that divides a source into train, val and test by patient. */
import { existsSync } from 'node:fs';
import { z } from 'zod';
import {
  auditData,
  drawPerClass,
  joinCopies,
  scanSource,
  splitByGroup,
  splitInOrder,
  splits,
  writeManifest,
  type Audit,
  type Split,
} from '../data/index.js';
import { RoentgenError, seedSchema } from '../native/index.js';
import { labelFlags } from './labelFlags.js';
import { createPackingReporter } from './packingProgress.js';
import type { Session } from './session.js';
import { alignColumns, formatCount } from './text.js';
import type { Verb } from './verb.js';

const share = z.number().min(0).lt(1);

const flags = z.strictObject({
  val: share.default(0.15).describe('Share of each class for validation'),
  test: share.default(0.15).describe('Share of each class for the final test'),
  perClass: z
    .union([z.number().int().min(1), z.literal('smallest')])
    .optional()
    .describe(
      'Images to draw of each class before the split: a number, or as many as the smallest has [all]',
    ),
  seed: seedSchema.default(42).describe('Of the draw and the split'),
  heldOut: z
    .enum(['drawn', 'first', 'last'])
    .default('drawn')
    .describe(
      'Which patients leave train: drawn at random, or of each class the first or the last by name, numbers by value',
    ),
  masks: z
    .string()
    .optional()
    .describe(
      "Folder of lung masks with the images' relative names, for the manifest's column mask",
    ),
  keepCopiesTogether: z
    .boolean()
    .default(false)
    .describe(
      'Look for copies of images first (roentgen audit), and put all of one into one split',
    ),
  output: z.string().default('manifest.csv').describe('Manifest to write; never an existing file'),
});

export const dataSplit: Verb = {
  description:
    'Divides images into train, val and test, stratified by class. All images of a patient stay together. ' +
    'Splits that the source already has are not kept.',
  positionals: { source: 'Folder of class folders, or a CSV manifest' },
  flags: { Split: flags, Images: labelFlags },
  examples: [
    {
      command: 'data split chest_xray --val 0.1 --test 0.2 --output kermany.csv',
      explanation: 'then: roentgen train kermany.csv',
    },
    {
      command: 'data split chest_xray --per-class smallest',
      explanation: 'a balanced set: the larger classes are undersampled',
    },
    {
      command: 'data split clinic --val 0.1 --test 0.2 --held-out last',
      explanation: 'a temporal split, where numbers of patients grow with time',
    },
  ],
  async run(args, session) {
    const { val, test, perClass, seed, heldOut, masks, keepCopiesTogether, output } =
      args.flags(flags);
    if (existsSync(output)) {
      throw new RoentgenError(
        'ERR_INVALID_ARGUMENT',
        `${output} exists: name another file with --output, or delete it`,
      );
    }
    const path = args.positional('source');
    const labeling = args.flags(labelFlags);
    const found = await scanSource(path, { ...labeling, masks });
    const { classes, problems } = found;
    const grouped = keepCopiesTogether
      ? joinCopies(found.samples, await lookForCopies(path, labeling, session))
      : found.samples;
    const samples = perClass === undefined ? grouped : drawPerClass(grouped, perClass, seed);
    const source = { ...found, samples };
    const fractions = { val, test };
    const assignment =
      heldOut === 'drawn'
        ? splitByGroup(samples, { fractions, seed })
        : splitInOrder(samples, { fractions, heldOut });
    await writeManifest(source, assignment, output);

    const count = (split: Split, label?: number): number =>
      assignment.filter(
        (assigned, position) =>
          assigned === split && (label === undefined || samples[position]?.label === label),
      ).length;
    const groups = new Set(samples.map(({ group }) => group)).size;
    const row = (name: string, label?: number): string[] => [
      name,
      ...splits.map((split) => formatCount(count(split, label))),
    ];
    const table = alignColumns([['class', ...splits], ...classes.map(row), row('total')], 'lr');
    const text = `${table.join('\n')}\n\n${output}: ${formatCount(samples.length)} images of ${formatCount(groups)} patients\n`;
    const counts = Object.fromEntries(splits.map((split) => [split, count(split)]));
    return { text, json: { manifest: output, classes, groups, counts, problems }, problems };
  },
};

async function lookForCopies(
  path: string,
  labeling: z.output<typeof labelFlags>,
  session: Session,
): Promise<Audit> {
  return auditData(path, {
    ...labeling,
    signal: session.catchInterrupt('Stopping; what is decoded is kept …'),
    onProgress: createPackingReporter(session.terminal),
  });
}
