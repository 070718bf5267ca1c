/** Runs one step as a process of its own, whose output goes to files. */
import { spawn, type ChildProcess } from 'node:child_process';
import { createWriteStream, existsSync } from 'node:fs';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { finished } from 'node:stream/promises';
import { packageRoot, throwIfAborted } from '../native/index.js';
import { commandLine, type PlannedStep } from './plan.js';
import { missingPromises } from './records.js';
import { visitServer } from './visit.js';

const program = join(packageRoot, 'scripts', 'roentgen.mjs');
const resumable = 'last.safetensors';
const shownLines = 12;

export interface StepPlace {
  /** File for what the step prints. */
  log: string;
  /** Whether the same step was interrupted before, so that a training run can go on. */
  interrupted: boolean;
  /** Whether its directory is its own, to be emptied before, and not another step's. */
  owned: boolean;
  threads: number | undefined;
  signal: AbortSignal | undefined;
  /** The newest line of its progress. */
  onLine: (line: string) => void;
}

/**
 * Returns why it failed; null where it did what it should.
 * @throws RoentgenError ABORT_ERR once the process has ended
 */
export async function runStep(step: PlannedStep, place: StepPlace): Promise<string | null> {
  const goOn = place.interrupted && step.verb === 'train' && hasCheckpoint(step);
  if (place.owned && !goOn) await rm(step.directory, { recursive: true, force: true });
  await mkdir(needsFolder(step) ? step.directory : dirname(step.directory), { recursive: true });
  await mkdir(dirname(place.log), { recursive: true });
  const command = goOn ? ['train', '--resume', step.directory] : step.command;
  const ended = await runProcess({ ...step, command }, place);
  throwIfAborted(place.signal);
  return describeFailure(step, ended, place.log);
}

function hasCheckpoint({ directory }: PlannedStep): boolean {
  return existsSync(join(directory, resumable));
}

/** Verbs make the folder that they are told of themselves, but not that of a file. */
function needsFolder({ command, directory, prints, visits }: PlannedStep): boolean {
  const file = command.some((word) => word.startsWith(`${directory}/`));
  return file || prints !== null || visits.length > 0;
}

interface Ended {
  code: number | null;
  signal: NodeJS.Signals | null;
  /** What a visit to a server found wrong. */
  visitFailure: string | null;
}

async function runProcess(
  step: PlannedStep,
  { log: logFile, threads, signal, onLine }: StepPlace,
): Promise<Ended> {
  const log = createWriteStream(logFile);
  log.write(`$ ${commandLine(step)}\n`);
  // In a process group of its own: Ctrl-C reaches it once, through us, and not a second time from the terminal.
  const child = spawn(process.execPath, [program, ...step.command], {
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
    env: threads === undefined ? process.env : { ...process.env, OMP_NUM_THREADS: String(threads) },
  });
  const printed = step.prints === null ? log : createWriteStream(step.prints);
  child.stdout.pipe(printed, { end: false });
  child.stderr.pipe(log, { end: false });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    const line = text.trimEnd().split('\n').at(-1);
    if (line) onLine(line);
  });
  const release = passOnSignals(child, signal);
  const exit = new Promise<Pick<Ended, 'code' | 'signal'>>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, killed) => {
      resolve({ code, signal: killed });
    });
  });
  try {
    const visitFailure = step.visits.length === 0 ? null : await visitServer(child, step);
    return { ...(await exit), visitFailure };
  } finally {
    release();
    for (const stream of new Set([log, printed])) stream.end();
    await Promise.all([...new Set([log, printed])].map((stream) => finished(stream)));
  }
}

/** What ends this process ends the child. Returns what takes that back. */
function passOnSignals(child: ChildProcess, abort: AbortSignal | undefined): () => void {
  const interrupt = (): void => {
    child.kill('SIGINT');
  };
  const end = (): void => {
    child.kill('SIGTERM');
  };
  const signals = ['SIGTERM', 'SIGHUP'] as const;
  // Left to themselves these signals would end this process without its 'exit'.
  const exit = (): void => {
    process.exit(1);
  };
  if (abort?.aborted) interrupt();
  abort?.addEventListener('abort', interrupt);
  process.on('exit', end);
  for (const name of signals) process.on(name, exit);
  return () => {
    abort?.removeEventListener('abort', interrupt);
    process.off('exit', end);
    for (const name of signals) process.off(name, exit);
  };
}

async function describeFailure(
  step: PlannedStep,
  { code, signal, visitFailure }: Ended,
  log: string,
): Promise<string | null> {
  const wellEnded = code === 0 || (code !== null && step.accepts.includes(code));
  const missing = missingPromises(step);
  if (wellEnded && visitFailure === null && missing.length === 0) return null;
  const reason = !wellEnded
    ? `ended with ${signal ?? `exit code ${code ?? 1}`}`
    : (visitFailure ?? `did not write ${missing.join(', ')}`);
  const lines = (await readFile(log, 'utf8')).trimEnd().split('\n').slice(1).slice(-shownLines);
  return [`It ${reason}. The last lines of ${log}:`, ...lines].join('\n');
}
