/** One sample on its way into a packed file: its files are read and hashed, and its slot is filled. */
import { decodeMasked } from './decode.js';
import { contentHash, sha256 } from './fingerprint.js';
import { readImageFile, toProblem } from './imageFile.js';
import { readMaskFile } from './lungs/index.js';
import type { PartialImages } from './partial.js';
import type { ImageFormat, Problem, Sample } from './types.js';

/** SHA-256 of a sample's files, in hexadecimal; null where not even reading worked. */
export interface SampleHashes {
  image: string | null;
  /** Null as well where the sample has no mask, or the format needs none. */
  mask: string | null;
}

/** What became of one sample. */
export interface Outcome {
  hashes: SampleHashes;
  decoded: boolean;
  problem?: Problem;
}

/** Bytes of C·H·W pixels, and of H·W more where a mask follows them. */
export function slotSize({ channels, height, width, lungs }: ImageFormat): number {
  return (channels + (lungs === 'blackout' ? 1 : 0)) * height * width;
}

/** What the files hold, without decoding them. */
export async function hashSample(sample: Sample, format: ImageFormat): Promise<SampleHashes> {
  return (await readFiles(sample, format)).hashes;
}

/** Decodes a sample into its slot, unless an earlier run has. Only what concerns all samples is thrown: a full disk. */
export async function fillSlot(
  sample: Sample,
  slot: number,
  {
    format,
    pixelLimit,
    partial,
  }: { format: ImageFormat; pixelLimit: number; partial: PartialImages },
): Promise<Outcome> {
  const { hashes, image, mask } = await readFiles(sample, format);
  try {
    const bytes = unwrap(image);
    const maskBytes = unwrap(mask);
    const content = contentHash(hashes.image ?? '', hashes.mask);
    if (await partial.holds(slot, content)) return { hashes, decoded: false };
    const names = { name: sample.name, maskName: sample.mask };
    const decoded = await decodeMasked(bytes, format, { pixelLimit, mask: maskBytes, ...names });
    const parts = decoded.mask === null ? [] : [decoded.mask];
    partial.put(slot, content, Buffer.concat([decoded.pixels, ...parts]));
    return { hashes, decoded: true };
  } catch (error) {
    return { hashes, decoded: false, problem: toProblem(sample.name, error) };
  }
}

interface Files {
  image: PromiseSettledResult<Buffer>;
  mask: PromiseSettledResult<Buffer | undefined>;
  hashes: SampleHashes;
}

async function readFiles({ path, name, mask }: Sample, { lungs }: ImageFormat): Promise<Files> {
  const needed = lungs === undefined ? undefined : mask;
  const [image, maskFile] = await Promise.allSettled([
    readImageFile(path, name),
    needed === undefined ? undefined : readMaskFile(needed, name),
  ]);
  return { image, mask: maskFile, hashes: { image: hashOf(image), mask: hashOf(maskFile) } };
}

function hashOf(file: PromiseSettledResult<Buffer | undefined>): string | null {
  return file.status === 'rejected' || file.value === undefined ? null : sha256(file.value);
}

function unwrap<T>(file: PromiseSettledResult<T>): T {
  if (file.status === 'fulfilled') return file.value;
  throw file.reason;
}
