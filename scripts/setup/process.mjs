/** Child processes that cannot hang: every one has a time limit, and none outlives set-up. */
import { spawn } from 'node:child_process';
import { accessSync, constants, createWriteStream, mkdirSync, statSync } from 'node:fs';
import { constants as osConstants } from 'node:os';
import { delimiter, dirname, join } from 'node:path';

const alive = new Set();
const forwarded = ['SIGINT', 'SIGTERM', 'SIGHUP'];

function killGroup(child) {
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    // The group has ended already.
  }
}

function onSignal(signal) {
  for (const child of alive) killGroup(child);
  process.exit(128 + osConstants.signals[signal]);
}

function track(child) {
  if (alive.size === 0) for (const signal of forwarded) process.on(signal, onSignal);
  alive.add(child);
}

function untrack(child) {
  alive.delete(child);
  if (alive.size === 0) for (const signal of forwarded) process.off(signal, onSignal);
}

/**
 * Runs a program without standard input and resolves, never rejects, with
 * `{ ok, code, output, reason }`. `output` is stdout and stderr together; `reason` says in one phrase why
 * it failed. Options: `env`, `cwd`, `timeoutMs` (default 20 s), `logFile` (gets all output), `onLine`,
 * `inherit` (show the output instead of collecting it).
 */
export function run(command, args, options = {}) {
  const { env = process.env, cwd, timeoutMs = 20_000, logFile, onLine, inherit = false } = options;
  return new Promise((resolve) => {
    // A group of its own, so that a time-out also ends what the program started.
    const stdio = inherit ? ['ignore', 'inherit', 'inherit'] : ['ignore', 'pipe', 'pipe'];
    const child = spawn(command, args, { env, cwd, detached: true, stdio });
    if (logFile) mkdirSync(dirname(logFile), { recursive: true });
    const log = logFile ? createWriteStream(logFile, { flags: 'a' }) : undefined;
    log?.write(`$ ${[command, ...args].join(' ')}\n`);
    let output = '';
    let reason;
    track(child);
    const timer = setTimeout(() => {
      reason = `took longer than ${Math.round(timeoutMs / 1000)} s`;
      killGroup(child);
    }, timeoutMs);
    const finish = (result) => {
      clearTimeout(timer);
      untrack(child);
      if (log) log.end(() => resolve(result));
      else resolve(result);
    };
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text) => {
        output += text;
        log?.write(text);
        if (onLine) for (const line of text.split('\n')) if (line.trim()) onLine(line);
      });
    }
    child.on('error', (error) => {
      const missing = error.code === 'ENOENT' ? `${command} not found` : error.message;
      finish({ ok: false, code: 127, output, reason: missing });
    });
    child.on('close', (code, signal) => {
      reason ??= code === 0 ? undefined : signal ? `ended by ${signal}` : `exit code ${code}`;
      finish({ ok: reason === undefined, code: code ?? 1, output, reason });
    });
  });
}

/** The path of `program` on `env.PATH`, or undefined. */
export function which(program, env = process.env) {
  if (program.includes('/')) return isExecutable(program) ? program : undefined;
  return (env.PATH ?? '')
    .split(delimiter)
    .filter((folder) => folder !== '')
    .map((folder) => join(folder, program))
    .find(isExecutable);
}

function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

/** The last `count` lines of `text`. */
export function lastLines(text, count) {
  return text.trimEnd().split('\n').slice(-count).join('\n');
}
