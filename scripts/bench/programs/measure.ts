/** What the measuring programs share: seconds of wall and CPU time, page faults, and a line of JSON. */

export interface Cost {
  seconds: number;
  cpuSeconds: number;
  minorFaults: number;
}

/** Runs `work` and tells what it took. */
export async function measure<T>(work: () => Promise<T>): Promise<Cost & { result: T }> {
  const before = process.resourceUsage();
  const started = performance.now();
  const result = await work();
  const seconds = (performance.now() - started) / 1000;
  const after = process.resourceUsage();
  const cpuMicroseconds =
    after.userCPUTime - before.userCPUTime + after.systemCPUTime - before.systemCPUTime;
  const minorFaults = after.minorPageFault - before.minorPageFault;
  return { result, seconds, cpuSeconds: cpuMicroseconds / 1e6, minorFaults };
}

/** Prints one line for the process that started this program. */
export function emit(value: object): void {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}

/** A failure ends the program with its message on standard error. */
export function main(work: () => Promise<void>): void {
  work().catch((error: unknown) => {
    console.error(error);
    process.exitCode = 1;
  });
}
