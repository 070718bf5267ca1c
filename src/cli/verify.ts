/** `roentgen verify`: whether a run still reproduces, and what of it has changed. */
import { z } from 'zod';
import {
  verify,
  type Verification,
  type VerificationCheck,
  type VerificationStatus,
} from '../verification/index.js';
import { createEvaluationReporter } from './evaluate.js';
import { readingFlags } from './sharedFlags.js';
import { styleFor, type Style } from './style.js';
import { alignColumns, formatSeconds, plural } from './text.js';
import type { Verb } from './verb.js';

const flags = z.strictObject({
  masks: z
    .string()
    .optional()
    .describe('Folder of lung masks, for a run that sees the lungs alone [where it was]'),
});
const { workers, cacheDir } = readingFlags.shape;
const reading = z.strictObject({ workers, cacheDir });

export const verifyVerb: Verb = {
  description:
    'Compares files, weights, images and splits of a run with the hashes that it kept of them, predicts ' +
    'its validation images and those of its evaluations again, and computes all figures anew. Names ' +
    'what differs; exit code 1 where something does. Writes nothing into the run.',
  positionals: {
    run: 'Run directory',
    data: 'Its images, where they have moved [where they were]',
  },
  flags: { Images: flags, Reading: reading },
  examples: [
    { command: 'verify runs/demo', explanation: 'before its figures are published' },
    {
      command: 'verify runs/demo /archive/chest_xray',
      explanation: 'the images are elsewhere now',
    },
  ],
  async run(args, session) {
    const found = await verify(
      {
        run: args.positional('run'),
        data: args.optional('data'),
        ...args.flags(flags),
        ...args.flags(reading),
      },
      {
        signal: session.catchInterrupt('Stopping …'),
        onEvent: createEvaluationReporter(session.terminal, 'predicting'),
      },
    );
    const lines = verificationLines(found, styleFor(process.stdout), { all: session.verbose });
    return {
      text: `${lines.join('\n')}\n`,
      json: found,
      failed: found.verdict === 'differs',
    };
  },
};

/** Words as well as colors, for those who see none. */
const marks: Readonly<
  Record<VerificationStatus, { word: string; color: 'green' | 'yellow' | 'red' }>
> = {
  ok: { word: 'ok       ', color: 'green' },
  unchecked: { word: 'unchecked', color: 'yellow' },
  differs: { word: 'DIFFERS  ', color: 'red' },
};

const headlines: Readonly<Record<Verification['verdict'], string>> = {
  reproduced: 'All of it is as it was, and predictions and figures come out the same',
  incomplete: 'What could be checked is as it was',
  differs: 'Not all of it is as it was',
};

/** Of one check. */
const listedFindings = 5;

function verificationLines(
  { verdict, checks, fingerprint, writtenBy, verifiedBy, run, data, seconds }: Verification,
  style: Style,
  { all }: { all: boolean },
): string[] {
  const table = alignColumns(
    checks.map((check) => [check.name, check.folder || 'the run', check.summary]),
  );
  const versions = Object.entries(writtenBy).filter(
    ([name, version]) => name in verifiedBy && verifiedBy[name] !== version,
  );
  const others = versions.map(
    ([name, version]) => `${name} ${version}, here ${verifiedBy[name] ?? ''}`,
  );
  const { color } =
    marks[verdict === 'reproduced' ? 'ok' : verdict === 'differs' ? verdict : 'unchecked'];
  return [
    `${style.bold(style[color](verdict))}  ${headlines[verdict]}`,
    '',
    ...checks.map(({ status }, at) => {
      const mark = marks[status];
      return `${style[mark.color](mark.word)}  ${table[at] ?? ''}`;
    }),
    ...checks.flatMap((check) => findingLines(check, style, all)),
    '',
    ...(others.length > 0 ? [`It was written with ${others.join('; ')}.`] : []),
    `fingerprint  ${fingerprint}`,
    style.dim(`${run} with the images of ${data}, in ${formatSeconds(seconds)}`),
  ];
}

function findingLines(
  { name, folder, findings }: VerificationCheck,
  style: Style,
  all: boolean,
): string[] {
  if (findings.length === 0) return [];
  const shown = all ? findings : findings.slice(0, listedFindings);
  const hidden = findings.length - shown.length;
  return [
    '',
    style.bold(folder === '' ? name : `${name} of ${folder}`),
    ...shown.map(({ subject, message }) => `  ${subject}: ${message}`),
    ...(hidden > 0 ? [style.dim(`  and ${plural(hidden, 'other')}; --verbose lists all`)] : []),
  ];
}
