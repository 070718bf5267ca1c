/** Embeddings as files: safetensors for programs, CSV for tables. */
import { setImmediate } from 'node:timers/promises';
import { z } from 'zod';
import { splits } from '../../data/index.js';
import { csvLine } from '../../evaluation/index.js';
import {
  invalidFile,
  packageVersion,
  parseJson,
  readTensors,
  writeFileAtomic,
  writeTensors,
  type Tensor,
  type TensorFile,
} from '../../native/index.js';
import type { Embeddings } from '../types.js';

const kind = 'roentgen embeddings';

/** What a file says of where its vectors come from. */
export interface EmbeddingSource {
  /** The model file, as it was named. */
  model: string;
  /** The architecture's name. */
  architecture: string;
}

/** Metadata values but `kind` are JSON. */
const contentSchema = z.object({
  layer: z.string(),
  classes: z.array(z.string()),
  names: z.array(z.string()),
  groupNames: z.array(z.string()),
  model: z.string(),
  architecture: z.string(),
});

/**
 * Writes `embeddings` float32 [N, F] with the int32 columns `label`, `group` and `split` [N], −1 where one is
 * unknown; names, classes, layer and model are in the metadata.
 * @throws RoentgenError ERR_NO_SPACE, ERR_IO
 */
export async function writeEmbeddings(
  path: string,
  embeddings: Embeddings,
  source: EmbeddingSource,
): Promise<void> {
  const { layer, features, values, classes, names, labels, groups } = embeddings;
  const groupNames = [...new Set(groups)];
  const groupNumbers = new Map(groupNames.map((name, number) => [name, number]));
  const content = { layer, classes, names, groupNames, ...source };
  const column = (entries: Int32Array) => ({ shape: [names.length], values: entries });
  await writeTensors(path, {
    metadata: {
      kind,
      ...Object.fromEntries(
        Object.entries({ roentgen: packageVersion, ...content }).map(([name, value]) => [
          name,
          JSON.stringify(value),
        ]),
      ),
    },
    tensors: {
      embeddings: { shape: [names.length, features], values },
      label: column(labels),
      group: column(Int32Array.from(groups, (name) => groupNumbers.get(name) ?? -1)),
      split: column(
        Int32Array.from(embeddings.splits, (split) =>
          split === null ? -1 : splits.indexOf(split),
        ),
      ),
    },
  });
}

/**
 * Reads what `writeEmbeddings` wrote.
 * @throws RoentgenError ERR_NOT_FOUND, ERR_IO; ERR_INVALID_FILE for a file that is damaged or holds no embeddings
 */
export async function readEmbeddings(path: string): Promise<Embeddings & EmbeddingSource> {
  const { metadata, tensors } = await readTensors(path);
  const { kind: found, ...texts } = metadata;
  if (found !== kind) {
    throw invalidFile(path, 'it holds no embeddings of roentgen (roentgen embed writes them)');
  }
  const parsed = contentSchema.safeParse(
    Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, parseJson(text)])),
  );
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw invalidFile(path, `${issue?.path.join('.') ?? 'metadata'}: ${issue?.message ?? 'wrong'}`);
  }
  const { groupNames, ...content } = parsed.data;
  const count = content.names.length;
  const { values, shape } = tensorOf(tensors, 'embeddings', path);
  const [rows, features = 0] = shape;
  if (!(values instanceof Float32Array) || shape.length !== 2 || rows !== count) {
    throw invalidFile(path, `embeddings is not float32 [${count}, F]`);
  }
  const column = (name: string, below: number): Int32Array => {
    const entries = tensorOf(tensors, name, path).values;
    const fits = entries.every((entry) => entry >= -1 && entry < below);
    if (entries instanceof Int32Array && entries.length === count && fits) return entries;
    throw invalidFile(path, `${name} is not int32 [${count}] with entries from -1 to ${below - 1}`);
  };
  return {
    ...content,
    features,
    values,
    labels: column('label', content.classes.length),
    groups: Array.from(column('group', groupNames.length), (number) => groupNames[number] ?? ''),
    splits: Array.from(column('split', splits.length), (number) => splits[number] ?? null),
  };
}

function tensorOf(tensors: TensorFile['tensors'], name: string, path: string): Tensor {
  const tensor = tensors[name];
  if (tensor === undefined) throw invalidFile(path, `it has no tensor ${name}`);
  return tensor;
}

/** Rows between two turns of the event loop: some milliseconds. */
const stride = 256;
/** As many digits as it takes to read the same float32 back. */
const digits = 9;

/**
 * Writes `filename,label,split,f0,f1,…`, label and split empty where they are unknown.
 * @throws RoentgenError ERR_NO_SPACE, ERR_IO
 */
export async function writeEmbeddingsCsv(path: string, embeddings: Embeddings): Promise<void> {
  const { features, values, classes, names, labels, splits: splitOf } = embeddings;
  const columns = Array.from({ length: features }, (_, feature) => `f${feature}`);
  const lines = [csvLine(['filename', 'label', 'split', ...columns])];
  for (const [row, name] of names.entries()) {
    if (row % stride === 0) await setImmediate();
    const own = values.subarray(row * features, (row + 1) * features);
    const numbers = Array.from(own, (value) => Number(value.toPrecision(digits)));
    const label = classes[labels[row] ?? -1] ?? '';
    lines.push(csvLine([name, label, splitOf[row] ?? '', ...numbers]));
  }
  await writeFileAtomic(path, lines.join(''));
}
