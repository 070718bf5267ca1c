/** `roentgen probe`: whether the labels can be told without seeing the lungs. */
import { z } from 'zod';
import { seedSchema } from '../native/index.js';
import { formatProbes, probe } from '../probing/index.js';
import { createStepReporter } from './packingProgress.js';
import { labelFlags } from './labelFlags.js';
import { readingFlags } from './sharedFlags.js';
import type { Verb } from './verb.js';

const flags = z.strictObject({
  model: z
    .string()
    .optional()
    .describe(
      "Run directory, whose model is judged beside the probes on the run's own validation part",
    ),
  masks: z
    .string()
    .optional()
    .describe("Folder of lung masks with the images' relative names [the manifest's column mask]"),
  valFraction: z
    .number()
    .gt(0)
    .lt(1)
    .optional()
    .describe("Share of each class that judges, in whole patients [0.25, or the run's]"),
  seed: seedSchema
    .optional()
    .describe("Of the split, the networks and the bootstrap [42, or the run's]"),
});

export const probeVerb: Verb = {
  description:
    'Trains small networks that see only the facts of the files, the border, or the image without the lungs, and ' +
    'says how far they get. What they get right, a model may have got right without looking at the lungs. ' +
    'With --model it also writes probe.json into the run directory. The exit code is 0 whatever it finds.',
  positionals: { data: 'Folder of class folders, a CSV manifest, or a packed file' },
  flags: { Probes: flags, Labels: labelFlags, Reading: readingFlags },
  examples: [
    { command: 'probe chest_xray', explanation: 'before training' },
    {
      command: 'probe chest_xray --model runs/demo --masks lungs',
      explanation: "beside a run's model, with lung masks",
    },
  ],
  async run(args, session) {
    const { keepGoing, ...reading } = args.flags(readingFlags);
    const report = await probe(
      {
        data: args.positional('data'),
        ...args.flags(flags),
        ...args.flags(labelFlags),
        ...reading,
        keepGoing,
      },
      {
        signal: session.catchInterrupt('Stopping …'),
        onEvent: createStepReporter(session.terminal),
      },
    );
    const { problems, output } = report;
    const place = output === null ? '' : `\nWritten to ${output}\n`;
    return { text: `${formatProbes(report)}${place}`, json: report, problems, keepGoing };
  },
};
