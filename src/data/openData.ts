/** From whatever a user calls data to a packed dataset: a folder or manifest is packed, a packed file opened. */
import { extname } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { RoentgenError } from '../native/index.js';
import { mapClasses, mapNames } from './classMap.js';
import { openPacked, packDataset, type PackedDataset, type PackOptions } from './pack.js';
import { refuseMasks } from './lungs/index.js';
import type { PackedIndex } from './packFile.js';
import { formatRepairs } from './repair/index.js';
import { scanSource, type ScanOptions } from './scan.js';
import type { ImageFormat, ImageSource } from './types.js';

export interface OpenDataOptions extends ScanOptions, PackOptions {
  /**
   * With `classes`: which of them each class of the data stands for, as `COVID=PNEUMONIA`; one without an entry stands
   * for that of its own name.
   */
  map?: readonly string[] | undefined;
}

/**
 * The images at `path` in `format`: a folder or manifest as `scanSource` reads it, packed or found packed, or a
 * `.safetensors` file that was packed before. Where `classes` are given, labels are positions in them.
 * @throws RoentgenError as `scanSource`, `packDataset` and `openPacked`; ERR_INVALID_ARGUMENT for masks where the format
 * takes whole images, or none where it takes the lungs alone; ERR_MODEL_MISMATCH for a packed file of
 * another format; ERR_UNKNOWN_CLASS for one that holds a class not in `classes`; ERR_FILES_SKIPPED for files that
 * are no images, unless `keepGoing`
 */
export async function openData(
  path: string,
  format: ImageFormat,
  options: OpenDataOptions = {},
): Promise<PackedDataset> {
  refuseMasks(options.masks, format);
  if (extname(path).toLowerCase() === '.safetensors') {
    return openPackedAs(path, format, options);
  }
  const source = await scanMapped(path, options);
  const [problem] = source.problems;
  if (problem !== undefined && options.keepGoing !== true) {
    throw new RoentgenError(
      'ERR_FILES_SKIPPED',
      `${source.problems.length} files under ${path} cannot be used, such as ${problem.file}: ${problem.message}. ` +
        'Take them out, or go on without them (keepGoing, --keep-going).',
      { details: { problems: source.problems } },
    );
  }
  return packDataset(source, format, options);
}

/** @throws RoentgenError as `scanSource` and `mapClasses`; ERR_UNKNOWN_CLASS for a class that stands for none */
async function scanMapped(path: string, options: OpenDataOptions): Promise<ImageSource> {
  const { map, classes } = options;
  if (map === undefined || classes === undefined) return scanSource(path, options);
  const found = await scanSource(path, { ...options, classes: undefined });
  const { source, leftOut } = mapClasses(found, classes, map);
  refuseUnmapped(
    path,
    leftOut.map(({ class: name }) => name),
    classes,
  );
  return source;
}

function refuseUnmapped(
  path: string,
  unknown: readonly string[],
  classes: readonly string[],
): void {
  if (unknown.length === 0) return;
  throw new RoentgenError(
    'ERR_UNKNOWN_CLASS',
    `${path} holds classes that are not among ${classes.join(', ')}: ${unknown.join(', ')}. Say which stands for ` +
      'which (map, --map THEIRS=OURS).',
  );
}

async function openPackedAs(
  path: string,
  format: ImageFormat,
  { classes, map }: OpenDataOptions,
): Promise<PackedDataset> {
  const packed = await openPacked(path);
  try {
    requireFormat(path, packed.index.format, format);
    return classes ? { ...packed, index: relabel(path, packed.index, classes, map) } : packed;
  } catch (error) {
    packed.dataset.dispose();
    throw error;
  }
}

/** @throws RoentgenError ERR_MODEL_MISMATCH where images at `path` were packed in another format than is needed */
export function requireFormat(path: string, has: ImageFormat, needed: ImageFormat): void {
  const describe = ({ channels, height, width, fit, repairs, lungs }: ImageFormat): string => {
    const section = lungs === undefined ? '' : `; lungs: ${lungs}`;
    return `${channels}×${height}×${width} (${fit}; repairs: ${formatRepairs(repairs)}${section})`;
  };
  const sameRepairs = isDeepStrictEqual(has.repairs ?? [], needed.repairs ?? []);
  if (!sameRepairs || describe(has) !== describe(needed)) {
    throw new RoentgenError(
      'ERR_MODEL_MISMATCH',
      `${path} was packed as ${describe(has)} but ${describe(needed)} is needed: pack it again with those options.`,
    );
  }
}

/** The same index with labels as positions in `classes`. */
function relabel(
  path: string,
  index: PackedIndex,
  classes: readonly string[],
  map: readonly string[] = [],
): PackedIndex {
  const positions = mapNames(index.classes, classes, map);
  const unknown = index.classes.filter((_, label) => positions[label] === -1);
  refuseUnmapped(path, unknown, classes);
  const labels = index.labels.map((label) => positions[label] ?? -1);
  return { ...index, classes: [...classes], labels };
}
