/** How each kind of layer is written with ONNX's operations. */
import type { Layer, LayerKind, ModelSpec } from '../../models/index.js';
import type { Attribute, GraphBuilder } from './graph.js';

/** A weight by its name in the model file; throws where there is none. */
export type Weights = (name: string) => { shape: readonly number[]; values: Float32Array };

/** Where the graph has come to: a value and its shape for one image. */
interface Flow {
  value: string;
  height: number;
  width: number;
}

type LayerOf<Kind extends LayerKind> = Extract<Layer, { kind: Kind }>;
type Pair = readonly [number, number];
type ActivationName = LayerOf<'activation'>['function'];

/** PyTorch's default; ONNX's is 0.01 as well, but says so nowhere in a file. */
const leakySlope = 0.01;
/**
 * The smallest float32 above 0 pads as 0 does. onnxruntime 1.30 moves a padding by 0 into the max pooling behind it,
 * where it becomes one by −∞.
 */
const almostZero = 2 ** -149;
const epsilons = { keras: 1e-3, torch: 1e-5 } as const;

/** Writes layers one after another. Shapes are followed, since padding as Keras means it depends on them. */
export class LayerWriter {
  private readonly graph: GraphBuilder;
  private readonly spec: ModelSpec;
  private readonly weights: Weights;
  private flow: Flow;

  constructor(
    graph: GraphBuilder,
    spec: ModelSpec,
    weights: Weights,
    input: { value: string; height: number; width: number },
  ) {
    this.graph = graph;
    this.spec = spec;
    this.weights = weights;
    this.flow = { ...input };
  }

  /** All layers of the architecture; gives the name of what the last one puts out. */
  write(): string {
    this.spec.layers.forEach((layer, index) => {
      const name = layer.name ?? `${layer.kind}${index + 1}`;
      this.writeLayer(layer, name);
      if ('activation' in layer && layer.activation) this.activate(layer.activation, name);
    });
    return this.flow.value;
  }

  private writeLayer(layer: Layer, name: string): void {
    switch (layer.kind) {
      case 'conv2d':
        this.convolve(name, layer);
        return;
      case 'batchNorm':
        this.normalize(name, layer.epsilon);
        return;
      case 'activation':
        this.activate(layer.function, name);
        return;
      case 'maxPool2d':
        this.pool('MaxPool', layer, name);
        return;
      case 'avgPool2d':
        // Keras leaves padded cells out of the mean.
        this.pool('AveragePool', layer, name, { count_include_pad: 0 });
        return;
      case 'zeroPad2d':
        this.pad(layer.padding, name);
        return;
      case 'globalAvgPool':
        this.put('GlobalAveragePool', [], {}, `${name}_mean`);
        this.put('Flatten', [], { axis: 1 }, name);
        return;
      case 'upsample2d':
        this.upsample(layer.scale ?? 2, name);
        return;
      case 'flatten':
        this.put('Flatten', [], { axis: 1 }, name);
        return;
      case 'linear':
        this.put('Gemm', this.parameters(name, layer.bias ?? true), { transB: 1 }, name);
        return;
      case 'dropout':
        return;
      case 'residualStage':
        this.stage(layer, name);
    }
  }

  /** A node that goes on from the flow's value. */
  private put(
    operation: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, Attribute>>,
    name: string,
  ): void {
    this.flow.value = this.graph.node(operation, [this.flow.value, ...inputs], attributes, name);
  }

  private tensor(name: string): string {
    const { shape, values } = this.weights(name);
    return this.graph.tensor(name, shape, values);
  }

  private parameters(name: string, bias: boolean): string[] {
    return [this.tensor(`${name}.weight`), ...(bias ? [this.tensor(`${name}.bias`)] : [])];
  }

  private convolve(
    name: string,
    layer: Pick<LayerOf<'conv2d'>, 'kernel' | 'stride' | 'padding' | 'groups' | 'bias'>,
  ): void {
    const { pads, attributes } = this.slide(layer.kernel, layer.stride ?? 1, layer.padding);
    const group = layer.groups ?? 1;
    const inputs = this.parameters(name, layer.bias ?? true);
    this.put('Conv', inputs, { ...attributes, pads, group }, name);
  }

  private pool(
    operation: 'MaxPool' | 'AveragePool',
    { kernel, stride, padding }: Pick<LayerOf<'maxPool2d'>, 'kernel' | 'stride' | 'padding'>,
    name: string,
    extra: Readonly<Record<string, Attribute>> = {},
  ): void {
    const { pads, attributes } = this.slide(kernel, stride ?? kernel, padding);
    this.put(operation, [], { ...attributes, ...extra, pads }, name);
  }

  /** Attributes of a sliding window; the flow has the size behind it from then on. */
  private slide(
    kernel: number | Pair,
    stride: number | Pair,
    padding: LayerOf<'conv2d'>['padding'],
  ): { pads: number[]; attributes: Record<string, Attribute> } {
    const [kernels, strides] = [toPair(kernel), toPair(stride)];
    const [top, bottom] = padsOf(padding, this.flow.height, kernels[0], strides[0]);
    const [left, right] = padsOf(padding, this.flow.width, kernels[1], strides[1]);
    this.flow.height = places(this.flow.height + top + bottom, kernels[0], strides[0]);
    this.flow.width = places(this.flow.width + left + right, kernels[1], strides[1]);
    // ONNX names the beginnings of all axes first.
    return {
      pads: [top, left, bottom, right],
      attributes: { kernel_shape: kernels, strides },
    };
  }

  private normalize(name: string, epsilon: number | undefined): void {
    const parts = ['weight', 'bias', 'running_mean', 'running_var'] as const;
    const inputs = parts.map((part) => this.tensor(`${name}.${part}`));
    const float = epsilon ?? epsilons[this.spec.convention];
    this.put('BatchNormalization', inputs, { epsilon: { float } }, name);
  }

  private activate(activation: ActivationName, layer: string): void {
    const name = `${layer}_${activation}`;
    switch (activation) {
      case 'relu':
      case 'sigmoid':
      case 'tanh':
        this.put(`${activation[0]?.toUpperCase() ?? ''}${activation.slice(1)}`, [], {}, name);
        return;
      case 'leakyRelu':
        this.put('LeakyRelu', [], { alpha: { float: leakySlope } }, name);
        return;
      case 'elu':
        this.put('Elu', [], { alpha: { float: 1 } }, name);
        return;
      case 'silu': {
        const before = this.flow.value;
        this.put('Sigmoid', [], {}, `${name}_gate`);
        this.put('Mul', [before], {}, name);
        return;
      }
      case 'gelu':
        this.gelu(name);
    }
  }

  /** x · (1 + erf(x / √2)) / 2: ONNX has Gelu of its own only from opset 20 on. */
  private gelu(name: string): void {
    const before = this.flow.value;
    this.put('Div', [this.scalar(Math.SQRT2)], {}, `${name}_scaled`);
    this.put('Erf', [], {}, `${name}_erf`);
    this.put('Add', [this.scalar(1)], {}, `${name}_shifted`);
    this.put('Mul', [before], {}, `${name}_product`);
    this.put('Mul', [this.scalar(0.5)], {}, name);
  }

  private scalar(value: number): string {
    return this.graph.tensor(`constant_${value}`, [], Float32Array.of(value));
  }

  private pad(side: number, name: string): void {
    const pads = [0, 0, side, side, 0, 0, side, side].map(BigInt);
    const tensor = this.graph.tensor(`${name}_pads`, [8], BigInt64Array.from(pads));
    this.put('Pad', [tensor, this.scalar(almostZero)], {}, name);
    this.flow.height += 2 * side;
    this.flow.width += 2 * side;
  }

  private upsample(scale: number, name: string): void {
    const scales = this.graph.tensor(`${name}_scales`, [4], Float32Array.of(1, 1, scale, scale));
    const nearest = {
      mode: 'nearest',
      coordinate_transformation_mode: 'asymmetric',
      nearest_mode: 'floor',
    };
    // The second input, a region of interest, is for cropping and stays empty.
    this.put('Resize', ['', scales], nearest, name);
    this.flow.height *= scale;
    this.flow.width *= scale;
  }

  private stage({ block, blocks, stride, epsilon }: LayerOf<'residualStage'>, name: string): void {
    for (let index = 0; index < blocks; index += 1) {
      const blockName = `${name}.${index}`;
      if (block === 'preActivation') {
        this.preActivation(blockName, index + 1 === blocks ? stride : 1, index === 0, epsilon);
      } else {
        this.residual(blockName, index === 0 ? stride : 1, block === 'bottleneck', epsilon);
      }
    }
  }

  /** He et al. 2016, Deep residual learning: as torchvision builds it. */
  private residual(name: string, stride: number, bottleneck: boolean, epsilon?: number): void {
    const input = { ...this.flow };
    const kernels = bottleneck ? [1, 3, 1] : [3, 3];
    const strided = bottleneck ? 1 : 0;
    kernels.forEach((kernel, index) => {
      const layer = { kernel, stride: index === strided ? stride : 1, padding: (kernel - 1) / 2 };
      this.convolve(`${name}.conv${index + 1}`, { ...layer, bias: false });
      this.normalize(`${name}.bn${index + 1}`, epsilon);
      if (index + 1 < kernels.length) this.activate('relu', `${name}.bn${index + 1}`);
    });
    const result = { ...this.flow };
    if (this.changesWidth(name, kernels.length) || stride !== 1) {
      this.flow = input;
      this.convolve(`${name}.downsample.0`, { kernel: 1, stride, padding: 0, bias: false });
      this.normalize(`${name}.downsample.1`, epsilon);
      input.value = this.flow.value;
    }
    this.flow = result;
    this.put('Add', [input.value], {}, `${name}.sum`);
    this.activate('relu', name);
  }

  /** Whether a block puts out another number of channels than it takes in. */
  private changesWidth(name: string, convolutions: number): boolean {
    const taken = this.weights(`${name}.conv1.weight`).shape[1];
    return this.weights(`${name}.conv${convolutions}.weight`).shape[0] !== taken;
  }

  /** He et al. 2016, Identity mappings: as keras.applications.resnet's residual_block_v2. */
  private preActivation(name: string, stride: number, first: boolean, epsilon?: number): void {
    let identity = { ...this.flow };
    this.normalize(`${name}.preact`, epsilon);
    this.activate('relu', `${name}.preact`);
    const activated = { ...this.flow };
    if (first) {
      this.convolve(`${name}.shortcut`, { kernel: 1, stride, padding: 0 });
      identity = { ...this.flow };
    } else if (stride > 1) {
      this.flow = identity;
      this.pool('MaxPool', { kernel: 1, stride }, `${name}.subsample`);
      identity = { ...this.flow };
    }
    this.flow = { ...activated };
    for (const [index, kernel, step] of [
      [1, 1, 1],
      [2, 3, stride],
    ] as const) {
      const layer = { kernel, stride: step, padding: (kernel - 1) / 2, bias: false };
      this.convolve(`${name}.conv${index}`, layer);
      this.normalize(`${name}.bn${index}`, epsilon);
      this.activate('relu', `${name}.bn${index}`);
    }
    this.convolve(`${name}.conv3`, { kernel: 1, padding: 0 });
    this.put('Add', [identity.value], {}, name);
  }
}

function toPair(value: number | Pair): Pair {
  return typeof value === 'number' ? [value, value] : value;
}

function places(size: number, kernel: number, stride: number): number {
  return Math.floor((size - kernel) / stride) + 1;
}

/** Before and after. TensorFlow's rule for `same`: ceil(size / stride) places, the odd cell after. */
function padsOf(
  padding: LayerOf<'conv2d'>['padding'] = 'valid',
  size: number,
  kernel: number,
  stride: number,
): Pair {
  if (typeof padding === 'number') return [padding, padding];
  if (padding === 'valid') return [0, 0];
  const total = Math.max(0, (Math.ceil(size / stride) - 1) * stride + kernel - size);
  return [Math.floor(total / 2), total - Math.floor(total / 2)];
}
