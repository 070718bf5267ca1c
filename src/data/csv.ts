/** Comma-separated values as RFC 4180 has them, read strictly and written. */
import { RoentgenError, type ErrorCode } from '../native/index.js';

export interface CsvRow {
  /** Of the row's first character; the first line is 1. */
  line: number;
  cells: string[];
}

const field = /"([^"]*(?:""[^"]*)*)"|([^",\r\n]*)/y;
const delimiter = /,|\r\n|\n|\r|$/y;
const lineBreak = /\r\n|\n|\r/g;

/**
 * All rows of `text` but blank lines. Fields in double quotes may hold commas, line breaks and
 * doubled quotes; lines may end in LF, CRLF or CR.
 * @throws RoentgenError `code` with `file`, line and column for a quote out of place
 */
export function parseCsv(
  text: string,
  file: string,
  code: ErrorCode = 'ERR_INVALID_MANIFEST',
): CsvRow[] {
  const rows: CsvRow[] = [];
  let cells: string[] = [];
  let position = 0;
  let line = 1;
  let lineStart = 0;
  let rowLine = 1;
  for (;;) {
    const [raw, quoted, plain] = matchAt(field, text, position) ?? [''];
    const end = matchAt(delimiter, text, position + raw.length);
    if (end === null) {
      const problem = misplacedQuote(text, position);
      const where = `line ${line}, column ${position - lineStart + 1}`;
      throw new RoentgenError(code, `${file}, ${where}: ${problem}`);
    }
    cells.push(quoted?.replaceAll('""', '"') ?? plain ?? '');

    const next = position + raw.length + end[0].length;
    for (const { index, 0: lineEnd } of text.slice(position, next).matchAll(lineBreak)) {
      line += 1;
      lineStart = position + index + lineEnd.length;
    }
    position = next;
    if (end[0] === ',') continue;

    const blank = cells.length === 1 && raw === '';
    if (!blank) rows.push({ line: rowLine, cells });
    if (end[0] === '') return rows;
    cells = [];
    rowLine = line;
  }
}

function matchAt(expression: RegExp, text: string, position: number): RegExpExecArray | null {
  expression.lastIndex = position;
  return expression.exec(text);
}

function misplacedQuote(text: string, position: number): string {
  const unclosed = text[position] === '"' && matchAt(field, text, position)?.[0] === '';
  return unclosed
    ? 'a field begins with a quote that is never closed'
    : 'quotes must stand around a whole field, and be doubled within it';
}

/** Rows as CSV text with LF line ends; quotes only where a reader needs them. */
export function formatCsv(rows: readonly (readonly string[])[]): string {
  return rows.map((cells) => `${cells.map(quote).join(',')}\n`).join('');
}

function quote(cell: string): string {
  return /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}
