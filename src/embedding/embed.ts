/** Vectors of images: what a layer of a trained network makes of them. */
import { packDataset, scanSource, type PackedDataset } from '../data/index.js';
import { resolvePrecision, type Model, type PrecisionChoice } from '../inference/index.js';
import { RoentgenError, type Hooks } from '../native/index.js';
import type { Embeddings } from './types.js';

/** Which layer gives the vectors, and how they are computed. */
export interface EmbedOptions {
  /** Default: the one that the architecture names for embeddings. */
  layer?: string | undefined;
  /** Means over height and width of layers that have them, in place of every value. Default true. */
  pool?: boolean | undefined;
  /** Images in one forward pass; default 64. */
  batchSize?: number | undefined;
  /** Default fp32. */
  precision?: PrecisionChoice | undefined;
}

/**
 * The vectors of all images of a packed dataset in the model's format, in its order.
 * @throws RoentgenError ERR_INVALID_ARGUMENT for a layer that the model has not, with the nearest name;
 * ERR_MODEL_MISMATCH for images of another format; ERR_DIVERGED for a value that is not finite; ERR_BUSY, ABORT_ERR
 */
export async function embed(
  model: Model,
  { dataset, index }: Pick<PackedDataset, 'dataset' | 'index'>,
  { layer: name, pool = true, batchSize = 64, precision = 'fp32' }: EmbedOptions = {},
  hooks: Hooks = {},
): Promise<Embeddings> {
  const layer = model.inside.layer(name, 'embedding').name;
  const indices = Int32Array.from(index.names.keys());
  const passes = { batchSize, precision: resolvePrecision(precision) };
  const [output] = await model.inside.activations(
    dataset,
    { indices, layers: [layer], pool, ...passes },
    hooks,
  );
  const values = output?.values ?? new Float32Array();
  const features = values.length / indices.length;
  const broken = values.findIndex((value) => !Number.isFinite(value));
  if (broken !== -1) {
    throw new RoentgenError(
      'ERR_DIVERGED',
      `Layer ${layer} puts out a value that is not finite for ${index.names[Math.floor(broken / features)] ?? ''}: ` +
        'take an earlier checkpoint, or compute in fp32.',
    );
  }
  const { classes, names, labels, groups, splits } = index;
  return { layer, features, values, classes, names, labels, groups, splits };
}

/** How files are read; as `packDataset`. */
export interface FileReading {
  cacheDir?: string | undefined;
  workers?: number | undefined;
  keepGoing?: boolean | undefined;
  signal?: AbortSignal | undefined;
}

/**
 * Image files, and folders that are searched at any depth, in the model's format and without labels.
 * The caller disposes of the dataset.
 * @throws RoentgenError as `scanSource` and `packDataset`
 */
export async function openImages(
  paths: readonly string[],
  model: Model,
  { cacheDir, workers, keepGoing, signal }: FileReading = {},
): Promise<PackedDataset> {
  const source = await scanSource(paths, { unlabeled: true });
  // These alone: callers have other options, and one of packDataset's is called `output` as well.
  const reading = { cacheDir, workers, keepGoing, signal };
  const packed = await packDataset(source, model.format, reading);
  return { ...packed, problems: [...source.problems, ...packed.problems] };
}

/**
 * The vectors of image files, and of folders that are searched at any depth; labels, groups and splits are unknown.
 * @throws RoentgenError as `embed` and `openImages`
 */
export async function embedFiles(
  model: Model,
  paths: readonly string[],
  { cacheDir, workers, keepGoing, ...options }: EmbedOptions & Omit<FileReading, 'signal'> = {},
  hooks: Hooks = {},
): Promise<Embeddings> {
  const packed = await openImages(paths, model, {
    ...{ cacheDir, workers, keepGoing },
    signal: hooks.signal,
  });
  using dataset = packed.dataset;
  return await embed(model, { ...packed, dataset }, options, hooks);
}

/** Rows of `a`, then those of `b`; both are of one layer. */
export function joinEmbeddings(a: Embeddings, b: Embeddings): Embeddings {
  const values = new Float32Array(a.values.length + b.values.length);
  values.set(a.values);
  values.set(b.values, a.values.length);
  return {
    ...a,
    values,
    names: [...a.names, ...b.names],
    labels: Int32Array.from([...a.labels, ...b.labels]),
    groups: [...a.groups, ...b.groups],
    splits: [...a.splits, ...b.splits],
  };
}
