/** Numbers as the texts of `data` word them. */

/** 2000 → "2,000". */
export function formatCount(count: number): string {
  return count.toLocaleString('en-US');
}

/** "1 image", "2,000 images". */
export function plural(count: number, noun: string): string {
  return `${formatCount(count)} ${count === 1 ? noun : `${noun}s`}`;
}

/** 0.128 → "12.8%". */
export function percent(share: number): string {
  return `${(100 * share).toFixed(1)}%`;
}
