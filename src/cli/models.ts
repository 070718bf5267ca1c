/** `roentgen models`: the architectures that there are, and the layers of one. */
import { z } from 'zod';
import { formatModelList, formatSummary, listModels, loadModelSpec } from '../models/index.js';
import { Network } from '../native/index.js';
import { trainOptionsSchema } from '../training/index.js';
import type { Outcome, Verb } from './verb.js';

const { imgSize, inChans } = trainOptionsSchema.shape;

const flags = z.strictObject({
  numClasses: z.number().int().min(1).optional().describe("Outputs [the architecture's]"),
  imgSize,
  inChans,
});
type Shape = z.output<typeof flags>;

export const modelsVerb: Verb = {
  description:
    'Without a name, lists the architectures. With one, prints its layers, the totals as Keras counts ' +
    'them, and the multiply-accumulates of one image.',
  positionals: { name: 'One of the list, or the path of a JSON file of your own' },
  flags: { Shape: flags },
  examples: [
    { command: 'models resnet18 --num-classes 2', explanation: 'as for two classes' },
    { command: 'models ./my-net.json --img-size 128', explanation: 'an architecture of your own' },
  ],
  run(args) {
    const name = args.optional('name');
    return Promise.resolve(name === undefined ? list() : show(name, args.flags(flags)));
  },
};

function list(): Outcome {
  const specs = listModels().map(loadModelSpec);
  const json = specs.map(({ name, description, source, task, input, classes }) => ({
    ...{ name, description, source, task, input, classes },
  }));
  return { text: `${formatModelList(specs)}\n`, json };
}

function show(name: string, { numClasses, imgSize: size, inChans: chans }: Shape): Outcome {
  const spec = loadModelSpec(name);
  const { input, classes } = spec;
  const [height, width] =
    size === undefined
      ? [input.height, input.width]
      : typeof size === 'number'
        ? [size, size]
        : size;
  const shape = {
    outputs: numClasses ?? classes,
    channels: chans ?? input.channels,
    height,
    width,
  };
  using network = Network.build(spec, shape, 0);
  const summary = network.summary();
  return {
    text: `${formatSummary(spec, shape, summary)}\n`,
    json: { name: spec.name, shape, ...summary },
  };
}
