/** What tells one model from any other: a hash of each tensor, and of each part of what the file says of itself. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { z } from 'zod';
import { sha256 } from '../data/index.js';
import { isMissing, RoentgenError } from '../native/index.js';

/** SHA-256 in hexadecimal throughout. */
export interface ModelHashes {
  /** By name, of type, shape and bytes. */
  tensors: Record<string, string>;
  architecture: string;
  /** Classes, preprocessing and provenance. */
  description: string;
  /** Decision rule, gate and test-time augmentation, which `roentgen calibrate` may change. */
  decision: string;
}

const entrySchema = z.looseObject({
  dtype: z.string(),
  shape: z.array(z.int().nonnegative()),
  data_offsets: z.tuple([z.int().nonnegative(), z.int().nonnegative()]),
});
const headerSchema = z
  .object({ __metadata__: z.record(z.string(), z.string()).default({}) })
  .catchall(entrySchema);
type Header = z.infer<typeof headerSchema>;

/** The header's length comes first, as 8 bytes, little-endian. */
const lengthBytes = 8;
/** As the format has it; a longer one is a damaged length. */
const longestHeader = 100_000_000;

/**
 * Reads the file once, and needs neither LibTorch nor memory for the weights.
 * @throws RoentgenError ERR_NOT_FOUND, ERR_IO; ERR_INVALID_FILE where it is no safetensors file
 */
export async function hashModel(path: string): Promise<ModelHashes> {
  await using file = await open(path).catch((cause: unknown) => {
    const missing = isMissing(cause);
    throw missing
      ? new RoentgenError('ERR_NOT_FOUND', `${path} does not exist.`, { cause })
      : new RoentgenError('ERR_IO', `Cannot read ${path}: ${String(cause)}`, { cause });
  });
  const { header, start } = await readHeader(file, path);
  const { __metadata__: metadata, ...entries } = header;
  const tensors: Record<string, string> = {};
  for (const [name, entry] of Object.entries(entries as Record<string, Entry>)) {
    tensors[name] = await hashTensor(path, entry, start);
  }
  const { decision, gate, tta, ...description } = parseDescription(metadata['description']);
  return {
    tensors,
    architecture: digest([metadata['architecture'], metadata['shape']]),
    description: digest(description),
    decision: digest([decision ?? null, gate ?? null, ...(tta === undefined ? [] : [tta])]),
  };
}

type Entry = z.infer<typeof entrySchema>;

async function readHeader(
  file: FileHandle,
  path: string,
): Promise<{ header: Header; start: number }> {
  const refuse = (): RoentgenError =>
    new RoentgenError('ERR_INVALID_FILE', `${path} is damaged: its header cannot be read.`);
  const { size } = await file.stat();
  const { buffer } = await file.read(Buffer.alloc(lengthBytes), 0, lengthBytes, 0);
  const length = Number(buffer.readBigUInt64LE());
  const start = lengthBytes + length;
  if (length > longestHeader || start > size) throw refuse();
  const { buffer: text } = await file.read(Buffer.alloc(length), 0, length, lengthBytes);
  const parsed = headerSchema.safeParse(parseJson(text.toString('utf8')));
  if (!parsed.success) throw refuse();
  return { header: parsed.data, start };
}

async function hashTensor(
  path: string,
  { dtype, shape, data_offsets: [from, to] }: Entry,
  start: number,
): Promise<string> {
  const hash = createHash('sha256').update(`${dtype} [${shape.join()}] `);
  if (to > from) {
    const part = { start: start + from, end: start + to - 1 };
    await pipeline(createReadStream(path, part), hash);
  }
  return hash.digest('hex');
}

function parseDescription(text = '{}'): Record<string, unknown> {
  const value = parseJson(text);
  return typeof value === 'object' && value !== null ? { ...value } : { text };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Whatever the order of keys, which a file that is read and written again need not keep. */
function digest(value: unknown): string {
  return sha256(JSON.stringify(sortKeys(value)));
}

function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, inner]) => [key, sortKeys(inner)]));
}
