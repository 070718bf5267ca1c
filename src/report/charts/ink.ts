/** What charts are drawn with: in a file dark on white paper, in a page with the colors of its style sheet. */

export interface Ink {
  text: string;
  /** For what stands behind: ticks, chance lines, marks. */
  muted: string;
  grid: string;
  /** Null for a background that is the page's. */
  paper: string | null;
  /** One color per curve, repeated after the last. */
  series: readonly [string, ...string[]];
  /** The darkest shade of a heat map; text stays legible on it. */
  heat: string;
  font: string;
}

/** Colors that color-blind readers can tell apart (Okabe and Ito, 2008), less the pale yellow. */
export const palette = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#56b4e9', '#e69f00'] as const;

/** For files that stand alone. */
export const paperInk: Ink = {
  text: '#1f2937',
  muted: '#6b7280',
  grid: '#e5e7eb',
  paper: '#ffffff',
  series: palette,
  heat: '#56b4e9',
  font: 'Helvetica, Arial, sans-serif',
};

/** For a page whose style sheet says the colors, in light and in dark. */
export const pageInk: Ink = {
  text: 'currentColor',
  muted: 'var(--muted)',
  grid: 'var(--grid)',
  paper: null,
  series: [
    'var(--series-1)',
    'var(--series-2)',
    'var(--series-3)',
    'var(--series-4)',
    'var(--series-5)',
    'var(--series-6)',
  ],
  heat: 'var(--heat)',
  font: 'inherit',
};
