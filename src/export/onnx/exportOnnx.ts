/** A model file as ONNX, which onnxruntime runs in any language and in browsers. */
import { notice, parseModelSpec } from '../../models/index.js';
import { loadModel, type Model } from '../../inference/index.js';
import { invalidFile, packageVersion, readTensors, writeFileAtomic } from '../../native/index.js';
import { GraphBuilder, opset, type GraphValue } from './graph.js';
import { LayerWriter, type Weights } from './layers.js';

/** Which model is written as ONNX, and what of its preprocessing goes with it. */
export interface OnnxOptions {
  /** A model file or a run directory. */
  model: string;
  /** File to write; default the model's file with the ending `.onnx`. An existing file is replaced. */
  output?: string | undefined;
  /** Take uint8 pixels from 0 to 255 and normalize inside; default false: normalized float32. */
  preprocessing?: boolean | undefined;
  /** Give probabilities, after the model's temperature where it has one; default false: logits. Classifiers only. */
  probabilities?: boolean | undefined;
}

/** The ONNX file that was written, and what its inputs and outputs are. */
export interface OnnxExport {
  path: string;
  sizeBytes: number;
  opset: number;
  input: GraphValue;
  output: GraphValue;
  /** As the file holds them. */
  metadata: Readonly<Record<string, string>>;
}

const inputName = 'input';

/**
 * Writes the network with everything a caller must know in the file's metadata: `classes` (JSON, in the order of the
 * outputs), `image` (JSON: channels, height, width, fit), `mean` and `std` (JSON, of pixels in [0, 1]), `output`
 * (softmax or sigmoid), and `decision` (JSON) where the model has a rule. Any number of images goes in at once.
 * A model's test-time augmentation is inside. Probabilities inside hold the temperature, not the operating point: what to
 * answer is the caller's to decide.
 * @throws RoentgenError as `loadModel`; ERR_NO_SPACE, ERR_IO
 */
export async function exportOnnx(options: OnnxOptions): Promise<OnnxExport> {
  using model = await loadModel(options.model);
  const { metadata: stored, tensors } = await readTensors(model.path);
  const spec = parseModelSpec(JSON.parse(stored['architecture'] ?? 'null'), model.path);
  const weights: Weights = (name) => {
    const tensor = tensors[name];
    if (!(tensor?.values instanceof Float32Array)) {
      throw invalidFile(model.path, `it has no float32 tensor ${name}`);
    }
    return { shape: tensor.shape, values: tensor.values };
  };
  const { channels, height, width } = model.format;
  const graph = new GraphBuilder();
  const value = options.preprocessing === true ? normalize(graph, model) : inputName;
  const both = model.tta === 'hflip';
  const seen = both ? withMirrorImages(graph, value) : value;
  const written = new LayerWriter(graph, spec, weights, { value: seen, height, width }).write();
  const outputs = outputsOf(model);
  const logits = both ? meanOfHalves(graph, written, outputs) : written;
  const asProbabilities = model.task === 'classification' && options.probabilities === true;
  const result = asProbabilities ? toProbabilities(graph, model, { logits, outputs }) : logits;
  const output = describeOutput(model, { outputs, asProbabilities });
  graph.rename(result, output.name);
  const input: GraphValue = {
    name: inputName,
    type: options.preprocessing === true ? 'uint8' : 'float32',
    shape: ['N', channels, height, width],
    description:
      options.preprocessing === true
        ? 'Pixels from 0 to 255'
        : 'Pixels in [0, 1], minus mean, divided by std, per channel',
  };
  const metadata = describe(model);
  const description = `${spec.description}. ${notice}`;
  const parts = { name: spec.name, producerVersion: packageVersion, description };
  const bytes = graph.encode({ ...parts, inputs: [input], outputs: [output], metadata });
  const path = options.output ?? model.path.replace(/(\.safetensors)?$/, '.onnx');
  await writeFileAtomic(path, bytes);
  return { path, sizeBytes: bytes.length, opset, input, output, metadata };
}

function describeOutput(
  { task, classes, format: { channels, height, width } }: Model,
  { outputs, asProbabilities }: { outputs: number; asProbabilities: boolean },
): GraphValue {
  const type = 'float32';
  if (task !== 'classification') {
    const shape = ['N', channels, height, width];
    return { name: 'image', type, shape, description: 'Normalized' };
  }
  const values = asProbabilities ? classes.length : outputs;
  return {
    name: asProbabilities ? 'probabilities' : 'logits',
    type,
    shape: ['N', values],
    description:
      values === 1
        ? 'The logit of the second class of the metadata'
        : 'One value per class, in the order of the metadata',
  };
}

function describe({
  architecture,
  classes,
  task,
  format,
  description,
}: Model): Record<string, string> {
  const { mean, std, output, decision } = description;
  const values = { classes, image: format, mean, std };
  return {
    roentgen: packageVersion,
    architecture,
    task,
    output,
    notice,
    ...Object.fromEntries(
      Object.entries(values).map(([name, value]) => [name, JSON.stringify(value)]),
    ),
    ...(decision === undefined ? {} : { decision: JSON.stringify(decision) }),
  };
}

/** uint8 to normalized float32. */
function normalize(graph: GraphBuilder, { format, description }: Model): string {
  const perChannel = (name: string, values: readonly number[]): string => {
    const all = Array.from({ length: format.channels }, (_, at) => values[at] ?? values[0] ?? 0);
    return graph.tensor(name, [1, format.channels, 1, 1], Float32Array.from(all));
  };
  const float32 = 1;
  const pixels = graph.node('Cast', [inputName], { to: float32 }, 'pixels');
  const unit = graph.node('Div', [pixels, graph.tensor('white', [], Float32Array.of(255))]);
  const centered = graph.node('Sub', [unit, perChannel('mean', description.mean)]);
  return graph.node('Div', [centered, perChannel('std', description.std)], {}, 'normalized');
}

/** The images, and behind them their mirror images: [2N, C, H, W]. */
function withMirrorImages(graph: GraphBuilder, images: string): string {
  const ends = BigInt.asIntN(64, 1n << 63n);
  const reversed = { last: -1n, beforeFirst: ends, width: 3n, step: -1n };
  const slice = Object.entries(reversed).map(([name, value]) =>
    graph.tensor(`mirror.${name}`, [1], BigInt64Array.of(value)),
  );
  const mirrored = graph.node('Slice', [images, ...slice], {}, 'mirrored');
  return graph.node('Concat', [images, mirrored], { axis: 0 }, 'both');
}

/** [2N, outputs] to the mean of both halves, [N, outputs]. */
function meanOfHalves(graph: GraphBuilder, logits: string, outputs: number): string {
  const shape = graph.tensor('halves', [3], BigInt64Array.of(2n, -1n, BigInt(outputs)));
  const halves = graph.node('Reshape', [logits, shape]);
  return graph.node('ReduceMean', [halves], { axes: [0], keepdims: 0 });
}

/** Logits of an image: one for each class, or a single one for the second of two. */
function outputsOf({ inside }: Model): number {
  const [outputs = 0] = inside.layers.at(-1)?.shape ?? [];
  return outputs;
}

/** As `toProbabilities` of src/evaluation computes them, with the temperature before the last softmax. */
function toProbabilities(
  graph: GraphBuilder,
  model: Model,
  { logits, outputs }: { logits: string; outputs: number },
): string {
  const { output } = model.description;
  const scores = output === 'softmax' ? logits : logSigmoid(graph, logits, outputs);
  const temperature = model.decision?.temperature ?? 1;
  const divisor = graph.tensor('temperature', [], Float32Array.of(temperature));
  return graph.node('Softmax', [graph.node('Div', [scores, divisor])], { axis: 1 });
}

function logSigmoid(graph: GraphBuilder, logits: string, outputs: number): string {
  if (outputs === 1) {
    // softmax([0, x]) is [1 − σ(x), σ(x)].
    return graph.node('Mul', [logits, graph.tensor('pair', [1, 2], Float32Array.of(0, 1))]);
  }
  const softplus = graph.node('Softplus', [graph.node('Neg', [logits])]);
  return graph.node('Neg', [softplus]);
}
