/** Placeholders of a recipe: ${data.NAME}, ${steps.NAME}, ${here}, ${output} and ${each}. */

const pattern = /\$\{([^}]*)\}/g;

/** Each name between braces, in order. */
export function placeholdersOf(text: string): string[] {
  return [...text.matchAll(pattern)].map(([, name = '']) => name);
}

/** @param lookUp what stands for a name; it throws for one that it does not know */
export function fill(text: string, lookUp: (name: string) => string): string {
  return text.replace(pattern, (_, name: string) => lookUp(name));
}

/** `data` and `chest_xray` of `data.chest_xray`; of others the whole, and nothing. */
export function partsOf(name: string): [kind: string, rest: string] {
  const at = name.indexOf('.');
  return at < 0 ? [name, ''] : [name.slice(0, at), name.slice(at + 1)];
}
