/** How bad a difference is: the rules, as a table, and the verdict that they come to. */
import type { FigureKind } from './imageFigures.js';
import type { EmbeddingDrift, FigureDrift, Grade } from './types.js';

/** The chance of calling a difference that is none, over all figures. */
const level = 0.01;

/** What a difference must come to, beside being beyond chance and beyond what halves of the source differ by. */
const rules = {
  figure: {
    /** Population stability index beyond what chance makes of it: the thresholds of credit scoring. */
    some: 0.1,
    severe: 0.25,
  },
  embedding: {
    /** Area under the ROC curve of telling the collections apart. */
    some: 0.6,
    severe: 0.8,
  },
} as const;

/** Resizing takes the size of a file away: alone it moves no answer. */
const worstOfGroup: Partial<Record<FigureKind['group'], Grade>> = { size: 'some' };

export const ruleText =
  `A figure has shifted where p < ${level} (Kolmogorov-Smirnov, Holm's correction), the statistic is beyond that of ` +
  `twenty halvings of the source by patient, and the population stability index is at least ${rules.figure.some} ` +
  `(severely: ${rules.figure.severe}) beyond what chance makes of it. Embeddings have shifted where p < ${level} (MMD, ` +
  'permutations), MMD is beyond that of the halvings, and target can be told from source with an AUROC of at least ' +
  `${rules.embedding.some} (severely: ${rules.embedding.severe}). The verdict is the worst of all; the size of files ` +
  'alone is never severe, since resizing takes it away.';

export function gradeFigure(
  found: Pick<
    FigureDrift,
    'statistic' | 'corrected' | 'usual' | 'stabilityIndex' | 'expectedIndex'
  >,
  group: FigureKind['group'],
): Grade {
  if (found.corrected >= level || found.statistic <= found.usual) return 'none';
  const grade = gradeOf(found.stabilityIndex - found.expectedIndex, rules.figure);
  return grade === 'severe' ? (worstOfGroup[group] ?? grade) : grade;
}

export function gradeEmbedding(
  found: Pick<EmbeddingDrift, 'squared' | 'pValue' | 'usual' | 'auroc'>,
): Grade {
  if (found.pValue >= level || found.squared <= found.usual) return 'none';
  return gradeOf(found.auroc, rules.embedding);
}

function gradeOf(value: number, { some, severe }: { some: number; severe: number }): Grade {
  if (value >= severe) return 'severe';
  return value >= some ? 'some' : 'none';
}
