/** SVG as text: elements, escaped text, and a document that stands alone. */

export type Attributes = Readonly<Record<string, string | number>>;

/** Colors that color-blind readers can tell apart (Okabe and Ito, 2008), less the pale yellow. */
export const palette = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#56b4e9', '#e69f00'] as const;

export const ink = {
  text: '#1f2937',
  muted: '#6b7280',
  grid: '#e5e7eb',
  paper: '#ffffff',
} as const;

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
};

/** Text for content and attributes; control characters, which XML forbids, become U+FFFD. */
function escapeXml(text: string): string {
  return (
    text
      // eslint-disable-next-line no-control-regex -- exactly these are not allowed in XML 1.0
      .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '\ufffd')
      .replace(/[&<>"]/g, (character) => entities[character] ?? character)
  );
}

/** A hundredth of a pixel is finer than any screen. */
function attribute(value: string | number): string {
  return typeof value === 'number' ? String(Math.round(value * 100) / 100) : escapeXml(value);
}

/** One element; `children` are SVG already. */
export function element(
  name: string,
  attributes: Attributes,
  ...children: readonly string[]
): string {
  const list = Object.entries(attributes).map(([key, value]) => ` ${key}="${attribute(value)}"`);
  const open = `<${name}${list.join('')}`;
  return children.length === 0 ? `${open}/>` : `${open}>${children.join('')}</${name}>`;
}

/** What a screen reader says of the surrounding element, and a browser shows as its tooltip. */
export function title(content: string): string {
  return element('title', {}, escapeXml(content));
}

/** A line of text whose baseline starts, or with `text-anchor` is centered or ends, at (x, y). */
export function label(x: number, y: number, content: string, attributes: Attributes = {}): string {
  return element('text', { x, y, fill: ink.text, ...attributes }, escapeXml(content));
}

export function line(
  x1: number,
  y1: number,
  x2: number,
  y2: number,
  attributes: Attributes = {},
): string {
  return element('line', { x1, y1, x2, y2, stroke: ink.grid, ...attributes });
}

/** A whole file: white paper, a name for screen readers, the elements in order. */
export function svgDocument(
  width: number,
  height: number,
  name: string,
  children: readonly string[],
): string {
  const root = {
    xmlns: 'http://www.w3.org/2000/svg',
    width,
    height,
    viewBox: `0 0 ${Math.round(width)} ${Math.round(height)}`,
    role: 'img',
    'aria-label': name,
    'font-family': 'Helvetica, Arial, sans-serif',
    'font-size': 13,
  };
  const paper = element('rect', { width: '100%', height: '100%', fill: ink.paper });
  return `${element('svg', root, title(name), paper, ...children)}\n`;
}

/** `text` cut to `length` characters with an ellipsis. */
export function shorten(text: string, length: number): string {
  const characters = Array.from(text);
  return characters.length <= length ? text : `${characters.slice(0, length - 1).join('')}…`;
}
