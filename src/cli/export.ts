/** `roentgen export`: a model as a file for other programs. */
import { z } from 'zod';
import { exportOnnx } from '../export/index.js';
import type { Verb } from './verb.js';

const flags = z.strictObject({
  format: z.enum(['onnx']).default('onnx').describe('Of the file'),
  output: z.string().optional().describe("File to write [the model's, ending in .onnx]"),
  preprocessing: z
    .boolean()
    .default(false)
    .describe('Take pixels from 0 to 255 as bytes, and normalize inside'),
  probabilities: z
    .boolean()
    .default(false)
    .describe("Give probabilities, after the model's temperature, in place of logits"),
});

export const exportVerb: Verb = {
  description:
    'Writes a model as ONNX, which onnxruntime runs in Python, C++, C#, Java and browsers. Classes, image size, ' +
    'normalization and decision rule are in the metadata of the file, as JSON.',
  positionals: { model: 'Run directory or model file' },
  flags: { Export: flags },
  examples: [
    {
      command: 'export runs/demo',
      explanation: 'model_best.onnx beside the model: normalized images in, logits out',
    },
    {
      command: 'export runs/demo --preprocessing --probabilities --output page/model.onnx',
      explanation: 'bytes in, probabilities out',
    },
  ],
  async run(args) {
    const { format, output, ...inside } = args.flags(flags);
    const exported = await exportOnnx({ model: args.positional('model'), output, ...inside });
    const values = ([title, { name, type, shape }]: [string, typeof exported.input]): string =>
      `  ${title.padEnd(6)}  ${name}: ${type} [${shape.join(', ')}]\n`;
    const sides = Object.entries({ input: exported.input, output: exported.output });
    const size = `${(exported.sizeBytes / 1e6).toFixed(1)} MB`;
    return {
      text: `${exported.path} (${format}, opset ${exported.opset}, ${size})\n${sides.map(values).join('')}`,
      json: exported,
    };
  },
};
