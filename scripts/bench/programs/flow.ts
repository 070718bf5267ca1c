/** How many calls are answered in a second where a fixed number of them is under way. */
import { rateAfter } from '../statistics.js';

/** Share of the time that comes before the clock starts: the first calls find pools empty and batches small. */
const warmUpShare = 0.25;
/** Answers to each caller at least, however long they take. */
const fewest = 4;

/** Calls per second of `inFlight` callers, each of whom asks again as soon as it is answered. */
export async function flowRate(
  call: (at: number) => Promise<void>,
  inFlight: number,
  seconds: number,
): Promise<number> {
  const answers: number[] = [];
  const from = performance.now() + 1000 * seconds * warmUpShare;
  const end = from + 1000 * seconds;
  const goesOn = (): boolean => performance.now() < end || answers.length < fewest * inFlight;
  let calls = 0;
  const caller = async (): Promise<void> => {
    while (goesOn()) {
      calls += 1;
      await call(calls - 1);
      // What is answered later is answered while fewer are under way.
      if (goesOn()) answers.push(performance.now());
    }
  };
  await Promise.all(Array.from({ length: inFlight }, caller));
  return rateAfter(from, answers);
}
