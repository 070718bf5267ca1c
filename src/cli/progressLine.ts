/** One line of progress that fits any width: figures with a bar, the least important left out first. */
import { glyphsFor, type Glyphs } from './glyphs.js';
import type { Style } from './style.js';
import type { Terminal } from './terminal.js';

export interface ProgressPart {
  text: string;
  /** When the line is too narrow, the part with the highest number goes first; 0 never goes. */
  rank: number;
}

const [shortestBar, longestBar] = [8, 40];
const gap = 2;

/**
 * `parts` in their order with a bar after the first, in at most `width` columns.
 * @param share how much is done, 0 … 1
 */
export function progressLine(
  parts: readonly ProgressPart[],
  share: number,
  width: number,
  style: Style,
  glyphs: Glyphs = glyphsFor(),
): string {
  const shown = [...parts];
  const taken = (): number => shown.reduce((sum, { text }) => sum + text.length + gap, 0);
  while (taken() + shortestBar > width) {
    const rank = Math.max(...shown.map((part) => part.rank));
    if (rank === 0) break;
    shown.splice(
      shown.findIndex((part) => part.rank === rank),
      1,
    );
  }
  const bar = Math.min(longestBar, width - taken());
  const [first, ...rest] = shown.map(({ text }) => text);
  const pieces = [
    first,
    ...(bar >= shortestBar ? [drawBar(share, bar, style, glyphs)] : []),
    ...rest,
  ];
  return bar >= shortestBar
    ? pieces.join(' '.repeat(gap))
    : pieces.join(' '.repeat(gap)).slice(0, Math.max(0, width));
}

function drawBar(share: number, columns: number, style: Style, { done, left }: Glyphs): string {
  const full = Math.round(Math.min(1, Math.max(0, share)) * columns);
  return style.cyan(done.repeat(full)) + style.dim(left.repeat(columns - full));
}

/** Shows a line that says what is being done, and how much of it is. */
export function showShare(terminal: Terminal, title: string, share: number): void {
  terminal.live((width) => progressLine([{ text: title, rank: 0 }], share, width, terminal.style));
}
