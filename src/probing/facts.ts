/** What an image file tells before one looks at the picture: facts of its acquisition, and figures of its content. */
import type { FileHead } from './fileHeads.js';
import { visitImages } from './images.js';
import { encodeFacts, type Fact } from './ranks.js';
import type { Material, NoView, View } from './types.js';

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
export async function viewMetadata({ heads, train }: Material): Promise<View | NoView> {
  if (heads === null) return noFiles;
  const facts = Object.values(acquisitionFacts);
  const rows = (await heads()).map((head) => facts.map((fact) => fact(head)));
  return encodeFacts(rows, train);
}

/** Figures of content, as one row of bytes per image. */
export async function viewStatistics(
  material: Material,
  signal?: AbortSignal,
): Promise<View | NoView> {
  if (material.heads === null) return noFiles;
  const heads = await material.heads();
  const facts = Object.values(contentFacts);
  const rows: Fact[][] = [];
  await visitImages(
    material,
    (image, row) => {
      const [head, pixels] = [heads[row], momentsOf(image)];
      rows.push(head === undefined ? [] : facts.map((fact) => fact(head, pixels)));
    },
    signal,
  );
  return encodeFacts(rows, material.train);
}

function momentsOf(pixels: Uint8Array): { mean: number; std: number } {
  let [sum, squares] = [0, 0];
  for (const value of pixels) {
    sum += value;
    squares += value ** 2;
  }
  const mean = sum / pixels.length;
  return { mean, std: Math.sqrt(Math.max(0, squares / pixels.length - mean ** 2)) };
}
