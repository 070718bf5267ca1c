/** Measuring programs, each run in a fresh process and heard through the JSON lines that it prints. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { RoentgenError } from '../../src/native/index.js';

export interface Command {
  file: string;
  args: readonly string[];
  /** Added to this process's environment. */
  environment?: Readonly<Record<string, string>>;
}

/** A program of the folder `programs`. */
export function program(name: string, ...args: string[]): Command {
  return { file: process.execPath, args: [join(__dirname, 'programs', `${name}.js`), ...args] };
}

/** What the program prints, one value for each line. Throws ERR_INTERNAL with its messages where it fails. */
export async function run<T>({ file, args, environment = {} }: Command): Promise<T[]> {
  const child = spawn(file, args, {
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [output, messages, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close') as Promise<[number | null]>,
  ]);
  if (code !== 0) {
    const lines = messages.split('\n').filter((line) => !/^\s*(at .*)?$/.test(line));
    const last = lines.slice(-5).join('\n');
    throw new RoentgenError('ERR_INTERNAL', `${[file, ...args].join(' ')} failed:\n${last}`);
  }
  return output
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as T);
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
  sides: readonly (() => Promise<T>)[],
): Promise<T[][]> {
  const results = sides.map((): T[] => []);
  for (let round = 0; round < rounds; round += 1) {
    for (const [side, measure] of sides.entries()) results[side]?.push(await measure());
  }
  return results;
}
