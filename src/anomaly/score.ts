/** A stored detector at work on images whose classes nobody knows. */
import { decodeImages, scanSource, type Problem } from '../data/index.js';
import { Dataset, invalidArgument, writeFileAtomic } from '../native/index.js';
import { detectorsIn, readDetector, type StoredDetector } from './detectorFile.js';
import { scoreAll } from './detectors.js';
import { formatScores } from './formatScores.js';
import { lookAt } from './look.js';
import { detectorNames, type DetectorName, type Scores } from './types.js';

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

export interface ScoredImage {
  filename: string;
  scores: Partial<Record<DetectorName, number>>;
  /** Whether a score is above its threshold. */
  flagged: Partial<Record<DetectorName, boolean>>;
}

export interface ScoreResult {
  normal: string;
  images: ScoredImage[];
  thresholds: Partial<Record<DetectorName, number>>;
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
  const names: string[] = [];
  const problems = [...source.problems];
  const parts: Scores[] = [];
  for (let start = 0; start < source.samples.length; start += batchSize) {
    const batch = source.samples
      .slice(start, start + batchSize)
      .map(({ path: image, name }) => ({ image, name }));
    const decoded = await decodeImages(batch, model.format, { workers, signal });
    problems.push(...decoded.problems);
    if (decoded.kept.length === 0) continue;
    names.push(...decoded.kept.map((position) => batch[position]?.name ?? ''));
    const { channels, height, width } = model.format;
    const shape = [decoded.kept.length, channels, height, width] as const;
    using dataset = Dataset.fromImages(decoded.pixels, shape);
    const positions = [...decoded.kept.keys()];
    const look = await lookAt(model, dataset, positions, { layer: detector.layer, signal });
    parts.push(await scoreAll(detectorsIn(detector), detector.learned, look, signal));
  }
  const result = toResult(detector, names, joined(parts));
  if (output !== undefined) await writeFileAtomic(output, result.text);
  return { ...result, problems };
}

function joined(parts: readonly Scores[]): Scores {
  const used = detectorNames.filter((name) => parts[0]?.[name] !== undefined);
  return Object.fromEntries(
    used.map((name) => [name, Float64Array.from(parts.flatMap((part) => [...(part[name] ?? [])]))]),
  );
}

function toResult(
  { normal, thresholds: stored }: StoredDetector,
  names: readonly string[],
  scores: Scores,
): Omit<ScoreResult, 'problems'> {
  const used = detectorNames.filter((name) => scores[name] !== undefined);
  const thresholds = Object.fromEntries(
    used.map((name) => [name, stored[name]?.value ?? NaN]),
  ) as ScoreResult['thresholds'];
  const images = names.map((filename, at): ScoredImage => {
    const own = used.map((name) => [name, scores[name]?.[at] ?? NaN] as const);
    return {
      filename,
      scores: Object.fromEntries(own),
      flagged: Object.fromEntries(
        own.map(([name, score]) => [name, score > (thresholds[name] ?? NaN)]),
      ),
    };
  });
  return { normal, images, thresholds, text: formatScores({ names, scores, thresholds }) };
}
