/** Starts the same command several times on this machine, and sees to it that all end where one does. */
import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { errorCodes, RoentgenError } from '../native/index.js';
import { timestamp } from '../training/index.js';
import { freePort } from './freePort.js';
import type { Terminal } from './terminal.js';

/** The others have this long to end in words of their own before they are ended. */
const graceMs = 10_000;

export interface LaunchPlan {
  /** Processes. */
  count: number;
  maxRestarts: number;
  terminal: Terminal;
}

/**
 * Runs this process's own command line in `count` processes, which find in their environment who they are, as torchrun
 * tells it.
 * @returns the exit code of the process that failed first, once no restart is left, and has said why; 0 where none has
 * @throws RoentgenError ERR_PEER where that one was killed
 */
export async function launchProcesses({
  count,
  maxRestarts,
  terminal,
}: LaunchPlan): Promise<number> {
  const id = `${timestamp(new Date())}-${randomBytes(2).toString('hex')}`;
  // The terminal sends it to all: they save their state, and end themselves.
  const interrupt = new AbortController();
  process.on('SIGINT', () => interrupt.abort());
  for (let attempt = 0; ; attempt += 1) {
    const port = await freePort();
    const children = Array.from({ length: count }, (_, rank) =>
      start(rank, {
        ...{ WORLD_SIZE: count, LOCAL_WORLD_SIZE: count, RANK: rank, LOCAL_RANK: rank },
        ...{ MASTER_ADDR: '127.0.0.1', MASTER_PORT: port },
        ...{ TORCHELASTIC_RUN_ID: id, TORCHELASTIC_RESTART_COUNT: attempt },
        // Over the host's own name the way may lead through a network that it is not on.
        GLOO_SOCKET_IFNAME: process.env['GLOO_SOCKET_IFNAME'] ?? 'lo',
      }),
    );
    const failed = await firstFailure(children);
    if (failed === null) return 0;
    const { rank, code, signal } = failed;
    const what = `Process ${rank} of ${count} ended with ${signal ?? `exit code ${code ?? 1}`}`;
    if (interrupt.signal.aborted || attempt === maxRestarts || misused(code)) {
      if (code !== null) return code;
      throw new RoentgenError('ERR_PEER', what);
    }
    const restart = `(restart ${attempt + 1} of ${maxRestarts})`;
    terminal.print(`${what}: all go on from the last checkpoint ${restart}`);
  }
}

/** Trying again would change nothing. */
function misused(code: number | null): boolean {
  return (
    code === errorCodes.ERR_INVALID_ARGUMENT.exitCode || code === errorCodes.ERR_SPLIT_LEAK.exitCode
  );
}

/** The first process speaks for all on stdout; what the others have to say is marked as theirs. */
function start(rank: number, variables: Record<string, string | number>): ChildProcess {
  const env = {
    ...process.env,
    ...Object.fromEntries(Object.entries(variables).map(([name, value]) => [name, String(value)])),
  };
  const [script = '', ...args] = process.argv.slice(1);
  const child = spawn(process.execPath, [...process.execArgv, script, ...args], {
    env,
    stdio: rank === 0 ? 'inherit' : ['ignore', 'ignore', 'pipe'],
  });
  if (child.stderr) {
    createInterface(child.stderr).on('line', (line) => process.stderr.write(`[${rank}] ${line}\n`));
  }
  return child;
}

interface Failed {
  rank: number;
  code: number | null;
  signal: string | null;
}

/** Waits for all of them; once one has failed, for the others only so long. */
async function firstFailure(children: readonly ChildProcess[]): Promise<Failed | null> {
  let first: Failed | null = null;
  let timer: NodeJS.Timeout | undefined;
  const endAll = (): void => {
    for (const child of children) child.kill('SIGTERM');
    timer = setTimeout(() => {
      for (const child of children) child.kill('SIGKILL');
    }, graceMs);
  };
  const forward = (): void => {
    for (const child of children) child.kill('SIGTERM');
  };
  process.on('SIGTERM', forward);
  await Promise.all(
    children.map(async (child, rank) => {
      const [code, signal] = (await once(child, 'exit')) as [number | null, string | null];
      if (code === 0 || first !== null) return;
      first = { rank, code, signal };
      endAll();
    }),
  );
  clearTimeout(timer);
  process.off('SIGTERM', forward);
  return first;
}
