/** What `embedData` found, as text for a terminal. */
import type { Estimate } from '../evaluation/index.js';
import { methodNames } from './map/words.js';
import type { EmbedDataResult } from './options.js';
import type { KnnFigures, KnnReport } from './knn/report.js';

const figureNames = {
  accuracy: 'accuracy',
  balancedAccuracy: 'balanced acc.',
  auroc: 'AUROC',
} as const satisfies Record<keyof KnnFigures, string>;

/** Ends with a line end. */
export function formatEmbedding(result: EmbedDataResult): string {
  const { layer, features, images, newImages, knn, projection } = result;
  const fresh = newImages === 0 ? '' : `, and ${newImages} new`;
  const title = `${images} images${fresh}: ${features} features of layer ${layer}`;
  const parts = [title, ...(knn ? describeKnn(knn) : [])];
  if (projection) {
    const { method, trustworthiness, seconds } = projection;
    const trust = trustworthiness === null ? '' : `, trustworthiness ${trustworthiness.toFixed(4)}`;
    parts.push('', `${methodNames[method]} in ${seconds.toFixed(1)} s${trust}`);
  }
  return `${parts.join('\n')}\n`;
}

function describeKnn(report: KnnReport): string[] {
  const { k, metric, weighting, samePatient, split, images, references } = report;
  const which = split === 'all' ? 'all splits' : split;
  const patients = samePatient ? ", the patient's own images among them" : '';
  const header = `${images} images (${which}) by the ${k} nearest of ${references} (${metric}, ${weighting}${patients})`;
  const rows = Object.entries(figureNames).map(([key, name]) => {
    const figure = key as keyof KnnFigures;
    return [
      name,
      estimateText(report.neighbors[figure]),
      estimateText(report.network && report.network[figure]),
    ];
  });
  const columns = ['', 'neighbors', 'network'];
  const widths = columns.map((column, at) =>
    Math.max(column.length, ...rows.map((row) => row[at]?.length ?? 0)),
  );
  const lines = [columns, ...rows].map((row) =>
    row
      .map((cell, at) => cell.padEnd(widths[at] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  return ['', header, '', ...lines, ...describeAgreement(report)];
}

function describeAgreement({ agreement }: KnnReport): string[] {
  if (agreement === null) return [];
  const { equal, kappa, bothRight, onlyNetwork, onlyNeighbors, bothWrong, mcnemar } = agreement;
  const share = `${(100 * equal.value).toFixed(1)}%`;
  return [
    '',
    `Same answer for ${share} of the images, Cohen's kappa ${kappa === null ? 'undefined' : kappa.toFixed(3)}.`,
    `Right: both ${bothRight}, network alone ${onlyNetwork}, neighbors alone ${onlyNeighbors}, neither ${bothWrong}` +
      ` (McNemar's exact test: p = ${mcnemar.exact.toPrecision(2)}).`,
  ];
}

function estimateText(estimate: Estimate | null): string {
  if (estimate === null) return '-';
  const { value, low, high } = estimate;
  return `${value.toFixed(4)} (${low.toFixed(4)}-${high.toFixed(4)})`;
}
