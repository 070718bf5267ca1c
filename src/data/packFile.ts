/** The packed file: what stands in its metadata and columns, written and read back. */
import { z } from 'zod';
import { Dataset, RoentgenError, errorCodes, type ErrorCode } from '../native/index.js';
import { packVersion, software } from './fingerprint.js';
import { repairsSchema } from './repair/index.js';
import { fits, lungSections, splits, type ImageFormat, type Problem, type Split } from './types.js';

/** What is known of each image of a packed dataset; the lists have one entry per image, in the tensor's order. */
export interface PackedIndex {
  /** In the order of the network's outputs. */
  classes: string[];
  /** Each file's path, relative to the source's root. */
  names: string[];
  /** [N] positions in `classes`, −1 where the class is unknown. */
  labels: Int32Array;
  /** What must not be cut in two by a split: a patient or a study. */
  groups: string[];
  splits: (Split | null)[];
  format: ImageFormat;
  /** SHA-256 over classes, and each sample's name, class, group, split and content: the data, however packed. */
  sourceHash: string;
  /** SHA-256 over the contents of the lung masks, where the format takes the lungs alone. */
  maskHash?: string;
  /** SHA-256 of each file, in hexadecimal. */
  hashes: string[];
}

/** All that a packed file says beside its pixels. */
export interface PackedContent {
  index: PackedIndex;
  /** Files that could not be packed. */
  problems: Problem[];
  /** What `packKey` gives for the source and options it was packed from. */
  key: string;
}

/** What splits are made of: each image without its pixels. */
export function samplesOf(
  index: Pick<PackedIndex, 'names' | 'labels' | 'groups' | 'splits'>,
): { name: string; label: number; group: string; split: Split | null }[] {
  return index.names.map((name, position) => ({
    name,
    label: index.labels[position] ?? -1,
    group: index.groups[position] ?? name,
    split: index.splits[position] ?? null,
  }));
}

const kind = 'roentgen packed dataset';

const digest = z.string().regex(/^[0-9a-f]{64}$/);

const metadataSchema = z.object({
  kind: z.literal(kind),
  packVersion: z.literal(packVersion),
  key: digest,
  sourceHash: digest,
  format: z.object({
    channels: z.union([z.literal(1), z.literal(3)]),
    height: z.int().positive(),
    width: z.int().positive(),
    fit: z.enum(fits),
    repairs: repairsSchema.exactOptional(),
    lungs: z.enum(lungSections).exactOptional(),
  }),
  maskHash: digest.exactOptional(),
  classes: z.array(z.string()),
  names: z.array(z.string()),
  groupNames: z.array(z.string()),
  hashes: z.array(digest),
  problems: z.array(
    z.object({
      file: z.string(),
      code: z.custom<ErrorCode>((code) => typeof code === 'string' && code in errorCodes),
      message: z.string(),
    }),
  ),
});

/** The strings and int32 columns of a packed file; every metadata value but `kind` is JSON. */
export function toColumns({ index, problems, key }: PackedContent): {
  metadata: Record<string, string>;
  columns: Record<string, Int32Array>;
} {
  const { classes, names, labels, groups, format, sourceHash, maskHash, hashes } = index;
  const groupNames = [...new Set(groups)];
  const groupNumbers = new Map(groupNames.map((name, number) => [name, number]));
  const masks = maskHash === undefined ? {} : { maskHash };
  const values = {
    key,
    sourceHash,
    ...masks,
    format,
    classes,
    names,
    groupNames,
    hashes,
    problems,
  };
  return {
    metadata: Object.fromEntries([
      ['kind', kind],
      ...Object.entries({ packVersion, software, ...values }).map(([name, value]) => [
        name,
        JSON.stringify(value),
      ]),
    ]) as Record<string, string>,
    columns: {
      label: labels,
      group: Int32Array.from(groups, (name) => groupNumbers.get(name) ?? -1),
      split: Int32Array.from(index.splits, (split) =>
        split === null ? -1 : splits.indexOf(split),
      ),
    },
  };
}

export type OpenedPack = { dataset: Dataset } & PackedContent;

/**
 * Opens a packed file and checks all that it says: metadata, columns and tensor must agree.
 * @throws RoentgenError ERR_NOT_FOUND, ERR_IO; ERR_INVALID_FILE for a file that is damaged or no packed dataset
 */
export async function openPackFile(path: string): Promise<OpenedPack> {
  const dataset = await Dataset.open(path);
  try {
    return { dataset, ...readContent(dataset, path) };
  } catch (error) {
    dataset.dispose();
    throw error;
  }
}

function readContent(dataset: Dataset, path: string): PackedContent {
  if (dataset.metadata['kind'] !== kind) {
    throw invalidFile(path, 'it is no packed dataset. Pack the images first: roentgen data pack');
  }
  const parsed = metadataSchema.safeParse(
    Object.fromEntries(
      Object.entries(dataset.metadata).map(([name, value]) => [
        name,
        name === 'kind' ? value : parseJson(value),
      ]),
    ),
  );
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const where = issue?.path.join('.') ?? 'metadata';
    throw invalidFile(path, `${where}: ${issue?.message ?? 'malformed'}. Pack the images again.`);
  }
  const { key, sourceHash, maskHash, format, classes, names } = parsed.data;
  const { groupNames, hashes, problems } = parsed.data;
  const count = checkShape(dataset, format, path);
  for (const [name, list] of Object.entries({ names, hashes })) {
    if (list.length !== count) {
      throw invalidFile(
        path,
        `${name} has ${list.length} entries for ${count} images. Pack again.`,
      );
    }
  }
  return {
    key,
    problems,
    index: {
      classes,
      names,
      labels: readColumn(dataset, 'label', { from: -1, below: classes.length }, path),
      groups: Array.from(
        readColumn(dataset, 'group', { from: 0, below: groupNames.length }, path),
        (number) => groupNames[number] ?? '',
      ),
      splits: Array.from(
        readColumn(dataset, 'split', { from: -1, below: splits.length }, path),
        (number) => splits[number] ?? null,
      ),
      format,
      sourceHash,
      ...(maskHash === undefined ? {} : { maskHash }),
      hashes,
    },
  };
}

/** The number of images, after comparing the tensor's shape with the format that the metadata name. */
function checkShape(dataset: Dataset, format: ImageFormat, path: string): number {
  const [count, ...shape] = dataset.shape;
  const expected = [format.channels, format.height, format.width];
  if (shape.join() !== expected.join()) {
    throw invalidFile(
      path,
      `images are [${shape.join()}], but its format says [${expected.join()}].`,
    );
  }
  if ((dataset.mask(0) !== null) !== (format.lungs === 'blackout')) {
    throw invalidFile(path, 'it must have masks where the lungs lie on black, and only there.');
  }
  return count;
}

function readColumn(
  dataset: Dataset,
  name: string,
  range: { from: number; below: number },
  path: string,
): Int32Array {
  const column = dataset.column(name);
  const wrong = column.find((value) => value < range.from || value >= range.below);
  if (wrong === undefined) return column;
  throw invalidFile(path, `column ${name} holds ${wrong}, which stands for nothing. Pack again.`);
}

/** undefined for what is no JSON: the schema then names the field. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function invalidFile(path: string, reason: string): RoentgenError {
  return new RoentgenError('ERR_INVALID_FILE', `Cannot use ${path}: ${reason}`);
}
