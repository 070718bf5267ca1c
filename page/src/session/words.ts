/** What the page says in words. */
import type { ModelEntry, PredictionEntry } from '../../../src/serving/api.js';
import type { MethodWords } from './choices.js';
import type { Failure, HeatMap } from './state.js';

export function percent(probability: number): string {
  if (probability > 0.999) return '> 99.9 %';
  if (probability < 0.001) return '< 0.1 %';
  return `${(probability * 100).toFixed(1)} %`;
}

/** "A", "A or B", "A, B or C". */
function either(names: readonly string[]): string {
  const last = names.at(-1) ?? '';
  return names.length < 2 ? last : `${names.slice(0, -1).join(', ')} or ${last}`;
}

/** The answer in a line: the class with its probability, or that there is none. */
export function answerInWords({ label, probabilities, abstain }: PredictionEntry): string {
  return abstain === null
    ? `${label}, ${percent(probabilities[label] ?? 0)}`
    : `uncertain (${abstain})`;
}

/** Why the model does not answer. */
export function doubtInWords({ label, abstain, predictionSet }: PredictionEntry): string {
  if (abstain === 'unfamiliar') {
    return 'This image is unlike those that the model learned from. Do not rely on the bars below.';
  }
  const set = predictionSet ?? [];
  if (set.length === 0) return 'It looks like no class: none is likely enough.';
  if (set.length > 1) return `It may be ${either(set)}.`;
  return `The operating point says ${label}, the prediction set says ${either(set)}.`;
}

/** What makes the answer of the probabilities. */
export function ruleInWords({ operatingPoint }: ModelEntry): string {
  if (operatingPoint === null) return 'The answer is the most probable class.';
  const { positive, threshold, rule } = operatingPoint;
  return `The answer is ${positive} from ${percent(threshold)} on (operating point: ${rule}).`;
}

/** What the map says. */
export function mapInWords(
  { target, evidence, layers }: Pick<HeatMap, 'target' | 'evidence' | 'layers'>,
  { title, reading }: Pick<MethodWords, 'title' | 'reading'>,
): string {
  const where = layers.length === 0 ? '' : ` at ${layers.join(', ')}`;
  const subject = target ?? 'the image';
  if (!evidence) {
    return `No evidence: ${title}${where} finds nothing that speaks for ${subject}. The map is empty.`;
  }
  const colors = reading === 'signed' ? ` Red speaks for ${subject}, blue against it.` : '';
  return `${title}${where}: where the model looked for ${subject}.${colors} It shows where, not whether it is right.`;
}

const headlines: Readonly<Record<number, string>> = {
  0: 'The connection broke while the image was sent.',
  404: 'The server does not have this any more.',
  413: 'Too large for this server.',
  415: 'The server does not take files of this kind.',
  422: 'This file cannot be read as an image.',
  429: 'The server has had too many requests. Try again in a while.',
  503: 'The server is too busy. Try again in a while.',
};

/** What went wrong, in a sentence; the server's own words come after it. */
export function failureInWords({ status }: Pick<Failure, 'status'>): string {
  return headlines[status] ?? 'The server could not answer.';
}

const units = ['B', 'kB', 'MB', 'GB'] as const;

export function fileSize(bytes: number): string {
  const power = Math.min(3, Math.max(0, Math.floor(Math.log10(Math.max(1, bytes)) / 3)));
  const value = bytes / 1000 ** power;
  return `${value >= 100 || power === 0 ? value.toFixed(0) : value.toFixed(1)} ${units[power] ?? ''}`;
}

export function plural(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? '' : 's'}`;
}
