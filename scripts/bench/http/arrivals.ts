/** When requests arrive that nobody coordinates. */

/** Milliseconds from the start, independent of each other (Poisson), `rate` in a second on average. */
export function poissonArrivals(rate: number, seconds: number, random: () => number): number[] {
  const arrivals: number[] = [];
  const gap = (): number => (-Math.log(1 - random()) * 1000) / rate;
  for (let at = gap(); at < 1000 * seconds; at += gap()) arrivals.push(at);
  return arrivals;
}

/** Milliseconds from the start, at equal distances. */
export function evenArrivals(rate: number, seconds: number): number[] {
  return Array.from({ length: Math.floor(rate * seconds) }, (_, at) => (1000 * at) / rate);
}
