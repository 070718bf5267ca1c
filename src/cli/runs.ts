/** `roentgen runs`: training runs as a table, and what tells some of them apart. */
import { z } from 'zod';
import { compareRuns, listRuns } from '../training/index.js';
import { UsageError } from './failure.js';
import { orders, sortRuns, type OrderName } from './runColumns.js';
import { comparisonLines } from './runsComparison.js';
import { runsTable } from './runsTable.js';
import { styleFor } from './style.js';
import type { Verb } from './verb.js';

const flags = z.strictObject({
  compare: z
    .boolean()
    .default(false)
    .describe('Show the settings that differ, and the figures side by side'),
  sort: z
    .enum(Object.keys(orders) as OrderName[])
    .default('started')
    .describe('Order; the newest, the best or the first comes first'),
});

export const runsVerb: Verb = {
  description:
    'Lists the runs in folders, and runs that are named themselves: how far each came, the figures of its ' +
    'kept epoch on its validation images, and on the test split where `roentgen evaluate` has measured them.',
  positionals: { folders: 'Run directories, and folders of them [runs]' },
  flags: { Runs: flags },
  examples: [
    { command: 'runs --sort auroc', explanation: 'all below runs/, the best first' },
    { command: 'runs runs/a runs/b --compare', explanation: 'what was different, what came of it' },
  ],
  async run(args) {
    const { compare, sort } = args.flags(flags);
    const given = args.positionals('folders');
    const { runs, problems } = await listRuns(given.length > 0 ? given : undefined);
    const sorted = sortRuns(runs, sort);
    const style = styleFor(process.stdout);
    // A pipe or a file has room for everything.
    const width = process.stdout.columns || Infinity;
    if (!compare) {
      const lines = sorted.length > 0 ? runsTable(sorted, width, style) : ['No runs'];
      return { text: toText(lines), json: { runs: sorted, problems }, problems };
    }
    if (sorted.length < 2) {
      throw new UsageError(`--compare needs two runs, and found ${sorted.length}`, 'roentgen runs');
    }
    const comparison = compareRuns(sorted);
    const lines = comparisonLines(sorted, comparison, width, style);
    return { text: toText(lines), json: { runs: sorted, comparison, problems }, problems };
  },
};

function toText(lines: readonly string[]): string {
  return `${lines.join('\n')}\n`;
}
