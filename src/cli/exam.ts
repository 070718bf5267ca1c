/** `roentgen exam`: whether explanations tell what the network knows. */
import { z } from 'zod';
import { examineExplanations, examSettingsSchema } from '../explanation/index.js';
import { examLines } from './examLines.js';
import { showShare } from './progressLine.js';
import { readingFlags } from './sharedFlags.js';
import { styleFor } from './style.js';
import type { Verb } from './verb.js';

const { keepGoing } = readingFlags.shape;
const readingProblems = z.strictObject({ keepGoing });

export const examVerb: Verb = {
  description:
    'Examines methods of explanation on a model: does the answer change where a map says that it should (deletion, ' +
    'insertion, ROAD), does the map change when the weights are drawn anew, does it lie in the lungs, and does LIME ' +
    'fit and repeat itself. Images need no labels; twenty or more give verdicts. The exit code is 1 where a method ' +
    'fails.',
  positionals: { model: 'Run directory or model file', images: 'Image files and folders' },
  flags: { Exam: examSettingsSchema, Reading: readingProblems },
  examples: [
    {
      command: 'exam runs/demo images --method gradCam,layerCam,lime --output exam',
      explanation: 'three methods; writes exam.csv and exam.json',
    },
    { command: 'exam runs/demo images --masks lungs', explanation: 'do maps lie in the lungs?' },
  ],
  async run(args, session) {
    const { keepGoing: goOn } = args.flags(readingProblems);
    const report = await examineExplanations(
      {
        model: args.positional('model'),
        images: args.positionals('images'),
        ...args.flags(examSettingsSchema),
      },
      {
        signal: session.catchInterrupt('Stopping …'),
        onProgress: ({ done, total, method }) => {
          const title = `examining ${method} ${done}/${total}`;
          showShare(session.terminal, title, done / total);
        },
      },
    );
    const place = report.output === null ? [] : ['', `Written to ${report.output}`];
    const lines = [...examLines(report, styleFor(process.stdout)), ...place];
    return {
      text: `${lines.join('\n')}\n`,
      json: report,
      problems: report.problems,
      keepGoing: goOn,
      showsPredictions: true,
      failed: report.methods.some(({ verdict }) => verdict === 'fail'),
    };
  },
};
