/** Whether bf16 is good enough for a network: what it does to the probabilities of some images. */
import { setImmediate } from 'node:timers/promises';
import {
  drawPhantom,
  decodeImage,
  phantomKinds,
  Random,
  scanners,
  type ImageFormat,
} from '../../data/index.js';
import { systemInfo, type CompiledNetwork, type Precision } from '../../native/index.js';

/** Probabilities may move by this much through bf16 where the precision is `auto`. */
export const tolerance = 0.01;

const noiseImages = 2;
/** Larger phantoms show no more, and take longer to draw. */
const phantomSize = 128;

/** Makes the network ready in one precision. */
export type CompileAs = (precision: Precision) => Promise<CompiledNetwork>;

export interface Checked {
  compiled: CompiledNetwork;
  precision: Precision;
  /** Largest change of a probability by bf16; null where it was not tried. */
  probabilityShift: number | null;
}

/**
 * In bf16 where no probability of the check images moves by more than `tolerance`, else in fp32.
 * @param toProbabilities of raw outputs, row-major
 */
export async function compileChecked(
  compileAs: CompileAs,
  format: ImageFormat,
  toProbabilities: (values: Float32Array, outputs: number) => ArrayLike<number>,
): Promise<Checked> {
  const images = await drawCheckImages(format);
  const exact = await compileAs('fp32');
  let rounded: CompiledNetwork | undefined;
  try {
    rounded = await compileAs('bf16');
    const runs = [exact, rounded].map(async (compiled) => {
      const { threads } = systemInfo();
      return toProbabilities(await compiled.run(images, { worker: 0, threads }), compiled.outputs);
    });
    const [expected = [], actual = []] = await Promise.all(runs);
    const probabilityShift = largestDifference(expected, actual);
    const fits = probabilityShift <= tolerance;
    (fits ? exact : rounded).dispose();
    return fits
      ? { compiled: rounded, precision: 'bf16', probabilityShift }
      : { compiled: exact, precision: 'fp32', probabilityShift };
  } catch (error) {
    exact.dispose();
    rounded?.dispose();
    throw error;
  }
}

/** Phantoms of every kind from every scanner, and noise, as uint8 [C, H, W]. */
async function drawCheckImages(format: ImageFormat): Promise<Uint8Array[]> {
  const { channels, height, width } = format;
  const { lungs: _, ...whole } = format;
  const size = Math.min(phantomSize, Math.max(16, height, width));
  const images: Uint8Array[] = [];
  for (const kind of phantomKinds) {
    for (const scanner of scanners) {
      // Drawing takes some milliseconds, in which nothing else would have its turn.
      await setImmediate();
      const { pixels } = drawPhantom({ kind, scanner, size });
      const image = { pixels, width: size, height: size, channels: 1 } as const;
      images.push(await decodeImage(image, whole));
    }
  }
  const random = new Random(1);
  const noise = Array.from({ length: noiseImages }, () =>
    Uint8Array.from({ length: channels * height * width }, () => Math.floor(256 * random.next())),
  );
  return [...images, ...noise];
}

function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  return Array.from(a).reduce(
    (most, value, at) => Math.max(most, Math.abs(value - (b[at] ?? 0))),
    0,
  );
}
