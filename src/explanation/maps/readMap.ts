/** From the raw maps of a method to one map of the image's size. */
import type { MapReading } from '../methods.js';
import type { Explanation } from '../types.js';
import { findEvidence, type EvidenceContext } from './evidence.js';
import { resizeMap } from './resize.js';

/** Row-major [height, width], as a method computed it. */
export interface MapPart {
  /** Null for maps of the pixels themselves. */
  layer: string | null;
  height: number;
  width: number;
  values: Float32Array;
}

export interface ReadingContext extends EvidenceContext {
  reading: MapReading;
  /** Of the image. */
  height: number;
  width: number;
}

export type ReadMap = Pick<Explanation, 'map' | 'scale' | 'raw' | 'evidence' | 'signed'>;

/** As pytorch-grad-cam has it: keeps a map of zeros from being divided by zero. */
const epsilon = 1e-7;

/** A map in [0, 1], and what its 0 and 1 were before. */
interface Scaled {
  map: Float32Array;
  zero: number;
  one: number;
}

/**
 * One map of parts, of which each may come from another layer. `positive` follows pytorch-grad-cam: every part through
 * ReLU, scaled, resized; then their mean, scaled again. Parts without evidence count as zeros there, which is where it
 * differs: pytorch-grad-cam scales them up like all others.
 */
export function readMap(parts: readonly MapPart[], context: ReadingContext): ReadMap {
  const { reading } = context;
  const found = parts.map(({ values }) =>
    findEvidence(reading === 'absolute' ? values.map(Math.abs) : values, context),
  );
  const scaled = reading === 'positive' ? positive(parts, found, context) : whole(parts, context);
  const { map, ...scale } = scaled ?? { map: new Float32Array(context.height * context.width) };
  return {
    map,
    scale: 'one' in scale && parts.length === 1 ? scale : null,
    raw: extremes(parts),
    evidence: found.includes(true),
    signed: reading === 'signed',
  };
}

/** Null where no part has evidence. */
function positive(
  parts: readonly MapPart[],
  found: readonly boolean[],
  { height, width }: ReadingContext,
): Scaled | null {
  if (!found.includes(true)) return null;
  const total = new Float32Array(height * width);
  let [zero, one] = [0, 0];
  parts.forEach((part, at) => {
    if (found[at] !== true) return;
    const stretched = stretch(part.values.map((value) => Math.max(0, value)));
    const resized = resizeMap(stretched.map, part, { height, width });
    resized.forEach((value, pixel) => (total[pixel] = (total[pixel] ?? 0) + value / parts.length));
    ({ zero, one } = stretched);
  });
  const last = stretch(total);
  const back = (value: number): number => zero + (one - zero) * value;
  return { map: last.map, zero: back(last.zero), one: back(last.one) };
}

/** Between its extremes. */
function stretch(values: Float32Array): Scaled {
  const zero = smallest(values);
  const range = epsilon + largest(values) - zero;
  return { map: values.map((value) => (value - zero) / range), zero, one: zero + range };
}

/** Divided by the largest absolute value; null where nothing of it would be more than rounding. */
function whole(
  parts: readonly MapPart[],
  { reading, height, width, ...evidence }: ReadingContext,
): Scaled | null {
  const [part] = parts;
  if (part === undefined) return null;
  const sizes = part.values.map(Math.abs);
  if (!findEvidence(sizes, evidence)) return null;
  const one = largest(sizes);
  const values = (reading === 'absolute' ? sizes : part.values).map((value) => value / one);
  return { map: resizeMap(values, part, { height, width }), zero: 0, one };
}

function extremes(parts: readonly MapPart[]): Explanation['raw'] {
  return {
    minimum: Math.min(...parts.map(({ values }) => smallest(values))),
    maximum: Math.max(...parts.map(({ values }) => largest(values))),
  };
}

/** As Math.min, which takes no 100,000 arguments. */
function smallest(values: Float32Array): number {
  return values.reduce((least, value) => Math.min(least, value), Infinity);
}

function largest(values: Float32Array): number {
  return values.reduce((most, value) => Math.max(most, value), -Infinity);
}
