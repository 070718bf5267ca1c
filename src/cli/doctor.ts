/** `roentgen doctor`: whether everything works here. */
import { doctor, formatDoctor } from '../doctor/index.js';
import type { Verb } from './verb.js';

export const doctorVerb: Verb = {
  description:
    'Checks Node, LibTorch, processor, memory, disk and image library, and trains one step. ' +
    'Every failure comes with what helps; the exit code is 1 when something is broken.',
  positionals: {},
  flags: {},
  examples: [{ command: 'doctor --json', explanation: 'for a bug report or a monitor' }],
  async run() {
    const report = await doctor();
    return { text: formatDoctor(report), json: report, failed: !report.healthy };
  },
};
