/** Decoding a source once, into a packed dataset that later runs find by content and options. */
import { mkdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import {
  Dataset,
  RoentgenError,
  acquireLock,
  invalidArgument,
  throwIfAborted,
  writeError,
} from '../native/index.js';
import { mapConcurrently } from './concurrency.js';
import { checkFormat } from './decode.js';
import { listingKey, maskHash, packKey, sourceHash } from './fingerprint.js';
import { checkPixelLimit } from './imageFile.js';
import { requireMasks } from './lungs/index.js';
import { openPackFile, toColumns, type PackedContent, type PackedIndex } from './packFile.js';
import { PackPlace } from './packPlace.js';
import { fillSlot, hashSample, slotSize, type Outcome } from './packSample.js';
import { PartialImages } from './partial.js';
import type { ImageFormat, ImageSource, Problem } from './types.js';

/** How far packing has come. */
export interface PackProgress {
  /** Files dealt with so far: decoded, taken over from an interrupted run, or failed. */
  done: number;
  total: number;
  /** How many of these were decoded by this run. */
  decoded: number;
  imagesPerSecond: number;
}

/** Where a packed file goes, and how its images are read. */
export interface PackOptions {
  /** Where packed files are kept and found. Default: ROENTGEN_CACHE, $XDG_CACHE_HOME/roentgen or ~/.cache/roentgen. */
  cacheDir?: string | undefined;
  /** Writes to this file instead of the cache; packed again only where its content would differ. */
  output?: string | undefined;
  /** Images in work at once. Default: four times the threads of libuv's pool. */
  workers?: number | undefined;
  /** Pack the rest when some files fail; otherwise they are an error, after all were tried. Default false. */
  keepGoing?: boolean | undefined;
  /** Images of more pixels are refused. Default 100,000,000. */
  pixelLimit?: number | undefined;
  /** Hears of every image. */
  onProgress?: ((progress: PackProgress) => void) | undefined;
  signal?: AbortSignal | undefined;
}

/** Decoded images, ready for training, and all that is known of them. */
export interface PackedDataset {
  /** To be disposed of by the caller. */
  dataset: Dataset;
  path: string;
  /** Whether the file was there already. */
  fromCache: boolean;
  index: PackedIndex;
  /** Files that are not in the dataset, and why. */
  problems: Problem[];
  seconds: number;
}

/**
 * The images of `source` as one uint8 tensor [N, C, H, W] with labels, groups, splits and names.
 *
 * A packed file is found by what went into it: options, versions, and each sample's name, class, group, split and
 * content; then only hashes are computed. Otherwise every file is read once, hashed and decoded. What was decoded
 * survives an abort, an error and the death of the process: the next run decodes only the rest. Of several processes
 * that pack the same source one does the work and the others wait for it.
 *
 * @throws RoentgenError ERR_INVALID_ARGUMENT; ERR_EMPTY_DATASET; ERR_FILES_SKIPPED, with `details.problems`, unless
 * `keepGoing`; ERR_NO_SPACE; ERR_IO; ABORT_ERR
 */
export async function packDataset(
  source: ImageSource,
  format: ImageFormat,
  options: PackOptions = {},
): Promise<PackedDataset> {
  const started = performance.now();
  const job = planJob(source, format, options);
  const packed = (await findPacked(job)) ?? (await packLocked(job));
  return { ...packed, seconds: (performance.now() - started) / 1000 };
}

/**
 * Opens a file that `packDataset` wrote.
 * @throws RoentgenError ERR_NOT_FOUND, ERR_IO; ERR_INVALID_FILE for a file that is damaged or no packed dataset
 */
export async function openPacked(path: string): Promise<PackedDataset> {
  const started = performance.now();
  const { dataset, index, problems } = await openPackFile(path);
  const seconds = (performance.now() - started) / 1000;
  return { dataset, path: resolve(path), fromCache: true, index, problems, seconds };
}

/** A checked call of `packDataset`. */
interface Job {
  source: ImageSource;
  format: ImageFormat;
  listing: string;
  place: PackPlace;
  workers: number;
  keepGoing: boolean;
  pixelLimit: number;
  onProgress: (progress: PackProgress) => void;
  signal: AbortSignal | undefined;
}

type Packed = Omit<PackedDataset, 'seconds'>;

function planJob(source: ImageSource, format: ImageFormat, options: PackOptions): Job {
  const pixelLimit = checkPixelLimit(options.pixelLimit);
  const workers = options.workers ?? defaultWorkers();
  if (!Number.isInteger(workers) || workers < 1) {
    throw invalidArgument('workers', 'a positive integer', workers);
  }
  if (source.samples.length === 0) {
    throw new RoentgenError('ERR_EMPTY_DATASET', `${source.root} holds no image to pack.`);
  }
  requireMasks(source.samples, format, source.root);
  const listing = listingKey(source, format, pixelLimit);
  return {
    source,
    format: checkFormat(format),
    listing,
    place: new PackPlace(listing, options),
    workers,
    keepGoing: options.keepGoing ?? false,
    pixelLimit,
    onProgress: options.onProgress ?? (() => undefined),
    signal: options.signal,
  };
}

/**
 * libuv's pool decodes, with 4 threads unless told otherwise and one thread per image. Four times as many images in
 * work keep it fed while others are read, hashed and stored; twice as many left it idle for a fifth of the time.
 */
function defaultWorkers(): number {
  return 4 * (Number(process.env['UV_THREADPOOL_SIZE']) || 4);
}

/** The packed file of exactly this source and these options, if it exists. */
async function findPacked(job: Job): Promise<Packed | undefined> {
  if (!(await job.place.mayHold())) return undefined;
  const hashes = await mapConcurrently(job.source.samples, job.workers, async (sample) => {
    throwIfAborted(job.signal);
    return hashSample(sample, job.format);
  });
  const images = hashes.map(({ image }) => image);
  const key = packKey(job.listing, images, maskHash(job.format, hashes));
  const found = await job.place.open(key);
  if (found === undefined) return undefined;
  const { dataset, index, problems } = found;
  try {
    refuseFailures(job, problems.slice(job.source.problems.length));
  } catch (error) {
    dataset.dispose();
    throw error;
  }
  return { dataset, path: job.place.pathOf(key), fromCache: true, index, problems };
}

/** Of several processes that pack one source the first works, and the others find what it made. */
async function packLocked(job: Job): Promise<Packed> {
  const { folder, workFolder } = job.place;
  await mkdir(folder, { recursive: true }).catch((cause: unknown) => {
    throw writeError(folder, cause);
  });
  const lock = await acquireLock(`${workFolder}.lock`, job.signal);
  try {
    const made = lock.waited ? await findPacked(job) : undefined;
    return made ?? (await pack(job));
  } finally {
    lock.release();
  }
}

async function pack(job: Job): Promise<Packed> {
  const { source, format, place } = job;
  const { channels, height, width, lungs } = format;
  const partial = await PartialImages.open(place.workFolder, slotSize(format));
  const outcomes = await decodeAll(job, partial).finally(() => partial.close());
  const failures = outcomes.flatMap(({ problem }) => problem ?? []);
  refuseFailures(job, failures);
  const kept = source.samples.flatMap((sample, slot) => {
    const { hashes, problem } = outcomes[slot] ?? {};
    const hash = hashes?.image ?? null;
    return hash === null || problem !== undefined ? [] : [{ sample, slot, hash }];
  });
  const dataset = await Dataset.fromRaw(partial.imagesPath, {
    channels,
    height,
    width,
    masked: lungs === 'blackout',
    keep: Int32Array.from(kept, ({ slot }) => slot),
  });
  const allHashes = outcomes.map(({ hashes }) => hashes.image);
  const masks = maskHash(
    format,
    outcomes.map(({ hashes }) => hashes),
  );
  const content: PackedContent = {
    key: packKey(job.listing, allHashes, masks),
    problems: [...source.problems, ...failures],
    index: {
      classes: source.classes,
      names: kept.map(({ sample }) => sample.name),
      labels: Int32Array.from(kept, ({ sample }) => sample.label),
      groups: kept.map(({ sample }) => sample.group),
      splits: kept.map(({ sample }) => sample.split),
      format,
      sourceHash: sourceHash(source, allHashes),
      ...(masks === undefined ? {} : { maskHash: masks }),
      hashes: kept.map(({ hash }) => hash),
    },
  };
  const path = place.pathOf(content.key);
  try {
    await dataset.save(path, toColumns(content));
  } catch (error) {
    dataset.dispose();
    throw error;
  }
  await partial.remove();
  return { dataset, path, fromCache: false, index: content.index, problems: content.problems };
}

/** What became of each sample, in their order. Only what stops everything is thrown: an abort, a full disk. */
async function decodeAll(job: Job, partial: PartialImages): Promise<Outcome[]> {
  const { source, format, pixelLimit, onProgress } = job;
  const started = performance.now();
  let [done, decoded] = [0, 0];
  return mapConcurrently(source.samples, job.workers, async (sample, slot) => {
    throwIfAborted(job.signal);
    const outcome = await fillSlot(sample, slot, { format, pixelLimit, partial });
    done += 1;
    if (outcome.decoded) decoded += 1;
    const seconds = (performance.now() - started) / 1000;
    onProgress({ done, total: source.samples.length, decoded, imagesPerSecond: decoded / seconds });
    return outcome;
  });
}

/** How many failures a message spells out; `details.problems` has them all. */
const shownFailures = 5;

function refuseFailures({ source, keepGoing }: Job, failures: Problem[]): void {
  const total = source.samples.length;
  if (failures.length === 0 || (keepGoing && failures.length < total)) return;
  const shown = failures
    .slice(0, shownFailures)
    .map(({ file, message }) => `\n  ${file}: ${message}`);
  const more = failures.length - shown.length;
  throw new RoentgenError(
    'ERR_FILES_SKIPPED',
    `${failures.length} of ${total} images cannot be packed:${shown.join('')}` +
      (more > 0 ? `\n  … and ${more} more` : '') +
      (failures.length < total
        ? '\nOr go on without them (keepGoing, --keep-going). What was decoded is kept.'
        : ''),
    { details: { problems: failures } },
  );
}
