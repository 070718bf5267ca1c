/** The detectors: each learns from normal images alone and gives every image a score. */
import { RoentgenError, type Rows } from '../native/index.js';
import { distances, fitGaussian, type Gaussian } from './gaussian.js';
import type { Look } from './look.js';
import { neighborDistances, unitRows } from './neighbors.js';
import { detectorNames, type DetectorName, type Scores } from './types.js';

/** What was learned from normal images; only what the detectors in use need. */
export interface Learned {
  /** Of the logarithms of the errors in cells. */
  pattern?: Gaussian | undefined;
  /** Of the embedding. */
  embedding?: Gaussian | undefined;
  /** Embeddings of length 1, and which of the nearest counts. */
  references?: { rows: Rows; k: number } | undefined;
}

interface Detector {
  title: string;
  /** Whether it takes an autoencoder. */
  restores: boolean;
  learn: (look: Look, k: number) => Learned;
  score: (
    learned: Learned,
    look: Look,
    signal?: AbortSignal,
  ) => Promise<Float64Array> | Float64Array;
}

const nothing = new Float64Array();

export const detectors: Readonly<Record<DetectorName, Detector>> = {
  error: {
    title: 'mean squared error of the reconstruction',
    restores: true,
    learn: () => ({}),
    score: (_, { restored }) => restored?.errors ?? nothing,
  },
  // A finding may be restored better than normal lungs, as what is hazy is smooth: the direction is left open.
  errorPattern: {
    title: 'Mahalanobis distance of the errors in 4 × 4 cells',
    restores: true,
    learn: ({ restored }) => (restored ? { pattern: fitGaussian(restored.pattern, 'errors') } : {}),
    score: ({ pattern }, { restored }) =>
      pattern && restored ? distances(pattern, restored.pattern) : nothing,
  },
  neighbors: {
    title: 'distance of the embedding to the k-th nearest normal one',
    restores: false,
    learn: ({ embedding }, k) => ({ references: { rows: unitRows(embedding), k } }),
    score: ({ references }, { embedding }, signal) =>
      references ? neighborDistances(embedding, references.rows, references.k, signal) : nothing,
  },
  mahalanobis: {
    title: 'Mahalanobis distance of the embedding',
    restores: false,
    learn: ({ embedding }) => ({ embedding: fitGaussian(embedding, 'embeddings') }),
    score: (learned, { embedding }) =>
      learned.embedding ? distances(learned.embedding, embedding) : nothing,
  },
};

/**
 * The detectors asked for, in their order; without a wish all that the network is fit for.
 * @throws RoentgenError ERR_MODEL_MISMATCH for one that takes an autoencoder
 */
export function chooseDetectors(
  asked: readonly DetectorName[] | undefined,
  { task, path }: { task: 'classification' | 'reconstruction'; path: string },
): DetectorName[] {
  const fit = (name: DetectorName): boolean =>
    task === 'reconstruction' || !detectors[name].restores;
  const wrong = asked?.find((name) => !fit(name));
  if (wrong === undefined)
    return detectorNames.filter((name) => asked?.includes(name) ?? fit(name));
  throw new RoentgenError(
    'ERR_MODEL_MISMATCH',
    `The detector ${wrong} takes an autoencoder, and ${path} is a classifier: ask for ` +
      `${detectorNames.filter(fit).join(' or ')}, or leave the model out to have an autoencoder trained.`,
  );
}

/** @throws RoentgenError ERR_DIVERGED for vectors without variance */
export function learn(names: readonly DetectorName[], normal: Look, k: number): Learned {
  return Object.assign({}, ...names.map((name) => detectors[name].learn(normal, k))) as Learned;
}

/** @throws RoentgenError ERR_INVALID_ARGUMENT, ABORT_ERR */
export async function scoreAll(
  names: readonly DetectorName[],
  learned: Learned,
  look: Look,
  signal?: AbortSignal,
): Promise<Scores> {
  const scores = new Map<DetectorName, Float64Array>();
  for (const name of names) {
    const own = await detectors[name].score(learned, look, signal);
    refuseBroken(name, own);
    scores.set(name, own);
  }
  return scores;
}

function refuseBroken(name: DetectorName, scores: Float64Array): void {
  const broken = scores.findIndex((score) => !Number.isFinite(score));
  if (broken === -1) return;
  throw new RoentgenError(
    'ERR_DIVERGED',
    `The score ${name} of image ${broken} is not a finite number: train again with a lower learning rate.`,
  );
}
