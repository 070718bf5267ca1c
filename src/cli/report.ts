/** `roentgen report`: a run told, or what a paper about it must still say. */
import { z } from 'zod';
import { writeFileAtomic } from '../native/index.js';
import { checklistNames, checklists, formatChecklist } from '../report/index.js';
import { gatherReport, writeReport } from '../reporting/index.js';
import type { Verb } from './verb.js';

const flags = z.strictObject({
  checklist: z
    .enum(checklistNames)
    .optional()
    .describe('Fill what the run can know of this reporting checklist, instead of the report'),
  output: z.string().optional().describe('File for the checklist [stdout]'),
});

export const reportVerb: Verb = {
  description:
    'Writes report.html (one page that works offline), README.md (a model card) and plots/ into a run directory, ' +
    'from the predictions that training and `roentgen evaluate` left there.',
  positionals: { run: 'Run directory' },
  flags: { Report: flags },
  examples: [
    { command: 'report runs/demo', explanation: 'report.html, README.md and plots/' },
    {
      command: 'report runs/demo --checklist claim --output claim.md',
      explanation: 'what a paper must say, filled in as far as the run knows',
    },
  ],
  async run(args) {
    const run = args.positional('run');
    const { checklist, output } = args.flags(flags);
    if (checklist === undefined) {
      const { html, card, plots } = await writeReport(run);
      const files = { report: html, card, plots };
      const lines = Object.entries(files).map(([name, path]) => `  ${name.padEnd(6)}  ${path}\n`);
      return { text: lines.join(''), json: files };
    }
    const filled = checklists[checklist](await gatherReport(run));
    const text = formatChecklist(filled);
    if (output === undefined) return { text, json: filled };
    await writeFileAtomic(output, text);
    return { text: `${checklist} checklist in ${output}\n`, json: filled };
  },
};
