/** What must hold between the parts of an architecture file, each of which is right by itself. */
import type { Layer, LayerKind, ModelSpec } from './schema.js';

/** A fault, and where: the keys that lead to it from the top. */
export interface Fault {
  path: readonly PropertyKey[];
  message: string;
}

const flattening: ReadonlySet<LayerKind> = new Set(['flatten', 'globalAvgPool']);
const imageOrVector: ReadonlySet<LayerKind> = new Set(['batchNorm', 'activation', 'dropout']);

/** Where a layer has no name, its kind and place stand for it, as the native core has it. */
function nameOf(layer: Layer, index: number): string {
  return layer.name ?? `${layer.kind}${index + 1}`;
}

/** All faults, in the order of the file. */
export function findFaults(spec: ModelSpec): Fault[] {
  return [
    ...normalizationFaults(spec),
    ...nameFaults(spec),
    ...orderFaults(spec),
    ...poolingFaults(spec),
    ...outputFaults(spec),
    ...referenceFaults(spec),
  ];
}

function normalizationFaults({ input }: ModelSpec): Fault[] {
  return (['mean', 'std'] as const).flatMap((field) => {
    const values = input[field];
    if (!Array.isArray(values) || values.length === 1 || values.length === input.channels) return [];
    const message = `input.${field} must have 1 or ${input.channels} values, received ${values.length}`;
    return [{ path: ['input', field], message }];
  });
}

function nameFaults({ layers }: ModelSpec): Fault[] {
  const first = new Map<string, number>();
  return layers.flatMap((layer, index) => {
    const name = nameOf(layer, index);
    const earlier = first.get(name);
    if (earlier === undefined) {
      first.set(name, index);
      return [];
    }
    const message = `name must be unique, but layer ${earlier + 1} is called "${name}" as well`;
    return [{ path: ['layers', index, 'name'], message }];
  });
}

/** Place of the layer that makes vectors of images; the number of layers where none does. */
function findFlattening(layers: readonly Layer[]): number {
  const index = layers.findIndex(({ kind }) => flattening.has(kind));
  return index === -1 ? layers.length : index;
}

function orderFaults({ layers }: ModelSpec): Fault[] {
  const boundary = findFlattening(layers);
  return layers.flatMap((layer, index) => {
    const path = ['layers', index];
    const flat = index > boundary;
    if (layer.kind === 'linear' && !flat) {
      return [{ path, message: 'a linear layer needs a flatten or globalAvgPool layer before it' }];
    }
    if (!flat || layer.kind === 'linear' || imageOrVector.has(layer.kind)) return [];
    const message = `${layer.kind} needs an image, but layer ${boundary + 1} has flattened it`;
    return [{ path, message }];
  });
}

function poolingFaults({ layers }: ModelSpec): Fault[] {
  return layers.flatMap((layer, index) => {
    if (layer.kind !== 'maxPool2d' && layer.kind !== 'avgPool2d') return [];
    const { padding = 'valid', kernel } = layer;
    const smallest = typeof kernel === 'number' ? kernel : Math.min(...kernel);
    if (typeof padding === 'string' || padding * 2 <= smallest) return [];
    const message = `padding must be at most half the kernel, received ${padding}`;
    return [{ path: ['layers', index, 'padding'], message }];
  });
}

function outputFaults({ task, layers }: ModelSpec): Fault[] {
  const last = layers.at(-1);
  const path = ['layers', layers.length - 1];
  if (task === 'reconstruction') {
    const convolution = layers.filter((layer) => layer.kind === 'conv2d').at(-1);
    if (convolution?.out === 'channels') return [];
    return [{ path, message: 'the last conv2d of a reconstruction must have out "channels"' }];
  }
  if (last?.kind !== 'linear' || last.out !== 'classes') {
    return [{ path, message: 'the last layer of a classifier must be linear with out "classes"' }];
  }
  if (last.activation === undefined) return [];
  const message = 'the last layer gives logits and must have no activation; see output';
  return [{ path: [...path, 'activation'], message }];
}

function referenceFaults({ layers, layersFor }: ModelSpec): Fault[] {
  const indices = new Map(layers.map((layer, index) => [nameOf(layer, index), index]));
  const boundary = findFlattening(layers);
  return (['cam', 'embedding'] as const).flatMap((use) => {
    const name = layersFor[use];
    if (name === undefined) return [];
    const path = ['layersFor', use];
    const index = indices.get(name);
    if (index === undefined) {
      return [{ path, message: `layersFor.${use} must be the name of a layer, received "${name}"` }];
    }
    if (use === 'embedding' || index < boundary) return [];
    const message = `layersFor.cam must be a layer that puts out an image, but "${name}" puts out a vector`;
    return [{ path, message }];
  });
}
