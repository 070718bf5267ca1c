/** Colors, where the stream is a terminal that shows them and the user has not asked for none. */

/** SGR codes that switch each style on and off (ECMA-48, 8.3.117). */
const codes = {
  bold: [1, 22],
  dim: [2, 22],
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
  cyan: [36, 39],
} as const;

export type Style = Record<keyof typeof codes, (text: string) => string>;

/** Styles for a stream; they change nothing with NO_COLOR (https://no-color.org), TERM=dumb or no terminal. */
export function styleFor(stream: { isTTY?: boolean }, env = process.env): Style {
  const colored = stream.isTTY === true && !env['NO_COLOR'] && env['TERM'] !== 'dumb';
  const entries = Object.entries(codes).map(([name, [on, off]]) => [
    name,
    (text: string) => (colored ? `\x1b[${on}m${text}\x1b[${off}m` : text),
  ]);
  return Object.fromEntries(entries) as Style;
}
