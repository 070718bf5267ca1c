/** The head of a classifier: which layers it is, another in its place, and the names of what is below it. */
import { RoentgenError } from '../native/index.js';
import { nearest } from './nearest.js';
import type { Layer, ModelSpec } from './schema.js';

const hiddenSuffix = '_hidden';

/** A head of one hidden layer at most. */
export interface HeadOptions {
  /** Width of a linear layer with ReLU before the last one; 0 is none. */
  hidden: number;
  /** Rate of dropout right before the last layer; 0 is none. */
  dropout: number;
}

function classifierOf({ name, layers }: ModelSpec): Extract<Layer, { kind: 'linear' }> {
  const last = layers.at(-1);
  if (last?.kind === 'linear') return last;
  throw new RoentgenError(
    'ERR_INVALID_ARGUMENT',
    `${name} is no classifier and has no head: leave the settings of the head out`,
  );
}

/**
 * The same architecture with another head: the layers up to the last, then `<last>_hidden`, dropout, and the last.
 * @throws RoentgenError ERR_INVALID_ARGUMENT for a reconstruction
 */
export function withHead(spec: ModelSpec, { hidden, dropout }: HeadOptions): ModelSpec {
  if (hidden === 0 && dropout === 0) return spec;
  const last = classifierOf(spec);
  const layers: Layer[] = spec.layers.slice(0, -1);
  if (hidden > 0) {
    const name = last.name + hiddenSuffix;
    layers.push({ kind: 'linear', name, out: hidden, activation: 'relu' });
  }
  if (dropout > 0) layers.push({ kind: 'dropout', name: `${last.name}_dropout`, rate: dropout });
  return { ...spec, layers: [...layers, last] };
}

/** Names of the layers that tell the classes apart: the last, and the hidden one of `withHead`. */
export function headLayers(spec: ModelSpec): string[] {
  if (spec.task === 'reconstruction') return [];
  const { name } = classifierOf(spec);
  const names = layerNames(spec);
  return [name + hiddenSuffix, name].filter((candidate) => names.includes(candidate));
}

const withParameters: ReadonlySet<Layer['kind']> = new Set([
  'conv2d',
  'batchNorm',
  'linear',
  'residualStage',
]);

/** Names of the layers that have parameters, in order; stages of residual blocks count as one. */
export function layerNames({ layers }: ModelSpec): string[] {
  return layers.flatMap(({ kind, name }) =>
    withParameters.has(kind) && name !== undefined ? [name] : [],
  );
}

/**
 * The layers, stages and blocks (`layer4.1`) that `names` mean; `backbone` is all below the head.
 * @throws RoentgenError ERR_INVALID_ARGUMENT with the nearest name
 */
export function resolveLayers(spec: ModelSpec, names: readonly string[]): string[] {
  const head = headLayers(spec);
  const layers = layerNames(spec);
  const blocks = spec.layers.flatMap((layer) =>
    layer.kind === 'residualStage'
      ? Array.from({ length: layer.blocks }, (_, block) => `${layer.name}.${block}`)
      : [],
  );
  const known = [...layers, ...blocks];
  return names.flatMap((name) => {
    if (name === 'backbone') return layers.filter((layer) => !head.includes(layer));
    if (known.includes(name)) return [name];
    const suggestion = nearest(name, [...known, 'backbone']);
    const hint = suggestion === undefined ? '' : `; did you mean ${suggestion}?`;
    throw new RoentgenError(
      'ERR_INVALID_ARGUMENT',
      `${spec.name} has no layer "${name}"${hint}\nKnown: backbone, ${layers.join(', ')}`,
    );
  });
}
