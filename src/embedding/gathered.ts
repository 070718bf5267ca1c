/** The images of a dataset and new ones beside them, with their vectors and the network's answers. */
import type { ImageFormat, PackedDataset } from '../data/index.js';
import type { Model } from '../inference/index.js';
import type { Hooks } from '../native/index.js';
import { answersOf, joinAnswers, type Answers } from './answers.js';
import { embed, joinEmbeddings, type EmbedOptions } from './embed.js';
import type { Embeddings } from './types.js';

/** Rows are those of the data, and then those of the new images. */
export interface Gathered {
  embeddings: Embeddings;
  /** All rows. */
  count: number;
  /** Rows that are of the data; those behind them are new. */
  known: number;
  /** Null for a network without classes, and where they were not asked for. */
  answers: Answers | null;
  format: ImageFormat;
  /** C·H·W bytes of a row's image. */
  pixels: (row: number) => Uint8Array;
}

/**
 * Runs the network over both. The datasets must live as long as `pixels` is called.
 * @param options without `answered` the network's own answers, which take as long again, are left out
 * @throws RoentgenError as `embed`
 */
export async function gather(
  model: Model,
  data: PackedDataset,
  fresh: PackedDataset | null,
  options: EmbedOptions & { answered: boolean },
  hooks: Hooks,
): Promise<Gathered> {
  const answer = async (images: PackedDataset): Promise<Answers | null> =>
    options.answered ? answersOf(model, images, options, hooks) : null;
  const known = data.index.names.length;
  const ofData = await embed(model, data, options, hooks);
  const answers = await answer(data);
  const { format } = model;
  if (fresh === null) {
    const pixels = (row: number): Uint8Array => data.dataset.read(row);
    return { embeddings: ofData, count: known, known, answers, format, pixels };
  }
  const ofNew = await embed(model, fresh, options, hooks);
  const newAnswers = await answer(fresh);
  return {
    embeddings: joinEmbeddings(ofData, ofNew),
    count: known + fresh.index.names.length,
    known,
    answers: answers && newAnswers && joinAnswers(answers, newAnswers),
    format,
    pixels: (row) => (row < known ? data.dataset.read(row) : fresh.dataset.read(row - known)),
  };
}

/** What a text calls a row's class: `unknown` where nobody knows it. */
export function className({ embeddings }: Pick<Gathered, 'embeddings'>, row: number): string {
  return embeddings.classes[embeddings.labels[row] ?? -1] ?? 'unknown';
}

/** The class that the network finds most probable, and how probable; null for a network without classes. */
export function predictionOf(
  { embeddings, answers }: Pick<Gathered, 'embeddings' | 'answers'>,
  row: number,
): { label: string; probability: number } | null {
  if (answers === null) return null;
  const { classes } = embeddings;
  const label = answers.labels[row] ?? -1;
  return {
    label: classes[label] ?? '',
    probability: answers.probabilities[row * classes.length + label] ?? 0,
  };
}
