/** Programs that set-up runs: limits, signals, and what is known when they fail. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import test from 'ava';
import { load, temporaryFolder, writeProgram } from './support.js';

interface Result {
  ok: boolean;
  code: number;
  output: string;
  reason?: string;
}

const run = async (command: string, args: string[], options: object = {}): Promise<Result> => {
  const module = await load<{ run: typeof run }>('process.mjs');
  return module.run(command, args, options);
};

test('output of both streams is collected, and written to the log file', async (t) => {
  const folder = temporaryFolder(t);
  const program = writeProgram(folder, 'both', 'echo out; echo err >&2');
  const logFile = join(folder, 'logs/both.log');
  const result = await run(program, ['--flag'], { logFile });
  t.true(result.ok);
  t.deepEqual(result.output.trim().split('\n').sort(), ['err', 'out']);
  t.true(readFileSync(logFile, 'utf8').startsWith(`$ ${program} --flag\n`));
});

test('a failure says how the program ended', async (t) => {
  const folder = temporaryFolder(t);
  t.is((await run(writeProgram(folder, 'three', 'exit 3'), [])).reason, 'exit code 3');
  t.is((await run(writeProgram(folder, 'killed', 'kill -9 $$'), [])).reason, 'ended by SIGKILL');
  t.is((await run('/no/such/program', [])).reason, '/no/such/program not found');
});

test('a time-out also ends what the program started', async (t) => {
  const folder = temporaryFolder(t);
  const survivor = join(folder, 'survivor');
  const program = writeProgram(folder, 'parent', `(sleep 1; touch '${survivor}') & sleep 60`);
  const result = await run(program, [], { timeoutMs: 200 });
  t.regex(result.reason ?? '', /took longer than/);
  await sleep(1200);
  t.false(existsSync(survivor));
});

test('a program reads no standard input, so none can wait for it', async (t) => {
  const folder = temporaryFolder(t);
  const result = await run(writeProgram(folder, 'asks', 'read answer || echo none'), []);
  t.is(result.output, 'none\n');
});
