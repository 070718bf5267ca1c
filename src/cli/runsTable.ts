/** Runs as a table, a line for each, with the columns that the terminal has room for. */
import type { RunSummary } from '../training/index.js';
import { fittingTable } from './fittingTable.js';
import { beginning, figures, identity, type RunColumn } from './runColumns.js';
import type { Style } from './style.js';

const columns: readonly RunColumn[] = [...identity, ...figures, beginning];

/** As `fittingTable`: names and validation figures are always there. */
export function runsTable(runs: readonly RunSummary[], width: number, style: Style): string[] {
  return fittingTable(runs, columns, width, style);
}
