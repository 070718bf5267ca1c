/** What an image file tells before one looks at the picture: facts of its acquisition, and figures of its content. */
import { open } from 'node:fs/promises';
import sharp from 'sharp';
import { RoentgenError, throwIfAborted } from '../native/index.js';
import { meanQuantization } from './jpeg.js';
import { encodeFacts, type Fact } from './ranks.js';
import { side, type Material, type NoView, type View } from './types.js';

/** Everything that facts are read from. */
interface FileHead {
  header: sharp.Metadata;
  sizeBytes: number;
  /** See `meanQuantization`; 0 for a file that is no JPEG. */
  quantization: number;
}

/**
 * How a file came to be, and nothing of what it shows. Not the number of bytes, nor the brightness: an opacity
 * changes both, so they are `contentFacts`.
 */
const acquisitionFacts: Readonly<Record<string, (head: FileHead) => Fact>> = {
  width: ({ header }) => header.autoOrient.width,
  height: ({ header }) => header.autoOrient.height,
  aspect: ({ header }) => header.autoOrient.width / header.autoOrient.height,
  density: ({ header }) => header.density ?? 0,
  quantization: ({ quantization }) => quantization,
  format: ({ header }) => header.format,
  space: ({ header }) => header.space,
  channels: ({ header }) => String(header.channels),
  depth: ({ header }) => `${header.depth} ${header.bitsPerSample ?? ''}`,
  orientation: ({ header }) => String(header.orientation ?? 1),
  subsampling: ({ header }) => header.chromaSubsampling ?? 'none',
  progressive: ({ header }) => String(header.isProgressive),
  profile: ({ header }) => String(header.hasProfile),
  exif: ({ header }) => String(header.exif !== undefined),
};

/** What depends on the picture as a whole, disease included. */
const contentFacts: Readonly<
  Record<string, (head: FileHead, pixels: { mean: number; std: number }) => Fact>
> = {
  bytes: ({ sizeBytes }) => sizeBytes,
  bytesPerPixel: ({ header, sizeBytes }) => sizeBytes / (header.width * header.height),
  mean: (_, { mean }) => mean,
  std: (_, { std }) => std,
};

const noFiles: NoView = { reason: 'a packed file does not hold the image files' };

/** Facts of acquisition, as one row of bytes per image. */
export async function viewMetadata(
  material: Material,
  signal?: AbortSignal,
): Promise<View | NoView> {
  if (material.files === null) return noFiles;
  const heads = await readHeads(material.files, signal);
  return encodeFacts(
    heads.map((head) => evaluate(acquisitionFacts, head)),
    material.train,
  );
}

/** Figures of content, as one row of bytes per image. */
export async function viewStatistics(
  material: Material,
  signal?: AbortSignal,
): Promise<View | NoView> {
  const { files, positions, dataset, train } = material;
  if (files === null) return noFiles;
  const heads = await readHeads(files, signal);
  const rows = heads.map((head, row) => {
    const pixels = momentsOf(dataset.read(positions[row] ?? 0));
    return Object.values(contentFacts).map((fact) => fact(head, pixels));
  });
  return encodeFacts(rows, train);
}

function evaluate(facts: typeof acquisitionFacts, head: FileHead): Fact[] {
  return Object.values(facts).map((fact) => fact(head));
}

function momentsOf(pixels: Uint8Array): { mean: number; std: number } {
  const mean = pixels.reduce((sum, value) => sum + value, 0) / pixels.length;
  const squares = pixels.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, std: Math.sqrt(squares / side ** 2) };
}

/** As many as libuv has threads would idle while JavaScript works. */
const filesAtOnce = 16;

async function readHeads(
  files: readonly { path: string; name: string }[],
  signal: AbortSignal | undefined,
): Promise<FileHead[]> {
  const heads: FileHead[] = [];
  for (let start = 0; start < files.length; start += filesAtOnce) {
    throwIfAborted(signal);
    heads.push(...(await Promise.all(files.slice(start, start + filesAtOnce).map(readHead))));
  }
  return heads;
}

/** Quantization tables stand behind EXIF data and color profile, which rarely take more. */
const headBytes = 2 ** 17;

async function readHead({ path, name }: { path: string; name: string }): Promise<FileHead> {
  try {
    const file = await open(path);
    try {
      const { size: sizeBytes } = await file.stat();
      const head = Buffer.alloc(Math.min(sizeBytes, headBytes));
      await file.read(head, 0, head.length, 0);
      const header = await sharp(path, { limitInputPixels: false }).metadata();
      return { header, sizeBytes, quantization: meanQuantization(head) ?? 0 };
    } finally {
      await file.close();
    }
  } catch (cause) {
    throw new RoentgenError(
      'ERR_UNREADABLE_IMAGE',
      `${name}: its header cannot be read. Replace the file or take it out.`,
      { cause, details: { file: name } },
    );
  }
}
