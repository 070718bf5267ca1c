/** Architecture files with a fault: each message names file, layer and field. */
import test from 'ava';
import { parseModelSpec } from '../../src/models/index.js';
import { RoentgenError } from '../../src/native/index.js';

const convolution = { kind: 'conv2d', name: 'conv1', out: 8, kernel: 3 };
const pooling = { kind: 'maxPool2d', kernel: 2 };
const flatten = { kind: 'flatten' };
const head = { kind: 'linear', name: 'head', out: 'classes' };
const layers = [convolution, pooling, flatten, head];
const small = {
  name: 'small',
  description: 'One convolution',
  source: 'This test',
  convention: 'keras',
  input: { channels: 1, height: 32, width: 32 },
  classes: 2,
  layers,
  layersFor: { cam: 'conv1', embedding: 'flatten3' },
};
const reconstruction = {
  ...small,
  task: 'reconstruction',
  layers: [convolution, { ...convolution, name: 'conv2', out: 'channels' }],
  layersFor: {},
};

/** The lines of the message, each without the file that it begins with. */
function faultsOf(value: unknown): string[] {
  try {
    parseModelSpec(value, 'mine.json');
  } catch (error) {
    if (!(error instanceof RoentgenError)) throw error;
    if (error.code !== 'ERR_INVALID_SPEC') throw error;
    return error.message.split('\n').map((line) => line.replace(/^mine\.json: /, ''));
  }
  return [];
}

const withLayer = (index: number, change: object): object => ({
  ...small,
  layers: layers.map((layer, position) => (position === index ? { ...layer, ...change } : layer)),
});

test('a right architecture comes back with its defaults filled in', (t) => {
  const checked: unknown = parseModelSpec(small, 'mine.json');
  t.deepEqual(checked, { ...small, task: 'classification', output: 'softmax', aliases: {} });
  t.deepEqual(faultsOf(reconstruction), []);
});

test('a message begins with the file', (t) => {
  t.throws(() => parseModelSpec(withLayer(0, { kernel: -1 }), 'models/mine.json'), {
    message:
      'models/mine.json: layer 1 "conv1": kernel must be a positive integer, received -1',
  });
});

const wrongFields: [value: unknown, fault: string][] = [
  [withLayer(0, { kernel: 'big' }), 'layer 1 "conv1": kernel must be a positive integer or [height, width], received "big"'],
  [withLayer(0, { kernel: [3, 0] }), 'layer 1 "conv1": kernel[1] must be a positive integer, received 0'],
  [withLayer(0, { out: 2.5 }), 'layer 1 "conv1": out must be a positive integer or "channels", received 2.5'],
  [withLayer(0, { out: undefined }), 'layer 1 "conv1": out is missing; it must be a positive integer or "channels"'],
  [withLayer(0, { padding: 'full' }), 'layer 1 "conv1": padding must be "valid", "same" or a whole number, received "full"'],
  [withLayer(0, { bias: 1 }), 'layer 1 "conv1": bias must be true or false, received 1'],
  [withLayer(0, { activation: 'Relu' }), 'layer 1 "conv1": activation must be one of relu, leakyRelu, elu, gelu, silu, sigmoid, tanh, received "Relu"'],
  [withLayer(0, { name: 'a.b' }), 'layer 1 "a.b": name must be a name without dots, received "a.b"'],
  [withLayer(0, { name: undefined }), 'layer 1: name is missing; it must be a name without dots'],
  [withLayer(2, { kind: 'dropout', rate: 1 }), 'layer 3: rate must be a number in [0, 1), received 1'],
  [withLayer(2, { kind: 'upsample2d', scale: 1 }), 'layer 3: scale must be an integer from 2 on, received 1'],
  [withLayer(0, { kernal: 3 }), 'layer 1 "conv1": unknown field "kernal"; did you mean kernel?'],
  [withLayer(2, { dilation: 2 }), 'layer 3: unknown field "dilation". Known: kind, name'],
  [withLayer(0, { kind: 'conv3d' }), 'layer 1 "conv1": unknown kind "conv3d"; did you mean conv2d?'],
  [withLayer(2, { kind: undefined }), 'layer 3: kind is missing; it must be one of conv2d, batchNorm, activation, maxPool2d, avgPool2d, zeroPad2d, globalAvgPool, upsample2d, flatten, linear, dropout, residualStage'],
  [{ ...small, layers: [3] }, 'layer 1: it must be an object whose kind is one of conv2d, batchNorm, activation, maxPool2d, avgPool2d, zeroPad2d, globalAvgPool, upsample2d, flatten, linear, dropout, residualStage, received 3'],
  [{ ...small, layers: [] }, 'layers must be a list of at least one layer, received []'],
  [{ ...small, layer: [] }, 'unknown field "layer"; did you mean layers?'],
  [{ ...small, input: { ...small.input, channels: 2 } }, 'input.channels must be 1 or 3, received 2'],
  [{ ...small, input: { ...small.input, size: 32 } }, 'unknown field "size". Known: channels, height, width, mean, std'],
  [{ ...small, input: { ...small.input, std: 0 } }, 'input.std must be a positive number, or one for each channel, received 0'],
  [{ ...small, convention: 'jax' }, 'convention must be "keras" or "torch", received "jax"'],
  [{ ...small, layersFor: { cams: 'conv1' } }, 'unknown field "cams"; did you mean cam?'],
  [[small], 'it must be a JSON object, received [{"name":"small","description":"One c...'],
];

test('a wrong, missing or unknown field is named with what it must be', (t) => {
  for (const [value, fault] of wrongFields) t.deepEqual(faultsOf(value), [fault]);
});

const contradictions: [value: unknown, fault: string][] = [
  [{ ...small, input: { ...small.input, mean: [0.5, 0.5] } }, 'input.mean must have 1 or 1 values, received 2'],
  [withLayer(3, { name: 'conv1' }), 'layer 4 "conv1": name must be unique, but layer 1 is called "conv1" as well'],
  [withLayer(0, { name: 'maxPool2d2' }), 'layer 2: name must be unique, but layer 1 is called "maxPool2d2" as well'],
  [{ ...small, layers: [head], layersFor: {} }, 'layer 1 "head": a linear layer needs a flatten or globalAvgPool layer before it'],
  [{ ...small, layers: [...layers.slice(0, 3), pooling, head] }, 'layer 4: maxPool2d needs an image, but layer 3 has flattened it'],
  [withLayer(1, { padding: 2 }), 'layer 2: padding must be at most half the kernel, received 2'],
  [withLayer(3, { out: 2 }), 'layer 4 "head": the last layer of a classifier must be linear with out "classes"'],
  [withLayer(3, { activation: 'sigmoid' }), 'layer 4 "head": the last layer gives logits and must have no activation; see output'],
  [{ ...reconstruction, layers: [convolution] }, 'layer 1 "conv1": the last conv2d of a reconstruction must have out "channels"'],
  [{ ...small, layersFor: { cam: 'conv2' } }, 'layersFor.cam must be the name of a layer, received "conv2"'],
  [{ ...small, layersFor: { cam: 'head' } }, 'layersFor.cam must be a layer that puts out an image, but "head" puts out a vector'],
];

test('parts that contradict each other are named', (t) => {
  for (const [value, fault] of contradictions) t.true(faultsOf(value).includes(fault), fault);
});

test('all faults of a file are told at once', (t) => {
  const value = { ...withLayer(0, { kernel: 0, strides: 2 }), classes: 0 };
  t.deepEqual(faultsOf(value), [
    'classes must be a positive integer, received 0',
    'layer 1 "conv1": kernel must be a positive integer, received 0',
    'layer 1 "conv1": unknown field "strides"; did you mean stride?',
  ]);
});
