/** Architectures as text: the list of them, and the layers of one. */
import type { NetworkShape, NetworkSummary } from '../native/index.js';
import type { ModelSpec } from './schema.js';

const prefixes = [
  { symbol: 'T', scale: 1e12 },
  { symbol: 'G', scale: 1e9 },
  { symbol: 'M', scale: 1e6 },
  { symbol: 'k', scale: 1e3 },
] as const;

/** Three digits and a prefix: 1823522304 → "1.82 G", 999999 → "1.00 M", 512 → "512". */
export function formatScaled(count: number): string {
  for (const { symbol, scale } of prefixes) {
    // From here on three digits would read 1000 of the next smaller unit.
    if (count >= 0.9995 * scale) return `${(count / scale).toPrecision(3)} ${symbol}`;
  }
  return String(count);
}

/**
 * The layer table of a network, and its totals as Keras counts them: batch norm's moving statistics are
 * parameters that are not trainable. Multiply-accumulates are those of one image.
 */
export function formatSummary(
  spec: ModelSpec,
  shape: NetworkShape,
  summary: NetworkSummary,
): string {
  const { channels, height, width, outputs } = shape;
  const result = spec.task === 'reconstruction' ? 'the same image out' : `${outputs} outputs`;
  const rows = summary.layers.map((row) => [
    row.name,
    row.kind,
    row.shape.join(' × '),
    row.parameters.toLocaleString('en-US'),
  ]);
  const totals = [
    ['Trainable', summary.trainable.toLocaleString('en-US')],
    ['Non-trainable', summary.nonTrainable.toLocaleString('en-US')],
    ['Total', summary.total.toLocaleString('en-US')],
    ['MACs', formatScaled(summary.macs)],
  ];
  return [
    `${spec.name}: ${spec.description}`,
    `Source: ${spec.source}`,
    `Input ${channels} × ${height} × ${width}, ${result}`,
    '',
    ...align([['Layer', 'Kind', 'Output', 'Parameters'], ...rows], 'lllr'),
    '',
    ...align(totals, 'lr'),
  ].join('\n');
}

/** One line per architecture: name, input and classes it was described with, and what it is. */
export function formatModelList(specs: readonly ModelSpec[]): string {
  const rows = specs.map(({ name, input, classes, task, description }) => [
    name,
    `${input.channels} × ${input.height} × ${input.width}`,
    task === 'reconstruction' ? '-' : String(classes),
    description,
  ]);
  return align([['Name', 'Input', 'Classes', 'Description'], ...rows], 'llrl').join('\n');
}

/** Lines of columns two spaces apart; `sides` has 'l' or 'r' for each column. */
function align(rows: readonly (readonly string[])[], sides: string): string[] {
  const widths = Array.from(sides, (_, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  );
  return rows.map((row) =>
    row
      .map((cell, column) => {
        const width = widths[column] ?? 0;
        return sides[column] === 'r' ? cell.padStart(width) : cell.padEnd(width);
      })
      .join('  ')
      .trimEnd(),
  );
}
