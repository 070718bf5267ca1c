/** Explanations of one model, one after another, with a short line in front of it. */
import { RoentgenError, throwIfAborted } from '../../native/index.js';
import type { ServedModel } from '../registry/types.js';

/** Requests that wait for one model; a LIME of 224² takes seconds, so the last has waited long enough. */
const longestLine = 8;

export interface TurnOptions {
  /** Milliseconds in line after which the request is turned away. */
  patience: number;
  signal: AbortSignal;
}

const lines = new WeakMap<ServedModel, number>();

/**
 * `work` when its turn comes.
 * @throws RoentgenError ERR_OVERLOADED where too many wait, or after waiting for too long; ABORT_ERR; as `work`
 */
export async function inTurn<T>(
  served: ServedModel,
  { patience, signal }: TurnOptions,
  work: () => Promise<T>,
): Promise<T> {
  const before = lines.get(served) ?? 0;
  if (before > longestLine) throw overloaded(`${before} explanations are in line or at work`);
  lines.set(served, before + 1);
  let timer: NodeJS.Timeout | undefined;
  const waiting = new AbortController();
  const turn = served.alone(async () => {
    clearTimeout(timer);
    throwIfAborted(signal);
    throwIfAborted(waiting.signal);
    return work();
  });
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      waiting.abort();
      reject(overloaded(`other explanations took more than ${patience / 1000} s`));
    }, patience);
  });
  void turn.then(leave, leave);
  function leave(): void {
    clearTimeout(timer);
    lines.set(served, (lines.get(served) ?? 1) - 1);
  }
  return Promise.race([turn, late]);
}

function overloaded(why: string): RoentgenError {
  return new RoentgenError(
    'ERR_OVERLOADED',
    `The model is busy explaining: ${why}. Ask again later.`,
  );
}
