/** What bars and curves are drawn with: block characters, or ASCII where the terminal shows no others. */

export interface Glyphs {
  /** Of a bar: the part that is done, and the rest. */
  done: string;
  left: string;
  /** Of a curve, from the lowest. */
  levels: readonly string[];
}

export const blocks: Glyphs = { done: '━', left: '─', levels: Array.from('▁▂▃▄▅▆▇█') };
export const ascii: Glyphs = { done: '#', left: '-', levels: Array.from('.:-=+*#%') };

/**
 * As the locale has it, by the variable that decides (POSIX.1-2017, 8.2). A shell in a container often has none, on
 * a terminal that shows UTF-8 as any today; the console of Linux has a font of 512 characters at most.
 */
export function glyphsFor(env = process.env): Glyphs {
  const locale = [env['LC_ALL'], env['LC_CTYPE'], env['LANG']].find(Boolean) ?? 'UTF-8';
  const shown = /utf-?8/i.test(locale) && env['TERM'] !== 'linux' && env['TERM'] !== 'dumb';
  return shown ? blocks : ascii;
}
