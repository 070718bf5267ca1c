/** The oracle's fixture for evaluation, typed, and a seeded source of random numbers. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface ClassificationCase {
  name: string;
  classes: string[];
  labels: number[];
  probabilities: number[];
  confusion: number[][];
  text: string;
  textFourDigits: string;
  report: Record<string, Record<string, number> | number>;
  zeroDivisions: { class: string; score: string }[];
  aurocPerClass: (number | null)[];
  auroc: number | null;
  /** False positive rates, true positive rates, thresholds (the first, infinite, is null). */
  rocOfLastClass: [number[], number[], (number | null)[]] | null;
  perClass: Record<
    'specificity' | 'npv' | 'balancedAccuracy' | 'mcc' | 'averagePrecision',
    number | null
  >[];
  balancedAccuracy: number | null;
  mcc: number | null;
  averagePrecision: number | null;
  /** Precisions, recalls, thresholds; the first point, of recall 0, has no threshold. */
  prOfLastClass: [number[], number[], number[]] | null;
  brier: number;
  logLoss: number;
  /** `accuracy` and `confidence` are of the bins that have images. */
  reliability: { images: number[]; accuracy: number[]; confidence: number[]; ece: number };
}

interface Fixture {
  classification: ClassificationCase[];
  probabilities: {
    output: 'softmax' | 'sigmoid';
    outputs: number;
    logits: number[];
    probabilities: number[];
  }[];
  reconstruction: {
    errors: number[];
    mean: number;
    std: number;
    min: number;
    max: number;
    quantiles: Record<string, number>;
  }[];
}

/** Compiled tests run from dist/test/evaluation; fixtures stay in the source tree. */
const file = join(__dirname, '../../../test/fixtures/evaluation/metrics.json');
export const fixture = JSON.parse(readFileSync(file, 'utf8')) as Fixture;

/** Equal to 1e-12 of the larger value; null equals only null. */
export function close(actual: number | null | undefined, expected: number | null): boolean {
  if (expected === null || actual === null || actual === undefined) {
    return actual === expected;
  }
  return Math.abs(actual - expected) <= 1e-12 * Math.max(Math.abs(actual), Math.abs(expected));
}

/** Uniform numbers in [0, 1), the same for a seed (mulberry32). */
export function randomSource(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
