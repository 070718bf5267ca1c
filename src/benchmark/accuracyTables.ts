/** Accuracy and seconds per epoch by model, as CSV and as Markdown. */
import { csvLine, type Estimate } from '../evaluation/index.js';
import type { AccuracyRow } from './accuracyRow.js';

const header = [
  'model',
  'accuracy',
  'accuracy_low',
  'accuracy_high',
  'auroc',
  'auroc_low',
  'auroc_high',
  'seconds_per_epoch',
  'param_count',
  'best_epoch',
  'run',
  'error',
];

/** Parameters in 10⁶, as timm has them. */
export function accuracyCsv(rows: readonly AccuracyRow[]): string {
  const lines = rows.map((row) =>
    csvLine([
      row.model,
      ...ends(row.accuracy),
      ...ends(row.auroc),
      row.secondsPerEpoch === null ? '' : Number(row.secondsPerEpoch.toFixed(3)),
      row.parameters === null ? '' : Number((row.parameters / 1e6).toPrecision(4)),
      row.bestEpoch ?? '',
      row.runDirectory ?? '',
      row.error?.message.replaceAll('\n', ' ') ?? '',
    ]),
  );
  return [csvLine(header), ...lines].join('');
}

function ends(estimate: Estimate | null): (number | string)[] {
  if (estimate === null) return ['', '', ''];
  const { value, low, high } = estimate;
  return [value, low, high].map((each) => Number(each.toFixed(6)));
}

const titles = [
  'Model',
  'Accuracy [95% interval]',
  'AUROC [95% interval]',
  'Seconds per epoch',
  'Parameters',
];

/** Aligned, so that it reads well in a terminal too. */
export function accuracyMarkdown(rows: readonly AccuracyRow[]): string {
  const body = rows.map(({ model, accuracy, auroc, secondsPerEpoch, parameters, error }) =>
    error === null
      ? [
          model,
          withInterval(accuracy),
          withInterval(auroc),
          secondsPerEpoch?.toPrecision(3) ?? '–',
          parameters?.toLocaleString('en-US') ?? '–',
        ]
      : [model, 'failed', '–', '–', '–'],
  );
  const widths = titles.map((title, column) =>
    Math.max(title.length, ...body.map((cells) => cells[column]?.length ?? 0)),
  );
  const line = (cells: readonly string[]): string => {
    const padded = cells.map((cell, column) =>
      column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
    );
    return `| ${padded.join(' | ')} |\n`;
  };
  const rule = widths.map((width, column) =>
    column === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`,
  );
  return [line(titles), line(rule), ...body.map(line)].join('');
}

function withInterval(estimate: Estimate | null): string {
  if (estimate === null) return '–';
  const [value, low, high] = [estimate.value, estimate.low, estimate.high].map((each) =>
    each.toFixed(3),
  );
  return `${value} [${low}, ${high}]`;
}
