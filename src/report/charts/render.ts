/** Charts as SVG text, compiled by Vega-Lite and drawn by Vega without a browser. */
import type { Chart } from './chart.js';
import { paperInk, type Ink } from './ink.js';
import { themeOf } from './theme.js';

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
};

/** Vega's roles for groups of marks: an image has no parts for a screen reader. */
const innerRole = /(<g class="[^"]*") role="graphics-[^"]*" aria-roledescription="[^"]*"/g;

/** Both libraries, loaded with the first chart: a program that draws none does not wait for them. */
async function loadVega() {
  const [{ compile }, { Error: errorLevel, parse, View }] = await Promise.all([
    import('vega-lite'),
    import('vega'),
  ]);
  return { compile, errorLevel, parse, View };
}

/**
 * An SVG element that needs nothing from elsewhere. The same chart gives the same bytes.
 * @param ink default: a file of its own, on white
 */
export async function renderSvg(chart: Chart, ink: Ink = paperInk): Promise<string> {
  const { compile, errorLevel, parse, View } = await loadVega();
  const { spec } = compile(chart.spec(ink), { config: themeOf(ink) });
  const view = new View(parse(spec), { renderer: 'none', logLevel: errorLevel });
  try {
    const svg = await view.toSVG();
    const label = chart.title.replace(/[&<>"]/g, (character) => entities[character] ?? character);
    const whole = svg.replace('<svg ', () => `<svg role="img" aria-label="${label}" `);
    return printable(whole.replace(innerRole, '$1'));
  } finally {
    view.finalize();
  }
}

/** Control characters, which XML forbids, become U+FFFD. */
export function printable(text: string): string {
  // eslint-disable-next-line no-control-regex -- exactly these are not allowed in XML 1.0
  return text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '\ufffd');
}
