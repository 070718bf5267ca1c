/** Small safetensors files: float32, int32 and int64 tensors with metadata, written and read in memory. */
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { RoentgenError } from './errors.js';
import { isMissing } from './missing.js';
import { writeFileAtomic } from './files.js';

export interface Tensor {
  shape: readonly number[];
  /** Row-major. */
  values: Float32Array | Int32Array | BigInt64Array;
}

export interface TensorFile {
  metadata: Readonly<Record<string, string>>;
  tensors: Readonly<Record<string, Tensor>>;
}

const arrays = { F32: Float32Array, I32: Int32Array, I64: BigInt64Array } as const;

function dtypeOf(values: Tensor['values']): keyof typeof arrays {
  if (values instanceof Float32Array) return 'F32';
  return values instanceof Int32Array ? 'I32' : 'I64';
}

const metadataKey = '__metadata__';
/** The header's length comes first, as 8 bytes, little-endian. */
const lengthBytes = 8;

const entrySchema = z.strictObject({
  dtype: z.enum(['F32', 'I32', 'I64']),
  shape: z.array(z.int().nonnegative()),
  data_offsets: z.tuple([z.int().nonnegative(), z.int().nonnegative()]),
});
const headerSchema = z
  .object({ [metadataKey]: z.record(z.string(), z.string()).optional() })
  .catchall(entrySchema);

type Entry = z.infer<typeof entrySchema>;

/**
 * Writes the file, whole or not at all, as https://huggingface.co/docs/safetensors describes the format.
 * @throws RoentgenError ERR_NO_SPACE, ERR_IO
 */
export async function writeTensors(path: string, { metadata, tensors }: TensorFile): Promise<void> {
  const header: Record<string, unknown> = { [metadataKey]: metadata };
  const parts: Uint8Array[] = [];
  let offset = 0;
  for (const [name, { shape, values }] of Object.entries(tensors)) {
    const end = offset + values.byteLength;
    const dtype = dtypeOf(values);
    header[name] = { dtype, shape: [...shape], data_offsets: [offset, end] } satisfies Entry;
    parts.push(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
    offset = end;
  }
  const json = Buffer.from(JSON.stringify(header));
  const padding = Buffer.alloc((lengthBytes - (json.length % lengthBytes)) % lengthBytes, ' ');
  const length = Buffer.alloc(lengthBytes);
  length.writeBigUInt64LE(BigInt(json.length + padding.length));
  await writeFileAtomic(path, Buffer.concat([length, json, padding, ...parts]));
}

/**
 * Reads a file of such tensors, all of them.
 * @throws RoentgenError ERR_NOT_FOUND, ERR_IO; ERR_INVALID_FILE saying which rule is broken
 */
export async function readTensors(path: string): Promise<TensorFile> {
  const bytes = await readFile(path).catch((cause: unknown) => {
    const missing = isMissing(cause);
    const reason = missing ? 'there is no such file' : String(cause);
    const code = missing ? 'ERR_NOT_FOUND' : 'ERR_IO';
    throw new RoentgenError(code, `Cannot read ${path}: ${reason}`, { cause });
  });
  const { header, data } = readHeader(bytes, path);
  const { [metadataKey]: metadata = {}, ...entries } = header;
  const tensors = Object.entries(entries as Record<string, Entry>).map(
    ([name, entry]) => [name, readTensor(name, entry, data, path)] as const,
  );
  return { metadata, tensors: Object.fromEntries(tensors) };
}

function readHeader(
  bytes: Buffer,
  path: string,
): { header: z.infer<typeof headerSchema>; data: Buffer } {
  const length = bytes.length < lengthBytes ? 0 : Number(bytes.readBigUInt64LE());
  if (length === 0 || length > bytes.length - lengthBytes) {
    throw invalidFile(path, 'its header is longer than the file, or empty');
  }
  const end = lengthBytes + length;
  const parsed = headerSchema.safeParse(parseJson(bytes.toString('utf8', lengthBytes, end)));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw invalidFile(path, `${issue?.path.join('.') ?? 'header'}: ${issue?.message ?? 'wrong'}`);
  }
  return { header: parsed.data, data: bytes.subarray(end) };
}

function readTensor(name: string, entry: Entry, data: Buffer, path: string): Tensor {
  const { dtype, shape } = entry;
  const [from, to] = entry.data_offsets;
  const count = shape.reduce((product, length) => product * length, 1);
  const Values = arrays[dtype];
  if (to > data.length || to - from !== count * Values.BYTES_PER_ELEMENT) {
    throw invalidFile(path, `the bytes of ${name} do not fit its shape [${shape.join()}]`);
  }
  // A copy begins where numbers may begin; a part of a buffer may not.
  return { shape, values: new Values(Uint8Array.from(data.subarray(from, to)).buffer) };
}

/** undefined for what is no JSON: the schema then says so. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** For readers of such files, too. */
export function invalidFile(path: string, reason: string): RoentgenError {
  return new RoentgenError('ERR_INVALID_FILE', `Cannot use ${path}: ${reason}.`);
}
