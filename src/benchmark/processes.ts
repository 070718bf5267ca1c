/** Measuring programs, each run in a fresh process and heard through the JSON lines that it prints. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { isMissing, RoentgenError, throwIfAborted } from '../native/index.js';

export interface Command {
  file: string;
  args: readonly string[];
  /** Added to this process's environment. */
  environment?: Readonly<Record<string, string>>;
  /** Ends the process. */
  signal?: AbortSignal | undefined;
}

/**
 * What the program prints, one value for each line.
 * @throws RoentgenError ERR_INTERNAL with its messages where it fails; ERR_OUT_OF_MEMORY where the system killed it;
 * ERR_NOT_FOUND where there is no such program; ABORT_ERR
 */
export async function run<T>({ file, args, environment = {}, signal }: Command): Promise<T[]> {
  throwIfAborted(signal);
  const child = spawn(file, args, {
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const kill = (): void => {
    child.kill('SIGKILL');
  };
  signal?.addEventListener('abort', kill, { once: true });
  try {
    const [output, messages, [code, killer]] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      once(child, 'close') as Promise<[number | null, NodeJS.Signals | null]>,
    ]);
    throwIfAborted(signal);
    if (killer === 'SIGKILL') throw killed(file);
    if (code !== 0) throw failed([file, ...args].join(' '), messages);
    return output
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as T);
  } catch (cause) {
    throw isMissing(cause)
      ? new RoentgenError('ERR_NOT_FOUND', `There is no program ${file}`, { cause })
      : cause;
  } finally {
    signal?.removeEventListener('abort', kill);
  }
}

function killed(file: string): RoentgenError {
  return new RoentgenError(
    'ERR_OUT_OF_MEMORY',
    `The system killed ${file}: most likely memory ran out. Choose a smaller batch, image size or network`,
  );
}

function failed(command: string, messages: string): RoentgenError {
  const lines = messages.split('\n').filter((line) => !/^\s*(at .*)?$/.test(line));
  return new RoentgenError('ERR_INTERNAL', `${command} failed:\n${lines.slice(-5).join('\n')}`);
}

/** The one value that the program prints. */
export async function runForOne<T>(command: Command): Promise<T> {
  const [value, ...rest] = await run<T>(command);
  if (value !== undefined && rest.length === 0) return value;
  throw new RoentgenError(
    'ERR_INTERNAL',
    `${command.args.join(' ')} printed more or less than one line`,
  );
}

/**
 * Runs each of `sides` once a round, in turn, so that what slows the machine for a while slows all of them.
 * Returns what each side's rounds gave, in the order of `sides`.
 */
export async function inTurn<T>(
  rounds: number,
  sides: readonly ((round: number) => Promise<T>)[],
): Promise<T[][]> {
  const results = sides.map((): T[] => []);
  for (let round = 0; round < rounds; round += 1) {
    for (const [side, measure] of sides.entries()) results[side]?.push(await measure(round));
  }
  return results;
}
