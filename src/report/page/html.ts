/** HTML from templates: whatever is put into one is escaped, unless it is HTML already. */

/** Text that may stand in a page as it is. */
export class Html {
  constructor(readonly text: string) {}
}

/** What a template takes; null and false stand for nothing, a list for its entries one after the other. */
export type Content = Html | string | number | null | false | readonly Content[];

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function textOf(content: Content): string {
  if (content === null || content === false) return '';
  if (content instanceof Html) return content.text;
  if (typeof content === 'object') return content.map(textOf).join('');
  return String(content).replace(/[&<>"']/g, (character) => entities[character] ?? character);
}

/** A template whose values are escaped, for content and for attributes in quotes. */
export function html(strings: TemplateStringsArray, ...values: readonly Content[]): Html {
  return new Html(strings.map((part, index) => part + textOf(values[index] ?? null)).join(''));
}

/** JSON that a script element holds: no text in it can end that element. */
export function scriptJson(value: unknown): Html {
  return new Html(JSON.stringify(value).replace(/[<>&\u2028\u2029]/g, escapeInJson));
}

function escapeInJson(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
