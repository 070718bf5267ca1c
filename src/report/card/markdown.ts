/** Markdown whose text comes from others: escaped words, tables, lists, and the marks for what a person must add. */

/** What a reader searches for to find everything that is still to be written. */
export const toFillIn = '**A person must say:**';

/** Shown where a figure does not exist. */
export const undefinedFigure = 'undefined';

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

/** Control characters, and those that turn the direction of writing, with which a name can pose as another. */
// eslint-disable-next-line no-control-regex -- exactly these have no place in a document
const unprintable = /[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g;

/**
 * Names and sentences as plain words on one line: no character of theirs is read as Markdown or HTML, inside or
 * outside of a table.
 */
export function escapeMarkdown(text: string): string {
  return (
    text
      .replace(/[\s\u0085]+/g, ' ')
      .trim()
      .replace(unprintable, '\ufffd')
      .replace(/[\\`*[\]~$#!|^]/g, '\\$&')
      // Before a letter an underscore cannot end an emphasis, so Lung_Opacity stays as it is.
      .replace(/_(?![\p{L}\p{N}])/gu, '\\_')
      .replace(/[&<>]/g, (character) => entities[character] ?? character)
      // At the start of an item these would open a list, or underline a heading.
      .replace(/^[-+=]/, '\\$&')
      .replace(/^(\d+)(?=[.)](?: |$))/, '$1\\')
  );
}

/** Cells are Markdown already; the first column stands left, the others right. */
export function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  return drawTable(header, ['---', ...header.slice(1).map(() => '---:')], rows);
}

/** A table whose columns all stand left; its cells are words from elsewhere, and are escaped here. */
export function wordTable(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = rows.map((row) => row.map(escapeMarkdown));
  return drawTable(
    header,
    header.map(() => '---'),
    cells,
  );
}

/** Names and values are escaped here. */
export function factTable(facts: readonly { name: string; value: string }[]): string {
  return wordTable(
    ['Property', 'Value'],
    facts.map(({ name, value }) => [name, value]),
  );
}

function drawTable(
  header: readonly string[],
  rule: readonly string[],
  rows: readonly (readonly string[])[],
): string {
  return [header, rule, ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

/** Items are Markdown already. */
export function bullets(items: readonly string[]): string {
  return items.map((item) => `- ${item}`).join('\n');
}

/** Blocks with an empty line between them; empty ones are left out. */
export function blocks(...parts: readonly string[]): string {
  return parts.filter((part) => part !== '').join('\n\n');
}

/** Thousands with commas: 5,856. */
export function count(value: number): string {
  return value.toLocaleString('en-US');
}

/** `1 image`, `624 images`. */
export function plural(value: number, noun: string): string {
  return `${count(value)} ${noun}${value === 1 ? '' : 's'}`;
}

/** A part of one as a percentage: 12.5%. */
export function percent(share: number): string {
  return `${(100 * share).toFixed(1)}%`;
}

/** The last part of a path: a document that is published tells nothing of the machine it was written on. */
export function dataName(path: string): string {
  return (
    path
      .split(/[\\/]+/)
      .filter(Boolean)
      .at(-1) ?? path
  );
}
