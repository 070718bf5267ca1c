/** `roentgen serve` in a process of its own, while something is measured against it. */
import { spawn, type ChildProcess, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { packageRoot, RoentgenError } from '../../src/native/index.js';

export interface Server {
  /** Without a path. */
  url: string;
  /** Its resident memory in MB. */
  resident: () => Promise<number>;
}

/**
 * Starts a server of one model, lets `use` work with it, and ends it as a service manager would. Its log goes to the
 * file `log`, as it does in a service.
 */
export async function withServer<T>(
  { model, flags, log }: { model: string; flags: readonly string[]; log: string },
  use: (server: Server) => Promise<T>,
): Promise<T> {
  const script = join(packageRoot, 'scripts', 'roentgen.mjs');
  const args = [script, 'serve', model, '--port', '0', '--json', ...flags];
  await using file = await open(log, 'w');
  const stdio: ['ignore', 'pipe', number] = ['ignore', 'pipe', file.fd];
  const child = spawn(process.execPath, args, { stdio }) as ChildProcessByStdio<
    null,
    Readable,
    null
  >;
  const ended = once(child, 'close');
  try {
    const [line] = (await Promise.race([
      once(createInterface(child.stdout), 'line'),
      ended.then(async () => {
        const said = await readFile(log, 'utf8');
        throw new RoentgenError('ERR_INTERNAL', `roentgen serve ended:\n${said}`);
      }),
    ])) as [string];
    const { url } = JSON.parse(line) as { url: string };
    return await use({ url, resident: () => residentOf(child) });
  } finally {
    child.kill('SIGTERM');
    await ended;
  }
}

/** What `watch` gives, taken every `milliseconds` until `work` is done. */
export async function sampling<T, S>(
  work: Promise<T>,
  watch: () => Promise<S>,
  milliseconds: number,
): Promise<{ result: T; samples: S[] }> {
  const samples: S[] = [];
  const done = new AbortController();
  const watching = (async () => {
    while (!done.signal.aborted) {
      samples.push(await watch());
      await sleep(milliseconds);
    }
  })();
  try {
    return { result: await work, samples };
  } finally {
    done.abort();
    await watching;
  }
}

async function residentOf({ pid = 0 }: ChildProcess): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1] ?? NaN) / 1000;
}
