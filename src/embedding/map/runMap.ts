/** A map of embeddings for `embedData`: the points, and the files that show them. */
import { csvLine } from '../../evaluation/index.js';
import { scatterSvg, toPng } from '../../report/index.js';
import { className, predictionOf, type Gathered } from '../gathered.js';
import type { EmbedDataOptions } from '../options.js';
import type { ProjectionHooks } from '../projection/inWorker.js';
import { project, type Projection, type ProjectionMethod } from '../projection/project.js';
import { scatterPage } from './page.js';
import { describeMap } from './words.js';

export interface MapResult {
  projection: Omit<Projection, 'points'> & { seconds: number };
  /** `filename,label,prediction,split,new,x,y`. */
  csv: string;
  /** One file that works by itself. */
  html: string;
  png: Buffer;
}

/** Pixels of the picture for each of the drawing's. */
const scale = 2;

/** @throws RoentgenError as `project` */
export async function runMap(
  gathered: Gathered,
  method: ProjectionMethod,
  { perplexity, seed }: Pick<EmbedDataOptions, 'perplexity' | 'seed'>,
  hooks: ProjectionHooks,
): Promise<MapResult> {
  const started = performance.now();
  const { embeddings, known } = gathered;
  const { points, ...projection } = await project(
    embeddings,
    { method, perplexity, seed, fitted: known },
    hooks,
  );
  const seconds = (performance.now() - started) / 1000;
  const title = describeMap(gathered, projection);
  const drawn = embeddings.names.map((_, row) => ({
    x: points[2 * row] ?? 0,
    y: points[2 * row + 1] ?? 0,
    label: embeddings.labels[row] ?? -1,
    marked: row >= known,
  }));
  const svg = await scatterSvg(drawn, embeddings.classes, { title, markedName: 'new image' });
  return {
    projection: { ...projection, seconds },
    csv: projectionCsv(gathered, points),
    html: await scatterPage(gathered, points, projection),
    png: (await toPng(svg, scale)).png,
  };
}

function projectionCsv(gathered: Gathered, points: Float64Array): string {
  const { names, splits } = gathered.embeddings;
  const lines = names.map((name, row) =>
    csvLine([
      ...[name, row < gathered.known ? className(gathered, row) : ''],
      ...[predictionOf(gathered, row)?.label ?? '', splits[row] ?? ''],
      ...[String(row >= gathered.known), points[2 * row] ?? 0, points[2 * row + 1] ?? 0],
    ]),
  );
  return [csvLine(['filename', 'label', 'prediction', 'split', 'new', 'x', 'y']), ...lines].join(
    '',
  );
}
