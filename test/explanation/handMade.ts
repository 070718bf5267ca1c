/** A classifier whose every weight is known: its logits are mean brightnesses of one region of the image. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { toMetadata } from '../../src/inference/index.js';
import { Network } from '../../src/native/index.js';

export const side = 32;
/** Pixels from 8 to 16 across, from 16 to 24 down. */
export const region = { left: 8, top: 16, size: 8 };

export const inRegion = (x: number, y: number): boolean =>
  x >= region.left &&
  x < region.left + region.size &&
  y >= region.top &&
  y < region.top + region.size;

const spec = {
  name: 'region',
  description: 'Mean brightness of one region',
  source: 'made for tests',
  classes: 2,
  input: { channels: 1, height: side, width: side },
  convention: 'torch',
  layers: [
    { kind: 'conv2d', name: 'conv', out: 2, kernel: 1, activation: 'relu' },
    { kind: 'flatten' },
    { kind: 'linear', name: 'head', out: 'classes' },
  ],
  layersFor: { cam: 'conv' },
};

/** Float32 tensors as a safetensors file. */
async function writeTensors(
  path: string,
  tensors: Readonly<Record<string, { shape: readonly number[]; values: Float32Array }>>,
): Promise<void> {
  let offset = 0;
  const header = Object.fromEntries(
    Object.entries(tensors).map(([name, { shape, values }]) => {
      const from = offset;
      offset += values.byteLength;
      return [name, { dtype: 'F32', shape, data_offsets: [from, offset] }];
    }),
  );
  const text = JSON.stringify(header);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  const data = Object.values(tensors).map(({ values }) => Buffer.from(values.buffer));
  await writeFile(path, Buffer.concat([length, Buffer.from(text), ...data]));
}

/**
 * Writes a model file. The first channel of `conv` is the brightness, the second always 0; the logit of BRIGHT is four
 * times the region's mean in the first channel, minus 2, and that of DARK the same with the other sign.
 * @param outputs 1 for a sigmoid, which is the logit of BRIGHT
 */
export async function writeRegionModel(folder: string, outputs: 1 | 2 = 2): Promise<string> {
  const area = side * side;
  const row = (sign: number): number[] => [
    ...Array.from({ length: area }, (_, at) =>
      inRegion(at % side, Math.floor(at / side)) ? (sign * 4) / region.size ** 2 : 0,
    ),
    ...Array<number>(area).fill(0),
  ];
  const rows = outputs === 2 ? [row(-1), row(1)] : [row(1)];
  const weights = join(folder, 'weights.safetensors');
  await writeTensors(weights, {
    'conv.weight': { shape: [2, 1, 1, 1], values: Float32Array.of(1, 0) },
    'conv.bias': { shape: [2], values: Float32Array.of(0, 0) },
    'head.weight': { shape: [outputs, 2 * area], values: Float32Array.from(rows.flat()) },
    'head.bias': {
      shape: [outputs],
      values: outputs === 2 ? Float32Array.of(2, -2) : Float32Array.of(-2),
    },
  });
  using network = Network.build(spec, { outputs, channels: 1, height: side, width: side }, 1);
  await network.importWeights(weights, { head: [], aliases: {} });
  const path = join(folder, `region-${outputs}.safetensors`);
  const metadata = toMetadata({
    model: 'region',
    classes: ['DARK', 'BRIGHT'],
    task: 'classification',
    ...(outputs === 2
      ? { output: 'softmax', loss: 'crossEntropy' }
      : { output: 'sigmoid', loss: 'binaryCrossEntropy' }),
    mean: [0],
    std: [1],
    fit: 'fill',
    provenance: {},
  });
  await network.save(path, metadata);
  return path;
}

/** A gray PNG of the network's size. */
export async function drawImage(brightness: (x: number, y: number) => number): Promise<Buffer> {
  const pixels = Uint8Array.from({ length: side * side }, (_, at) =>
    brightness(at % side, Math.floor(at / side)),
  );
  return sharp(pixels, { raw: { width: side, height: side, channels: 1 } })
    .png()
    .toBuffer();
}
