/** Classifying by neighbors for `embedData`: the report, `knn.json` and `neighbors.png`. */
import { chooseImages } from '../chosenImages.js';
import type { Gathered } from '../gathered.js';
import type { Hooks } from '../../native/index.js';
import { drawNeighbors } from '../neighborSheet.js';
import type { EmbedDataOptions } from '../options.js';
import { classifyByNeighbors } from './classify.js';
import { describeImages, type NeighborImage } from './images.js';
import { evaluateNeighbors, type KnnReport } from './report.js';

export interface KnnResult {
  report: KnnReport;
  /** Labeled images that were classified. */
  images: NeighborImage[];
  newImages: NeighborImage[];
  /** PNG. */
  sheet: Buffer;
}

/** @throws RoentgenError as `evaluateNeighbors` and `chooseImages` */
export async function runKnn(
  gathered: Gathered,
  options: EmbedDataOptions,
  hooks: Hooks,
): Promise<KnnResult> {
  const { embeddings, answers, known, count } = gathered;
  const { report, answer, question } = await evaluateNeighbors(embeddings, answers, options, hooks);
  const { references, queries } = question;
  const ask = async (rows: readonly number[]) =>
    classifyByNeighbors(embeddings, { references, queries: rows }, options, hooks);
  const expected = answers?.labels ?? embeddings.labels;
  const telling = queries.filter((row, at) => expected[row] !== answer.labels[at]);
  const shown = chooseImages(gathered, options.query ?? [], telling);
  const fresh = Array.from({ length: count - known }, (_, at) => known + at);
  return {
    report,
    images: describeImages(gathered, queries, answer),
    newImages: fresh.length === 0 ? [] : describeImages(gathered, fresh, await ask(fresh)),
    sheet: await drawNeighbors(gathered, shown, (await ask(shown)).neighbors),
  };
}
