/** `roentgen import`: where the weights of another program would go in an architecture. */
import { z } from 'zod';
import type { ImportReport } from '../native/index.js';
import { importModel, trainOptionsSchema, type ImportResult } from '../training/index.js';
import { plural } from './text.js';
import type { Verb } from './verb.js';

const flags = trainOptionsSchema
  .pick({ model: true, imgSize: true, inChans: true, headHidden: true, headDropout: true })
  .extend({
    numClasses: z.number().int().min(1).optional().describe("Outputs [the architecture's]"),
    output: z
      .string()
      .optional()
      .describe('Safetensors file to write, in the names of the architecture'),
  });

type Kind = Exclude<keyof ImportReport, 'metadata'>;

/** What becomes of weights, in the order of the text. */
const kinds: readonly (readonly [kind: Kind, meaning: string])[] = [
  ['matched', 'taken as they are'],
  ['adapted', 'taken, the stem made to fit the channels'],
  ['drawn', 'left as drawn: the head, or what only this network has'],
  ['missing', 'not in the file'],
  ['wrong', 'of another shape, or not finite'],
  ['unexpected', 'in the file alone'],
];

/** Of a kind that all is well with, so many names say enough. */
const fewNames = 6;

export const importVerb: Verb = {
  description:
    'Shows which weights of a file fit an architecture: a model file, safetensors in the names of torchvision or ' +
    'timm, or a .pth of torch.save, of which nothing but tensors is ever built. `roentgen train --weights` takes ' +
    'such a file as it is.',
  positionals: { weights: 'File of weights' },
  flags: { Network: flags },
  examples: [
    {
      command: 'import resnet18-f37072fd.pth --model resnet18 --in-chans 1 --num-classes 2',
      explanation: "torchvision's weights for gray images of two classes",
    },
    {
      command: 'import resnet50.pth --model resnet50 --output resnet50.safetensors',
      explanation: 'keep them in a file that Python reads without pickle',
    },
  ],
  async run(args, session) {
    const result = await importModel({ ...args.flags(flags), weights: args.positional('weights') });
    return {
      text: describe(result, session.verbose),
      json: result,
      failed: !result.fits,
    };
  },
};

function describe({ model, report, fits, output }: ImportResult, verbose: boolean): string {
  const blocks = kinds.flatMap(([kind, meaning]) => {
    const names = report[kind];
    if (names.length === 0) return [];
    const whole = verbose || kind === 'missing' || kind === 'wrong';
    const shown = whole ? names : names.slice(0, fewNames);
    const rest = names.length - shown.length;
    const more = rest > 0 ? [`… and ${rest} more (--verbose)`] : [];
    return [`${kind}: ${plural(names.length, 'name')} ${meaning}`, ...indent([...shown, ...more])];
  });
  const verdict = fits ? `The weights fit ${model}` : `The weights do not fit ${model}`;
  const file = output === null ? '' : `, and are in ${output}`;
  return `${[...blocks, `${verdict}${file}`].join('\n')}\n`;
}

function indent(lines: readonly string[]): string[] {
  return lines.map((text) => `  ${text}`);
}
