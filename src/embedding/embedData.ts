/** Embeddings of a dataset as files, with what its neighborhoods say: `roentgen embed` as a function. */
import { join } from 'node:path';
import { openData, type PackedDataset } from '../data/index.js';
import { enterLook, isRunDirectory, loadModel, type Model } from '../inference/index.js';
import { createNewFolder, invalidArgument, writeFileAtomic } from '../native/index.js';
import { openImages } from './embed.js';
import { writeEmbeddings, writeEmbeddingsCsv } from './files/embeddingFile.js';
import { gather } from './gathered.js';
import { runKnn, type KnnResult } from './knn/runKnn.js';
import { runMap, type MapResult } from './map/runMap.js';
import type { EmbedDataOptions, EmbedDataResult, EmbedHooks } from './options.js';

const defaultWhy = 'to look at embeddings';
const outputFolder = 'embedding';

/**
 * Writes `embeddings.safetensors` and `embeddings.csv`; with `knn` also `knn.json` and `neighbors.png`, with
 * `project` also `projection.csv`, `scatter.html` and `scatter.png`. A map, and neighbors that classify images that are
 * neither `train` nor `val`, are a look at test images, which is entered in the run's `ledger.jsonl`. Nothing is written where something fails.
 * For research and education: not a medical device.
 * @throws RoentgenError ERR_INVALID_ARGUMENT for `query` without `knn`; as `loadModel`, `openData`, `embed`, `evaluateNeighbors` and `project`; ERR_NO_SPACE, ERR_IO,
 * ABORT_ERR
 */
export async function embedData(
  options: EmbedDataOptions,
  hooks: EmbedHooks = {},
): Promise<EmbedDataResult> {
  const { onEvent = () => undefined, signal } = hooks;
  if (options.query !== undefined && options.knn !== true) {
    throw invalidArgument(
      'query',
      'no names without knn, which finds the neighbors,',
      options.query,
    );
  }
  using model = await loadModel(options.model);
  // A wrong layer is told before thousands of images are read.
  model.inside.layer(options.layer, 'embedding');
  const data = await openKnown(model, options, hooks);
  using dataset = data.dataset;
  const { newImages = [], project: method } = options;
  const fresh =
    newImages.length === 0 ? null : await openImages(newImages, model, { ...options, signal });
  using newDataset = fresh && fresh.dataset;
  const known = { ...data, dataset };
  const added = fresh && newDataset && { ...fresh, dataset: newDataset };
  const answered = options.knn === true || method !== undefined;
  const gathered = await gather(
    model,
    known,
    added,
    { ...options, answered },
    {
      signal,
      onProgress: (progress) => {
        onEvent({ kind: 'step', ...progress });
      },
    },
  );
  const knn = options.knn === true ? await runKnn(gathered, options, { signal }) : null;
  const map =
    method === undefined
      ? null
      : await runMap(gathered, method, options, {
          signal,
          onShare: (share) => {
            onEvent({ kind: 'projecting', share });
          },
        });
  const { sourceHash: dataHash } = data.index;
  const looks = await enterLooks(model, { ...options, dataHash }, knn, gathered.known);
  const files: Files = {
    'embeddings.safetensors': (path) =>
      writeEmbeddings(path, gathered.embeddings, {
        model: model.path,
        architecture: model.architecture,
      }),
    'embeddings.csv': (path) => writeEmbeddingsCsv(path, gathered.embeddings),
    ...(knn && knnFiles(knn)),
    ...(map && mapFiles(map)),
  };
  const output = await createNewFolder(options.output ?? defaultOutput(options.model));
  for (const [name, write] of Object.entries(files)) await write(join(output, name));
  return {
    layer: gathered.embeddings.layer,
    features: gathered.embeddings.features,
    images: gathered.known,
    newImages: gathered.count - gathered.known,
    knn: knn && knn.report,
    projection: map && map.projection,
    ...{ looks, output },
    files: Object.keys(files),
    problems: [...data.problems, ...(fresh?.problems ?? [])],
  };
}

type Files = Record<string, (path: string) => Promise<void>>;

function knnFiles({ report, images, newImages, sheet }: KnnResult): Files {
  const json = `${JSON.stringify({ ...report, images, newImages }, null, 2)}\n`;
  return {
    'knn.json': (path) => writeFileAtomic(path, json),
    'neighbors.png': (path) => writeFileAtomic(path, sheet),
  };
}

function mapFiles({ csv, html, png }: MapResult): Files {
  return {
    'projection.csv': (path) => writeFileAtomic(path, csv),
    'scatter.html': (path) => writeFileAtomic(path, html),
    'scatter.png': (path) => writeFileAtomic(path, png),
  };
}

/** A classifier says which classes there are; a reconstruction takes whatever the data have. */
async function openKnown(
  model: Model,
  options: EmbedDataOptions,
  { onEvent, signal }: EmbedHooks,
): Promise<PackedDataset> {
  const { labelsFrom, groupBy, cacheDir, workers, keepGoing } = options;
  return openData(options.data, model.format, {
    ...(model.task === 'classification' ? { classes: [...model.classes] } : {}),
    allowSingleClass: true,
    ...{ labelsFrom, groupBy, cacheDir, workers, keepGoing, signal },
    onProgress: (progress) => onEvent?.({ kind: 'packing', ...progress }),
  });
}

/** A map shows what the network says of all images, the test images among them. */
async function enterLooks(
  model: Model,
  { data, dataHash, project, why = defaultWhy }: EmbedDataOptions & { dataHash: string },
  knn: KnnResult | null,
  known: number,
): Promise<number | null> {
  if (project !== undefined) {
    return enterLook(model.path, { split: 'all', data, dataHash, images: known, why });
  }
  if (knn === null) return null;
  const { split, images } = knn.report;
  return enterLook(model.path, { split, data, dataHash, images, why });
}

function defaultOutput(model: string): string {
  return isRunDirectory(model) ? join(model, outputFolder) : outputFolder;
}
