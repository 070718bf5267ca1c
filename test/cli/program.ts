/** Runs the command line as a child process, and makes small data for it. */
import { spawn, type ChildProcess } from 'node:child_process';
import { join, resolve } from 'node:path';
import { writePhantomDataset } from '../../src/index.js';

const program = resolve('scripts/roentgen.mjs');

export interface Finished {
  /** Null where a signal ended it. */
  exitCode: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

export interface Running {
  child: ChildProcess;
  finished: Promise<Finished>;
  /** What it has printed. */
  soFar: { readonly stdout: string; readonly stderr: string };
  /** Resolves once stderr has matched. */
  stderrMatches: (pattern: RegExp) => Promise<void>;
}

/** Starts `roentgen …args` in a folder, with a cache of its own there. */
export function startRoentgen(
  folder: string,
  args: readonly string[],
  variables: Readonly<Record<string, string>> = {},
): Running {
  const own = { ROENTGEN_CACHE: join(folder, 'cache'), OMP_NUM_THREADS: '1', ...variables };
  const env = { ...process.env, ...own };
  const child = spawn(process.execPath, [program, ...args], { cwd: folder, env });
  const output = { stdout: '', stderr: '' };
  const waiting: { pattern: RegExp; resolve: () => void }[] = [];
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output.stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    output.stderr += text;
    for (const { pattern, resolve: found } of waiting) if (pattern.test(output.stderr)) found();
  });
  return {
    child,
    soFar: output,
    finished: new Promise((finish, fail) => {
      child.on('error', fail);
      child.on('close', (exitCode, signal) => {
        finish({ exitCode, signal, ...output });
      });
    }),
    stderrMatches: async (pattern) => {
      if (pattern.test(output.stderr)) return;
      await new Promise<void>((found) => waiting.push({ pattern, resolve: found }));
    },
  };
}

export async function roentgen(folder: string, ...args: string[]): Promise<Finished> {
  return startRoentgen(folder, args).finished;
}

/** 30 phantoms of 32×32 pixels in three classes, as a folder of split folders. */
export async function tinyData(folder: string): Promise<string> {
  const { images } = await writePhantomDataset(join(folder, 'phantoms'), {
    imagesPerClass: 10,
    size: 32,
  });
  return images;
}

/** Flags for a run that takes a blink. */
export const tinyRun = ['--model', 'lenet5', '--val-fraction', '0.3', '-b', '8', '--epochs', '1'];
