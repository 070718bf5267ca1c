/** One line of CSV, quoted as RFC 4180 says. */

/**
 * What must be quoted: separators, quotes and line breaks; spaces at either end, which some readers trim; and
 * a leading = + - @, which spreadsheets may take for a formula. The text itself is never altered, since names
 * must still match the files: quoting does not stop a spreadsheet from evaluating it, so import such a
 * column as text.
 */
const needsQuotes = /[",\r\n]|^[=+\-@\s]|\s$/;

function csvField(field: string | number): string {
  if (typeof field === 'number') {
    return String(field);
  }
  return needsQuotes.test(field) ? `"${field.replaceAll('"', '""')}"` : field;
}

/** The fields as one line with its '\n' (as pandas and timm end lines). Numbers are never quoted. */
export function csvLine(fields: readonly (string | number)[]): string {
  return `${fields.map(csvField).join(',')}\n`;
}
