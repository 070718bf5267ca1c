/** What is seen of a collection: figures of its files and pixels, and what a model makes of its images. */
import { Pacer, readFileFacts, type ImageFormat } from '../data/index.js';
import { toTargetPrior, withTemperature } from '../evaluation/index.js';
import { findUnfamiliar, type Model } from '../inference/index.js';
import type { Rows } from '../native/index.js';
import type { FigureColumns } from './figureDrift.js';
import { figureKinds, pixelFigures, type PixelFigures } from './imageFigures.js';
import type { Side } from './side.js';
import type { ShiftOptions } from './types.js';

/** What a model makes of images. */
export interface Answers {
  layer: string;
  /** [N, features] at the embedding layer. */
  embeddings: Rows;
  /** Row-major [N, classes], after the model's temperature. */
  probabilities: Float64Array;
  /** Whether its gate lets the image through, [N]; null for a model without a gate. */
  accepted: boolean[] | null;
}

/** Every figure of every image. Throws ABORT_ERR. */
export async function figuresOf(
  { dataset, positions, files }: Side,
  format: ImageFormat,
  signal?: AbortSignal,
): Promise<FigureColumns> {
  const pacer = new Pacer(signal);
  const pixels: PixelFigures[] = [];
  for (const position of positions) {
    pixels.push(pixelFigures(dataset.read(position), format));
    await pacer.breathe();
  }
  const facts = files && (await readFileFacts(files, signal));
  const rows = pixels.map((row, image) => {
    const fact = facts?.[image];
    return fact ? { ...row, ...fact, aspect: fact.width / fact.height } : row;
  });
  const columns = figureKinds.map(({ name }) => [
    name,
    rows.flatMap((row) => (name in row ? [row[name as keyof PixelFigures]] : [])),
  ]);
  const kept = columns.filter(([, values]) => values?.length === rows.length);
  return Object.fromEntries(kept) as FigureColumns;
}

/**
 * @param model its embedding layer is `options.layer`, or the architecture's own
 * @throws RoentgenError as `ModelInside.layer`, `Model.outputs`; ABORT_ERR
 */
export async function answersOf(
  model: Model,
  { dataset, positions: indices }: Side,
  { layer: wanted, batchSize = 64 }: ShiftOptions,
  signal?: AbortSignal,
): Promise<Answers> {
  const { name: layer } = model.inside.layer(wanted, 'embedding');
  const [pooled] = await model.inside.activations(
    dataset,
    { indices, layers: [layer], pool: true, batchSize },
    { signal },
  );
  const values = pooled?.values ?? new Float32Array();
  const outputs = await model.outputs(
    dataset,
    { indices, labels: new Int32Array(), batchSize, precision: 'fp32' },
    { signal },
  );
  const { gate, format, classes, decision } = model;
  const images = { dataset, format, positions: indices, signal };
  return {
    layer,
    embeddings: { values, features: values.length / indices.length },
    probabilities: withTemperature(
      model.probabilities(outputs),
      decision?.temperature ?? 1,
      classes.length,
    ),
    accepted: gate && (await findUnfamiliar(gate, images)).map((unfamiliar) => !unfamiliar),
  };
}

/** Probabilities as the model's decision rule tells them, for the class shares that it is for; row-major [N, classes]. */
export function toldBy({ decision }: Model, { probabilities }: Answers): Float64Array {
  return decision ? toTargetPrior(decision, probabilities) : probabilities;
}
