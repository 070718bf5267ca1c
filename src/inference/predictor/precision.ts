/** Whether bf16 is good enough for a network: what its outputs for some images can do to a probability. */
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
  /** Largest change of a probability that bf16 can make; null where it was not tried. */
  probabilityShift: number | null;
}

/** In bf16 where `largestShift` on the check images is at most `tolerance`, else in fp32. */
export async function compileChecked(compileAs: CompileAs, format: ImageFormat): Promise<Checked> {
  const images = await drawCheckImages(format);
  const exact = await compileAs('fp32');
  let rounded: CompiledNetwork | undefined;
  try {
    rounded = await compileAs('bf16');
    const run = { worker: 0, threads: systemInfo().threads };
    const expected = await exact.run(images, run);
    const actual = await rounded.run(images, run);
    const probabilityShift = largestShift(expected, actual, exact.outputs);
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

/**
 * What logits that move as these do can move a probability by. The network may be sure of the check images, where
 * nothing moves its probabilities; other images stand where they move most. There a sigmoid has the slope 1/4, and a
 * softmax gives a quarter of what one logit moves against another.
 * @param outputs of one image; both lists are row-major
 */
export function largestShift(
  expected: Float32Array,
  actual: Float32Array,
  outputs: number,
): number {
  const moved = actual.map((value, at) => value - (expected[at] ?? 0));
  const spreads = Array.from({ length: moved.length / outputs }, (_, row) => {
    const own = moved.subarray(row * outputs, (row + 1) * outputs);
    // A single logit moves against the other class's, which is 0.
    const all = outputs === 1 ? [0, ...own] : own;
    return Math.max(...all) - Math.min(...all);
  });
  return Math.max(...spreads) / 4;
}
