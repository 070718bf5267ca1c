/** The look that all charts share. */
import type { Config } from 'vega-lite';
import type { Ink } from './ink.js';

/** In pixels; small enough for a phone, large enough to be read there. */
export const fontSize = 12;

export function themeOf(ink: Ink): Config {
  const font = { font: ink.font };
  return {
    ...font,
    // One sentence describes the whole chart; a label per mark would only be noise.
    aria: false,
    background: ink.paper ?? 'transparent',
    padding: 8,
    view: { stroke: null },
    axis: {
      labelColor: ink.text,
      titleColor: ink.text,
      labelFontSize: fontSize,
      titleFontSize: fontSize,
      titleFontWeight: 'normal',
      titlePadding: 8,
      domainColor: ink.muted,
      tickColor: ink.muted,
      gridColor: ink.grid,
      labelPadding: 4,
      labelFlush: false,
      labelLimit: 0,
    },
    legend: {
      labelColor: ink.text,
      titleColor: ink.text,
      labelFontSize: fontSize,
      titleFontSize: fontSize,
      titleFontWeight: 'normal',
      // The width of text is only estimated: names are shortened before.
      labelLimit: 0,
      titleLimit: 0,
      symbolStrokeWidth: 2,
      symbolSize: 70,
      orient: 'bottom',
      direction: 'vertical',
      columns: 1,
      rowPadding: 4,
    },
    title: {
      color: ink.text,
      fontSize,
      fontWeight: 'bold',
      anchor: 'start',
    },
    header: { labelColor: ink.text, titleColor: ink.text, labelFontSize: fontSize },
    text: { color: ink.text, fontSize },
    line: { strokeWidth: 2, strokeJoin: 'round' },
  };
}
