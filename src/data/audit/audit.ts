/** An audit: whether figures from a dataset's splits can be defended, and what else is odd about it. */
import { extname } from 'node:path';
import { invalidArgument, writeFileAtomic } from '../../native/index.js';
import { sha256 } from '../fingerprint.js';
import { openData, type OpenDataOptions } from '../openData.js';
import { openPacked, type PackedDataset } from '../pack.js';
import { scanSource } from '../scan.js';
import type { ImageFormat } from '../types.js';
import { plural } from '../words.js';
import { worst } from './checks/check.js';
import { checks } from './checks/table.js';
import { findCopies } from './copies/findCopies.js';
import { differentPictures } from './copyClusters.js';
import { readFileFacts } from './fileFacts.js';
import { listImages, type AuditSource, type Material } from './material.js';
import { Pacer } from './pacer.js';
import { drawPairs } from './pairSheet.js';
import { measurePixels, type PixelFacts } from './pixelFacts.js';
import type { Audit, AuditCheck, AuditFinding } from './types.js';

/** Files that cannot be read do not stop an audit: they are among its findings. */
export interface AuditOptions extends Omit<OpenDataOptions, 'keepGoing' | 'allowSingleClass'> {
  /** What images are compared at. Default 1×128×128, stretched; a packed file's own. */
  format?: ImageFormat | undefined;
  /** PNG file to write: the first copies that were found, each beside the image it is a copy of. */
  sheet?: string | undefined;
}

const usualFormat: ImageFormat = { channels: 1, height: 128, width: 128, fit: 'fill' };

/**
 * Audits one dataset, or two side by side, each a folder, a manifest or a packed file.
 *
 * The verdict is `fail` where splits leak: a patient in two splits of a set; an image, or a copy of it that was
 * resized, encoded anew, mirrored or cropped by up to 5% a side, in two splits; or, of two datasets, in `train` or
 * `val` of one and anywhere in the other that has no splits. It is `warn` for all else that is worth a look, copies
 * within a split or between two sets without splits among them.
 *
 * @throws RoentgenError as `openData`; ERR_INVALID_ARGUMENT for none, more than two, or one source twice; ERR_MODEL_MISMATCH for
 * packed files of different formats
 */
export async function auditData(
  sources: string | readonly string[],
  options: AuditOptions = {},
): Promise<Audit> {
  const paths = typeof sources === 'string' ? [sources] : sources;
  if (paths.length < 1 || paths.length > 2 || new Set(paths).size < paths.length) {
    throw invalidArgument('sources', 'one dataset or two different ones', paths.join(', '));
  }
  const { format: wanted, sheet, ...rest } = options;
  const reading = { ...rest, keepGoing: true, allowSingleClass: true };
  const started = performance.now();
  const opened: AuditSource[] = [];
  try {
    let format = wanted;
    for (const path of paths.toSorted((a, b) => Number(isPacked(b)) - Number(isPacked(a)))) {
      const packed =
        format === undefined && isPacked(path)
          ? await openPacked(path)
          : await openData(path, format ?? usualFormat, reading);
      format ??= packed.index.format;
      opened.push({ path, packed, files: null });
    }
    opened.sort((a, b) => paths.indexOf(a.path) - paths.indexOf(b.path));
    const known = await Promise.all(
      opened.map(async (source) => ({ ...source, files: await filesOf(source, reading) })),
    );
    return await audit(known, { started, signal: options.signal, sheet });
  } finally {
    for (const { packed } of opened) packed.dataset.dispose();
  }
}

/**
 * Audits packed images, which is what training has at hand: file sizes are not known then.
 * @throws RoentgenError ABORT_ERR
 */
export async function auditPacked(
  packed: PackedDataset,
  source: string,
  options: { signal?: AbortSignal | undefined } = {},
): Promise<Audit> {
  const started = performance.now();
  return audit([{ path: source, packed, files: null }], { started, ...options });
}

function isPacked(path: string): boolean {
  return extname(path).toLowerCase() === '.safetensors';
}

/** The headers of the files behind a folder or manifest. */
async function filesOf(
  { path, packed }: AuditSource,
  options: OpenDataOptions,
): Promise<AuditSource['files']> {
  if (isPacked(path)) return null;
  const { samples } = await scanSource(path, options);
  const places = new Map(samples.map((sample) => [sample.name, sample.path]));
  const paths = packed.index.names.map((name) => places.get(name) ?? '');
  return readFileFacts(paths, options.signal);
}

interface Circumstances {
  /** As performance.now() tells it. */
  started: number;
  signal?: AbortSignal | undefined;
  sheet?: string | undefined;
}

async function audit(
  sources: readonly AuditSource[],
  { started, signal, sheet }: Circumstances,
): Promise<Audit> {
  const pacer = new Pacer(signal);
  const material = await gather(sources, pacer);
  const told: AuditCheck[] = [];
  const findings: AuditFinding[] = [];
  for (const { name, title, inspect } of checks) {
    const { findings: own, ...verdict } = inspect(material);
    told.push({ name, title, ...verdict });
    findings.push(...own.map((finding) => ({ check: name, ...finding })));
    await pacer.breathe();
  }
  if (sheet !== undefined) await writeFileAtomic(sheet, await drawPairs(material, findings));
  const indexes = sources.map(({ packed }) => packed.index);
  const hashes = indexes.map(({ sourceHash }) => sourceHash);
  return {
    verdict: worst(told.map(({ status }) => status)),
    headline: headline(material, told),
    sources: sources.map(({ path }) => path),
    dataHash: hashes.length === 1 ? (hashes[0] ?? '') : sha256(hashes.join()),
    images: material.images.length,
    groups: countGroups(material),
    classes: [...new Set(indexes.flatMap(({ classes }) => classes))],
    checks: told,
    findings,
    seconds: (performance.now() - started) / 1000,
  };
}

async function gather(sources: readonly AuditSource[], pacer: Pacer): Promise<Material> {
  const images = listImages(sources);
  const format = sources[0]?.packed.index.format ?? usualFormat;
  const starts = sources.map((_, source) => images.findIndex((image) => image.source === source));
  const read = (position: number): Uint8Array => {
    const source = images[position]?.source ?? 0;
    const dataset = sources[source]?.packed.dataset;
    if (dataset === undefined) throw invalidArgument('position', 'that of an image', position);
    return dataset.read(position - (starts[source] ?? 0));
  };
  const pixels: PixelFacts[] = [];
  const digests: string[] = [];
  for (const position of images.keys()) {
    const bytes = read(position);
    pixels.push(measurePixels(bytes, format));
    digests.push(sha256(bytes));
    await pacer.breathe();
  }
  const different = differentPictures(digests, pixels);
  const copies = await findCopies({ format, read }, different, pacer);
  const problems = sources.flatMap(({ packed }) => packed.problems);
  return { sources, images, format, read, pixels, digests, copies, problems };
}

function countGroups({ images }: Material): number {
  return new Set(images.map(({ source, group }) => `${source} ${group}`)).size;
}

function headline(material: Material, told: readonly AuditCheck[]): string {
  const { images } = material;
  const what = `${plural(images.length, 'image')} of ${plural(countGroups(material), 'patient')}`;
  const failed = told.filter(({ status }) => status === 'fail');
  if (failed.length > 0) {
    const how = failed.map(({ title, summary }) => `${title.toLowerCase()}: ${summary}`).join('; ');
    return `The splits leak, so figures on them cannot be defended (${how}).`;
  }
  const split = images.some((image) => image.split !== null);
  const leak = split ? 'No leak between splits' : 'No splits yet';
  const warned = told
    .filter(({ status }) => status === 'warn')
    .map(({ title }) => title.toLowerCase());
  return warned.length > 0
    ? `${leak}; worth a look in ${what}: ${warned.join(', ')}.`
    : `${leak}, and nothing odd in ${what}.`;
}
