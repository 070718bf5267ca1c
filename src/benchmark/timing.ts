/** How steps are timed inside a measuring process, and how much memory it took. */
import { readFileSync } from 'node:fs';

/** Steps that are timed at least, however long they take. */
const fewest = 5;

/** Milliseconds of each step after `warmUp` that are not timed: libraries choose kernels and fill their pools in those. */
export async function timeSteps(
  step: () => Promise<unknown>,
  { warmUp, seconds }: { warmUp: number; seconds: number },
): Promise<number[]> {
  for (let at = 0; at < warmUp; at += 1) await step();
  const times: number[] = [];
  const end = performance.now() + 1000 * seconds;
  while (times.length < fewest || performance.now() < end) {
    const started = performance.now();
    await step();
    times.push(performance.now() - started);
  }
  return times;
}

/** Largest resident memory of this process so far, in units of 10⁶ bytes; that of `getrusage` may be its parent's. */
export function peakMegabytes(): number {
  const [, kibibytes = ''] =
    /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? [];
  return (Number(kibibytes) * 1024) / 1e6;
}
