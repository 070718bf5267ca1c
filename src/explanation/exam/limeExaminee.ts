/** LIME as one who takes the exam: its map, how well its linear model fits, and whether other seeds say the same. */
import type { Model } from '../../inference/index.js';
import { limeOf, type LimeExplanation, type LimeOptions } from '../lime/lime.js';
import { limeMap } from '../lime/limeMap.js';
import { jaccard, spearman } from './similarity.js';
import type { Examinee, ExamImages } from './types.js';

/** Explanations with seeds of their own that are compared. */
const repetitions = 3;
/** Superpixels that a reader would be shown: lime's default. */
const shown = 5;

export type LimeSettings = Pick<LimeOptions, 'segments' | 'samples' | 'hideColor' | 'seed'>;

export function limeExaminee(settings: LimeSettings): Examinee {
  return {
    name: 'lime',
    async explain(model, images) {
      const maps: Float32Array[] = [];
      for (const index of images.names.keys()) {
        maps.push(limeMap(await explanationOf(model, images, index, settings)));
      }
      return maps;
    },
    async measure(model, images, index) {
      const found: LimeExplanation[] = [];
      for (let draw = 0; draw < repetitions; draw += 1) {
        const seed = (settings.seed ?? 42) + draw;
        found.push(await explanationOf(model, images, index, { ...settings, seed }));
      }
      const scores = found.map(({ score }) => score);
      const pairs = found.flatMap((one, at) =>
        found.slice(at + 1).map((other) => [one, other] as const),
      );
      return {
        limeScore: scores.includes(null) ? null : mean(scores.map((score) => score ?? 0)),
        limeJaccard: mean(pairs.map(([a, b]) => jaccard(strongest(a), strongest(b)))),
        limeCorrelation: mean(pairs.map(([a, b]) => spearman(weights(a), weights(b)))),
      };
    },
  };
}

async function explanationOf(
  model: Model,
  { dataset, targets, batchSize, precision, signal }: ExamImages,
  index: number,
  settings: LimeSettings,
): Promise<LimeExplanation> {
  const target = model.classes[targets[index] ?? 0];
  return limeOf(model, { dataset, index }, { ...settings, target, batchSize, precision, signal });
}

function strongest({ weights: all }: LimeExplanation): Set<number> {
  return new Set(all.slice(0, shown).map(({ superpixel }) => superpixel));
}

/** By superpixel. */
function weights({ weights: all }: LimeExplanation): number[] {
  return [...all].sort((a, b) => a.superpixel - b.superpixel).map(({ weight }) => weight);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
