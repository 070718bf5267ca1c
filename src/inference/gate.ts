/** The gate: which images look like none that a model was trained on, so that its answer means nothing. */
import { setImmediate } from 'node:timers/promises';
import { z } from 'zod';
import type { ImageFormat } from '../data/index.js';
import {
  choleskyFactor,
  conformalRank,
  mahalanobisDistance,
  shrunkCovariance,
} from '../evaluation/index.js';
import { throwIfAborted, type Dataset } from '../native/index.js';
import { describeImage, descriptorLength } from './descriptor.js';

/** The descriptor that this version computes; a gate of another one is not used. */
const descriptorVersion = 1;
/** More training images than these make no better covariance, and longer work. */
const mostImages = 4096;
/** Images described between two turns of the event loop: some milliseconds. */
const stride = 8;
/** A figure that varies less in training counts as if it varied so much: brightness goes from 0 to 1. */
const leastDeviation = 0.01;
/** Keeps the covariance invertible where all training images are one. */
const ridge = 1e-6;

const triangle = (descriptorLength * (descriptorLength + 1)) / 2;
const base64Floats = (length: number): z.ZodType<string> =>
  z.base64().refine((text) => toFloats(text).length === length, `not ${length} float32`);

/** As a model file stores it: some 65 kB. */
export const gateSchema = z.object({
  descriptor: z.literal(descriptorVersion),
  /** Of the training images' descriptors: base64 of float32, little-endian. */
  mean: base64Floats(descriptorLength),
  /** Lower triangle of the covariance's Cholesky factor, rows one after another, coded alike. */
  factor: base64Floats(triangle),
  /** An image is unfamiliar where its Mahalanobis distance is larger. */
  threshold: z.number().positive(),
  /** Share of familiar images that may be flagged. */
  falsePositiveRate: z.number().gt(0).lt(1),
  /** Images that the threshold was fitted on. */
  images: z.number().int().positive(),
});

export type GateDescription = z.infer<typeof gateSchema>;

/** What is known of the training images, before there is a threshold. */
export type Familiar = Pick<GateDescription, 'descriptor' | 'mean' | 'factor'>;

/** Images of a packed dataset. */
export interface GateImages {
  dataset: Dataset;
  format: Pick<ImageFormat, 'channels' | 'height' | 'width'>;
  /** Positions in the dataset. */
  positions: ArrayLike<number>;
  signal?: AbortSignal | undefined;
}

/**
 * Mean and shrunk covariance of training images' descriptors: of all, or of 4,096 evenly spaced ones.
 * @throws RoentgenError ABORT_ERR
 */
export async function learnFamiliar(images: GateImages): Promise<Familiar> {
  const { positions } = images;
  const count = Math.min(positions.length, mostImages);
  const chosen = Array.from(
    { length: count },
    (_, at) => positions[Math.floor((at * positions.length) / count)] ?? 0,
  );
  const descriptors: Float64Array[] = [];
  await describeAll({ ...images, positions: chosen }, (descriptor) => descriptors.push(descriptor));
  const deviations = deviationsOf(descriptors);
  // Of figures on one scale: else shrinking would favor those of the largest unit.
  const scaled = descriptors.flatMap((descriptor) => [
    ...descriptor.map((value, at) => value / (deviations[at] ?? 1)),
  ]);
  const { mean, covariance } = shrunkCovariance(Float64Array.from(scaled), descriptorLength);
  for (let at = 0; at < descriptorLength; at += 1) {
    const diagonal = at * (descriptorLength + 1);
    covariance[diagonal] = (covariance[diagonal] ?? 0) + ridge;
  }
  const factor = choleskyFactor(covariance, descriptorLength);
  let row = 0;
  factor.forEach((value, index) => {
    if (index > (row * (row + 3)) / 2) row += 1;
    factor[index] = value * (deviations[row] ?? 1);
  });
  return {
    descriptor: descriptorVersion,
    mean: toBase64(mean.map((value, at) => value * (deviations[at] ?? 1))),
    factor: toBase64(factor),
  };
}

/** The standard deviation of each figure, at least `leastDeviation`. */
function deviationsOf(descriptors: readonly Float64Array[]): number[] {
  return Array.from({ length: descriptorLength }, (_, at) => {
    const values = descriptors.map((descriptor) => descriptor[at] ?? 0);
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
    return Math.max(leastDeviation, Math.sqrt(variance));
  });
}

/**
 * The gate whose threshold is the conformal quantile of these images' distances: of new images drawn as they were it
 * flags at most the share `falsePositiveRate` on average. They must not be training images, to which the mean is
 * nearer. Null for less images than `imagesNeeded` for that share.
 * @throws RoentgenError ABORT_ERR
 */
export async function fitGate(
  familiar: Familiar,
  images: GateImages,
  falsePositiveRate: number,
): Promise<GateDescription | null> {
  const distances = await distancesTo(familiar, images);
  const count = distances.length;
  const sorted = distances.toSorted((a, b) => a - b);
  const threshold = sorted[conformalRank(count, falsePositiveRate) - 1];
  if (threshold === undefined) return null;
  const { descriptor, mean, factor } = familiar;
  return { descriptor, mean, factor, threshold, falsePositiveRate, images: count };
}

/**
 * Which images are unlike those that a model was trained on, [N]. The event loop has its turn now and then.
 * @throws RoentgenError ABORT_ERR
 */
export async function findUnfamiliar(
  gate: GateDescription,
  images: GateImages,
): Promise<boolean[]> {
  const distances = await distancesTo(gate, images);
  return distances.map((distance) => distance > gate.threshold);
}

/** Tells of one image, uint8 [C, H, W], whether it is unlike those that a model was trained on. */
export type IsUnfamiliar = (pixels: Uint8Array) => boolean;

/** The gate made ready for one image at a time. */
export function openGate(gate: GateDescription, format: GateImages['format']): IsUnfamiliar {
  const distance = distanceTo(gate);
  return (pixels) => distance(describeImage(pixels, format)) > gate.threshold;
}

/** Mahalanobis distances, [N]. */
async function distancesTo(familiar: Familiar, images: GateImages): Promise<number[]> {
  const distance = distanceTo(familiar);
  const distances: number[] = [];
  await describeAll(images, (descriptor) => distances.push(distance(descriptor)));
  return distances;
}

function distanceTo(familiar: Familiar): (descriptor: Float64Array) => number {
  const [mean, factor] = [toFloats(familiar.mean), toFloats(familiar.factor)];
  return (descriptor) => mahalanobisDistance(descriptor, mean, factor);
}

async function describeAll(
  { dataset, format, positions, signal }: GateImages,
  take: (descriptor: Float64Array) => void,
): Promise<void> {
  for (let at = 0; at < positions.length; at += 1) {
    if (at % stride === 0) {
      await setImmediate();
      throwIfAborted(signal);
    }
    take(describeImage(dataset.read(positions[at] ?? 0), format));
  }
}

function toBase64(values: Float64Array): string {
  return Buffer.from(Float32Array.from(values).buffer).toString('base64');
}

function toFloats(text: string): Float32Array {
  const bytes = Buffer.from(text, 'base64');
  return Float32Array.from({ length: Math.floor(bytes.length / 4) }, (_, at) =>
    bytes.readFloatLE(4 * at),
  );
}
