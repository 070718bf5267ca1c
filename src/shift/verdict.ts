/** The verdict in words: how bad the shift is, and what shifted most. */
import type { EmbeddingDrift, FigureDrift, Grade, ShiftReport } from './types.js';
import { grades } from './types.js';

const sentences: Readonly<Record<Grade, string>> = {
  none: 'No shift: the target is no further from the source than halves of the source are from each other',
  some: 'Some shift',
  severe: 'Severe shift',
};

/** @param figures the worst first */
export function verdictOf(
  figures: readonly FigureDrift[],
  embedding: EmbeddingDrift | null,
): Pick<ShiftReport, 'grade' | 'verdict' | 'reasons'> {
  const found = [...(embedding ? [embedding.grade] : []), ...figures.map(({ grade }) => grade)];
  const grade = grades[Math.max(0, ...found.map((one) => grades.indexOf(one)))] ?? 'none';
  const shifted = figures.filter((figure) => figure.grade !== 'none');
  const reasons = [
    ...(embedding && embedding.grade !== 'none' ? [describeEmbedding(embedding)] : []),
    ...shifted.map(describeFigure),
  ];
  const [most] = shifted;
  const what = most ? `: what shifted most is the ${describeFigure(most)}` : '';
  const inside =
    most || grade === 'none'
      ? ''
      : ': no figure of files or pixels says why, only the embeddings do';
  return { grade, verdict: `${sentences[grade]}${what}${inside}.`, reasons };
}

/** "mean brightness, 121.0 in the source and 163.2 in the target (KS 0.74, PSI 3.10)". */
export function describeFigure(figure: FigureDrift): string {
  const { title, source, target, decimals, statistic, stabilityIndex } = figure;
  return (
    `${title}, ${source.toFixed(decimals)} in the source and ${target.toFixed(decimals)} in the target ` +
    `(KS ${statistic.toFixed(2)}, PSI ${stabilityIndex.toFixed(2)})`
  );
}

function describeEmbedding({ layer, squared, usual, auroc }: EmbeddingDrift): string {
  return (
    `embeddings at ${layer}: MMD² ${squared.toFixed(3)} where halves of the source come to ${usual.toFixed(3)}; target ` +
    `told from source with AUROC ${auroc.toFixed(2)}`
  );
}
