/** What a network makes of images: its embedding of each, and how an autoencoder restores it. */
import type { Model } from '../inference/index.js';
import type { Dataset, Hooks, LayerValues, Rows } from '../native/index.js';

/**
 * Cells along each side of the image in which errors are summed up. Chosen on validation images of the Kermany set:
 * 4 and 8 do alike (AUROC 0.92, and 0.91 to 0.94 by the epoch), and 4 has fewer figures to learn.
 */
export const cells = 4;
/** In normalized units squared: below this, errors are the noise of the pixels. */
const leastError = 1e-5;
/** Images in one pass: at 3×224×224 their reconstructions are 39 MB. */
const batchSize = 64;

/** Of N images, in the order they were asked for. */
export interface Look {
  /** Pooled output of a layer. */
  embedding: Rows;
  /** Null for a network that does not reconstruct. */
  restored: Restored | null;
}

export interface Restored {
  /** Mean squared error of the normalized pixels, [N]. */
  errors: Float64Array;
  /** log(error + 1e-5) of each of `cells` × `cells` cells, row-major. */
  pattern: Rows;
}

/** Images that go through the network together, and what it made of them. */
export interface RestoredBatch {
  /** Rows of the whole look that these are. */
  start: number;
  /** Normalized pixels, [n, C, H, W]. */
  inputs: Float32Array;
  /** The same of the reconstruction. */
  outputs: Float32Array;
}

export interface LookOptions extends Hooks {
  /** Name of the layer of the embedding. */
  layer: string;
}

/**
 * Runs the model over images of a dataset in its format, fp32.
 * @throws RoentgenError as `Network.activations`
 */
export async function lookAt(
  model: Model,
  dataset: Dataset,
  positions: readonly number[],
  { layer, signal, onProgress }: LookOptions,
): Promise<Look> {
  const restored = model.task === 'reconstruction' ? emptyRestored(positions.length) : null;
  const embeddings: Float32Array[] = [];
  const started = performance.now();
  const steps = Math.ceil(positions.length / batchSize);
  for (let step = 0; step < steps; step += 1) {
    const start = step * batchSize;
    const batch = positions.slice(start, start + batchSize);
    const indices = Int32Array.from(batch);
    const options = { indices, batchSize, precision: 'fp32' } as const;
    const pooled = await model.inside.activations(
      dataset,
      { ...options, layers: [layer], pool: true },
      { signal },
    );
    embeddings.push(only(pooled).values);
    if (restored)
      addErrors(restored, model, { start, ...(await restore(model, dataset, batch, signal)) });
    const elapsedSeconds = (performance.now() - started) / 1000;
    const samples = start + batch.length;
    onProgress?.({ step: step + 1, steps, samples, loss: NaN, elapsedSeconds });
  }
  const values = concat(embeddings);
  return { embedding: { values, features: values.length / positions.length }, restored };
}

/** The images as an autoencoder gets them and as it gives them back, both in normalized units. */
export async function restore(
  model: Model,
  dataset: Dataset,
  positions: readonly number[],
  signal?: AbortSignal,
): Promise<Omit<RestoredBatch, 'start'>> {
  const last = model.inside.layers.at(-1)?.name ?? '';
  const maps = await model.inside.activations(
    dataset,
    { indices: Int32Array.from(positions), batchSize, layers: [last], pool: false },
    { signal },
  );
  const { mean, std } = model.description;
  const plane = model.format.height * model.format.width;
  const size = plane * model.format.channels;
  const inputs = new Float32Array(positions.length * size);
  for (const [row, position] of positions.entries()) {
    dataset.read(position).forEach((byte, at) => {
      const channel = Math.floor(at / plane);
      inputs[row * size + at] = (byte / 255 - (mean[channel] ?? 0)) / (std[channel] ?? 1);
    });
  }
  return { inputs, outputs: only(maps).values };
}

function emptyRestored(count: number): Restored {
  const pattern = { values: new Float32Array(count * cells ** 2), features: cells ** 2 };
  return { errors: new Float64Array(count), pattern };
}

function addErrors(
  { errors, pattern }: Restored,
  { format }: Model,
  { start, inputs, outputs }: RestoredBatch,
): void {
  const size = format.channels * format.height * format.width;
  for (let row = 0; row * size < inputs.length; row += 1) {
    const at = [row * size, (row + 1) * size] as const;
    const map = errorMap(inputs.subarray(...at), outputs.subarray(...at), format.channels);
    errors[start + row] = map.reduce((sum, error) => sum + error, 0) / map.length;
    pattern.values.set(cellErrors(map, format), (start + row) * cells ** 2);
  }
}

/** Squared error of each pixel, averaged over the channels: [H, W]. */
export function errorMap(
  input: Float32Array,
  output: Float32Array,
  channels: number,
): Float64Array {
  const plane = input.length / channels;
  const map = new Float64Array(plane);
  input.forEach((value, at) => {
    const pixel = at % plane;
    map[pixel] = (map[pixel] ?? 0) + (value - (output[at] ?? 0)) ** 2 / channels;
  });
  return map;
}

function cellErrors(
  map: Float64Array,
  { height, width }: { height: number; width: number },
): number[] {
  const totals = new Float64Array(cells ** 2);
  const counts = new Float64Array(cells ** 2);
  map.forEach((error, pixel) => {
    const row = Math.floor((Math.floor(pixel / width) * cells) / height);
    const cell = row * cells + Math.floor(((pixel % width) * cells) / width);
    totals[cell] = (totals[cell] ?? 0) + error;
    counts[cell] = (counts[cell] ?? 0) + 1;
  });
  return Array.from(totals, (total, cell) => Math.log(total / (counts[cell] ?? 1) + leastError));
}

function only(layers: readonly LayerValues[]): { values: Float32Array } {
  return layers[0] ?? { values: new Float32Array() };
}

function concat(parts: readonly Float32Array[]): Float32Array {
  const whole = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
