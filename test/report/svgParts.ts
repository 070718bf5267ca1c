/** What an SVG that Vega wrote shows: its texts, and the marks of one kind with their positions. */

const entities: Readonly<Record<string, string>> = {
  '&amp;': '&',
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
};

/** The text of every label, in order. */
export function texts(svg: string): string[] {
  return Array.from(svg.matchAll(/<text[^>]*>([^<]*)</g), ([, content = '']) =>
    content.replace(/&\w+;/g, (entity) => entities[entity] ?? entity),
  );
}

/** The elements within each group of marks of one kind: `line`, `area`, `symbol`, `rect`, `rule`, `text`. */
export function markGroups(svg: string, kind: string): string[][] {
  const groups = svg.matchAll(
    new RegExp(`<g class="mark-${kind} role-mark[^>]*[^/]>(.*?)</g>`, 'gs'),
  );
  return Array.from(groups, ([, inside = '']) =>
    Array.from(inside.matchAll(/<(?:path|line|text)[^>]*>/g), ([element]) => element),
  );
}

export function attribute(element: string, name: string): string {
  return new RegExp(` ${name}="([^"]*)"`).exec(element)?.[1] ?? '';
}

/** The corners of a path of straight lines, each `[x, y]` in pixels. */
export function corners(element: string): [number, number][] {
  const path = attribute(element, 'd');
  return Array.from(path.matchAll(/[ML]([\d.e-]+),([\d.e-]+)/g), ([, x, y]) => [
    Number(x),
    Number(y),
  ]);
}
