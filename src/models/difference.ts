/** What tells two architecture files, or any two JSON documents, apart. */

/**
 * The first place where they differ, with both values: `layers[3].rate: 0.5, now 0.25`. Undefined where they are equal.
 * The order of an object's keys does not count.
 */
export function firstDifference(before: unknown, now: unknown, place = ''): string | undefined {
  if (Object.is(before, now)) return undefined;
  const keys = childKeys(before, now);
  if (keys === undefined) return `${place}: ${show(before)}, now ${show(now)}`;
  for (const key of keys) {
    const inside = Array.isArray(before) ? `${place}[${key}]` : `${place}${place && '.'}${key}`;
    const found = firstDifference(childOf(before, key), childOf(now, key), inside);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Of both; undefined where one has no children, or a list meets an object. */
function childKeys(a: unknown, b: unknown): string[] | undefined {
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return undefined;
  if (Array.isArray(a) !== Array.isArray(b)) return undefined;
  return [...new Set([...Object.keys(a), ...Object.keys(b)])];
}

function childOf(value: unknown, key: string): unknown {
  return (value as Record<string, unknown>)[key];
}

function show(value: unknown): string {
  return value === undefined ? 'nothing' : JSON.stringify(value);
}
