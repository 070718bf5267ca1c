/** A stored detector at work on images whose classes nobody knows. */
import { decodeImages, scanSource, type Problem } from '../data/index.js';
import type { Model } from '../inference/index.js';
import { Dataset, invalidArgument, writeFileAtomic } from '../native/index.js';
import { readDetector, type StoredDetector } from './detectorFile.js';
import { scoreAll } from './detectors.js';
import { scoresHeader, scoresLines } from './formatScores.js';
import { lookAt } from './look.js';
import type { AnomalyThreshold, DetectorName, Scores } from './types.js';

/** Which images are scored, by detectors that are ready. */
export interface ScoreOptions {
  /** Folder that `detectAnomalies` wrote, or the `detector.json` in it. */
  detector: string;
  /** Image files, and folders that are searched at any depth. */
  inputs: readonly string[];
  /** File for the table; default none. */
  output?: string | undefined;
  /** Images decoded at once; default 3. */
  workers?: number | undefined;
}

/** One image with the scores of the detectors. */
export interface ScoredImage {
  filename: string;
  scores: Partial<Record<DetectorName, number>>;
  /** Whether a score is above its threshold. */
  flagged: Partial<Record<DetectorName, boolean>>;
}

/** Scores of images, with the thresholds behind the flags. */
export interface ScoreResult {
  normal: string;
  images: ScoredImage[];
  thresholds: Partial<Record<DetectorName, AnomalyThreshold>>;
  /** The same as CSV. */
  text: string;
  /** Files that have no score, and why. */
  problems: Problem[];
}

/** Images that are decoded and looked at together. */
const batchSize = 64;

/**
 * Scores images by what was learned from normal ones. For research and education: not a medical device.
 * @throws RoentgenError as `readDetector` and `scanSource`; ERR_INVALID_ARGUMENT, ERR_NO_SPACE, ERR_IO, ABORT_ERR
 */
export async function scoreAnomalies(
  { detector: path, inputs, output, workers }: ScoreOptions,
  { signal }: { signal?: AbortSignal | undefined } = {},
): Promise<ScoreResult> {
  if (inputs.length === 0) throw invalidArgument('inputs', 'at least one path', 'none');
  const source = await scanSource(inputs, { unlabeled: true });
  const detector = await readDetector(path);
  using model = detector.model;
  const result: Omit<ScoreResult, 'text'> = {
    normal: detector.normal,
    images: [],
    thresholds: Object.fromEntries(detector.thresholds),
    problems: [...source.problems],
  };
  let text = scoresHeader([...detector.thresholds.keys()], false);
  for (let start = 0; start < source.samples.length; start += batchSize) {
    const batch = source.samples
      .slice(start, start + batchSize)
      .map(({ path: image, name }) => ({ image, name }));
    const decoded = await decodeImages(batch, model.format, { workers, signal });
    result.problems.push(...decoded.problems);
    if (decoded.kept.length === 0) continue;
    const names = decoded.kept.map((position) => batch[position]?.name ?? '');
    const scores = await scoreBatch(detector, decoded.pixels, names.length, signal);
    result.images.push(...toImages(names, scores, detector));
    text += scoresLines({ names, scores, thresholds: detector.thresholds });
  }
  if (output !== undefined) await writeFileAtomic(output, text);
  return { ...result, text };
}

async function scoreBatch(
  { model, layer, thresholds, learned }: StoredDetector & { model: Model },
  pixels: Uint8Array,
  count: number,
  signal: AbortSignal | undefined,
): Promise<Scores> {
  const { channels, height, width } = model.format;
  using dataset = Dataset.fromImages(pixels, [count, channels, height, width]);
  const look = await lookAt(model, dataset, [...Array(count).keys()], { layer, signal });
  return await scoreAll([...thresholds.keys()], learned, look, signal);
}

function toImages(
  names: readonly string[],
  scores: Scores,
  { thresholds }: StoredDetector,
): ScoredImage[] {
  return names.map((filename, at) => {
    const own = [...scores].map(([name, values]) => [name, values[at] ?? NaN] as const);
    const flags = own.map(([name, score]) => [name, score > (thresholds.get(name)?.value ?? NaN)]);
    return {
      filename,
      scores: Object.fromEntries(own),
      flagged: Object.fromEntries(flags) as ScoredImage['flagged'],
    };
  });
}
