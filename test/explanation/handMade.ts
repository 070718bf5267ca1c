/** A classifier whose every weight is known: its logits are mean brightnesses of one region of the image. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { toMetadata, type ModelDescription } from '../../src/inference/index.js';
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

/** A float32 tensor, row-major. */
export interface Tensor {
  shape: readonly number[];
  values: ArrayLike<number>;
}

/** Tensors as a safetensors file. */
async function writeTensors(
  path: string,
  tensors: Readonly<Record<string, Tensor>>,
): Promise<void> {
  let offset = 0;
  const header = Object.fromEntries(
    Object.entries(tensors).map(([name, { shape, values }]) => {
      const from = offset;
      offset += values.length * Float32Array.BYTES_PER_ELEMENT;
      return [name, { dtype: 'F32', shape, data_offsets: [from, offset] }];
    }),
  );
  const text = JSON.stringify(header);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  const data = Object.values(tensors).map(({ values }) =>
    Buffer.from(Float32Array.from(values).buffer),
  );
  await writeFile(path, Buffer.concat([length, Buffer.from(text), ...data]));
}

/** A model file of these weights in the folder, named like the architecture. */
export async function writeModel(
  folder: string,
  spec: { name: string; input: { height: number; width: number } } & object,
  tensors: Readonly<Record<string, Tensor>>,
  description: Pick<ModelDescription, 'classes' | 'output' | 'loss' | 'mean' | 'std'>,
): Promise<string> {
  const weights = join(folder, `${spec.name}-weights.safetensors`);
  await writeTensors(weights, tensors);
  const outputs = tensors['head.bias']?.shape[0] ?? 0;
  const { height, width } = spec.input;
  using network = Network.build(spec, { outputs, channels: 1, height, width }, 1);
  const { missing, wrong } = await network.importWeights(weights, { head: [], aliases: {} });
  if (missing.length + wrong.length > 0) throw new Error(`no weights for ${missing.join()}`);
  const path = join(folder, `${spec.name}-${outputs}.safetensors`);
  const fixed = { model: spec.name, task: 'classification', fit: 'fill', provenance: {} } as const;
  await network.save(path, toMetadata({ ...fixed, ...description }));
  return path;
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
  const tensors = {
    'conv.weight': { shape: [2, 1, 1, 1], values: [1, 0] },
    'conv.bias': { shape: [2], values: [0, 0] },
    'head.weight': { shape: [outputs, 2 * area], values: rows.flat() },
    'head.bias': { shape: [outputs], values: outputs === 2 ? [2, -2] : [-2] },
  };
  return writeModel(folder, spec, tensors, {
    classes: ['DARK', 'BRIGHT'],
    ...(outputs === 2
      ? { output: 'softmax', loss: 'crossEntropy' }
      : { output: 'sigmoid', loss: 'binaryCrossEntropy' }),
    mean: [0],
    std: [1],
  });
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
