/** `roentgen data split`: a manifest that divides a source into train, val and test by patient. */
import { existsSync } from 'node:fs';
import { z } from 'zod';
import { scanSource, splitByGroup, splits, writeManifest, type Split } from '../data/index.js';
import { RoentgenError } from '../native/index.js';
import { labelFlags } from './labelFlags.js';
import { alignColumns, formatCount } from './text.js';
import type { Verb } from './verb.js';

const share = z.number().min(0).lt(1);

const flags = z.strictObject({
  val: share.default(0.15).describe('Share of each class for validation'),
  test: share.default(0.15).describe('Share of each class for the final test'),
  seed: z.number().int().min(0).max(Number.MAX_SAFE_INTEGER).default(42).describe('Of the split'),
  output: z.string().default('manifest.csv').describe('Manifest to write; never an existing file'),
});

export const dataSplit: Verb = {
  description:
    'Divides images into train, val and test, stratified by class. All images of a patient stay together.\n' +
    'Splits that the source already has are not kept.',
  positionals: { source: 'Folder of class folders, or a CSV manifest' },
  flags: { Split: flags, Images: labelFlags },
  examples: [
    {
      command: 'data split chest_xray --val 0.1 --test 0.2 --output kermany.csv',
      explanation: 'then: roentgen train kermany.csv',
    },
  ],
  async run(args) {
    const { val, test, seed, output } = args.flags(flags);
    if (existsSync(output)) {
      throw new RoentgenError(
        'ERR_INVALID_ARGUMENT',
        `${output} exists: name another file with --output, or delete it`,
      );
    }
    const source = await scanSource(args.positional('source'), args.flags(labelFlags));
    const { classes, samples, problems } = source;
    const assignment = splitByGroup(samples, { fractions: { val, test }, seed });
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
