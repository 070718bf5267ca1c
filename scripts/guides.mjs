#!/usr/bin/env node
/** Runs what the guides tell their readers to do: every sh block, and every ts block as the file that it names. */
import { spawnSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { formatSeconds } from './setup/console.mjs';
import { parseOptions, usage } from './setup/options.mjs';

const root = resolve(fileURLToPath(import.meta.url), '../..');
const command = 'npm run check:guides';

const flags = [
  { name: 'guide', value: 'NAME', help: 'this one alone, such as report.md' },
  { name: 'folder', value: 'DIR', help: 'guides of another folder than docs/guides' },
  { name: 'keep', help: 'leave the folders in which they ran' },
  { name: 'help', help: 'show this text' },
];
const about = [
  'Each guide runs in a folder of its own, its blocks one after the other; the first that fails ends it, with its output.',
];

/** What a guide's reader has installed: this package, and the compiler for TypeScript. */
const installed = [
  { name: 'roentgen', from: root, bin: { roentgen: 'scripts/roentgen.mjs' } },
  { name: 'typescript', from: join(root, 'node_modules/typescript'), bin: { tsc: 'bin/tsc' } },
  { name: '@types/node', from: join(root, 'node_modules/@types/node'), bin: {} },
];

/** The port of the guides' servers; where it is taken here, another is put in its place. */
const port = 8080;
/** Longer than any block takes on two slow cores. */
const blockTimeoutMs = 300_000;

/**
 * The fenced blocks of a Markdown text that are to be run, in order.
 * @returns {{ kind: 'sh' | 'ts', text: string, line: number }[]}
 */
function blocksOf(markdown) {
  const blocks = [];
  let open = null;
  for (const [at, line] of markdown.split('\n').entries()) {
    if (open === null) {
      const kind = /^```(\w*)\s*$/.exec(line)?.[1];
      if (kind !== undefined) open = { kind, lines: [], line: at + 1 };
    } else if (line.startsWith('```')) {
      const { kind, lines, line: begun } = open;
      if (kind === 'sh' || kind === 'ts')
        blocks.push({ kind, text: lines.join('\n'), line: begun });
      open = null;
    } else {
      open.lines.push(line);
    }
  }
  if (open !== null) throw new Error(`the block of line ${open.line} does not end`);
  return blocks;
}

function install(scratch) {
  const bin = join(scratch, 'node_modules/.bin');
  mkdirSync(bin, { recursive: true });
  mkdirSync(join(scratch, 'node_modules/@types'));
  for (const { name, from, bin: programs } of installed) {
    symlinkSync(from, join(scratch, 'node_modules', name));
    for (const [program, file] of Object.entries(programs)) {
      symlinkSync(join(from, file), join(bin, program));
    }
  }
  writeFileSync(join(scratch, 'package.json'), '{ "private": true }\n');
}

async function freePort() {
  const server = createServer();
  await new Promise((ready) => server.listen(0, '127.0.0.1', ready));
  const { port: free } = server.address();
  await new Promise((closed) => server.close(closed));
  return free;
}

/** Saves a ts block under the name that its first line says. */
function save(scratch, text) {
  const name = /^\/\/ ([\w-]+\.mts)\n/.exec(text)?.[1];
  if (name === undefined)
    throw new Error('its first line must name its file, such as // service.mts');
  writeFileSync(join(scratch, name), `${text}\n`);
}

function run(scratch, text) {
  // As at a terminal, a job is a process group, so that `kill %1` reaches what npx has started. And a block's own jobs
  // must not outlive it, whichever of its commands fails.
  const end = 'for job in $(jobs -p); do kill -- -$job 2>/dev/null || true; done';
  const script = `set -meuo pipefail\ntrap '${end}' EXIT\n${text}\n`;
  const env = {
    ...process.env,
    PATH: `${join(scratch, 'node_modules/.bin')}:${process.env.PATH}`,
    ROENTGEN_CACHE: join(scratch, '.cache'),
  };
  const options = { cwd: scratch, env, encoding: 'utf8', timeout: blockTimeoutMs };
  const { status, signal, stdout, stderr } = spawnSync('bash', ['-c', script], options);
  if (status === 0) return;
  throw new Error(`${signal ?? `exit code ${status}`}\n${stdout}${stderr}`);
}

async function check(folder, guide, scratch) {
  install(scratch);
  const free = String(await freePort());
  for (const { kind, text, line } of blocksOf(readFileSync(join(folder, guide), 'utf8'))) {
    const started = Date.now();
    try {
      const local = text.replaceAll(new RegExp(`\\b${port}\\b`, 'g'), free);
      if (kind === 'ts') save(scratch, local);
      else run(scratch, local);
    } catch (error) {
      throw new Error(`${guide}, line ${line}: ${error.message}\n\n${text}`, { cause: error });
    }
    if (kind === 'sh') {
      console.log(
        `${guide.padEnd(18)} line ${String(line).padStart(3)}  ${formatSeconds(Date.now() - started)}`,
      );
    }
  }
}

async function main() {
  const options = parseOptions(process.argv.slice(2), flags);
  const { help, guide: only, keep, folder = join(root, 'docs/guides') } = options;
  if (help) return console.log(usage(`${command} --`, about, flags));
  const all = readdirSync(folder)
    .filter((name) => name.endsWith('.md'))
    .sort();
  const guides = only === undefined ? all : all.filter((name) => name === basename(only));
  if (guides.length === 0) throw new Error(`there is no guide ${only}, only ${all.join(', ')}`);
  const started = Date.now();
  for (const guide of guides) {
    const scratch = mkdtempSync(join(tmpdir(), `roentgen-guide-${basename(guide, '.md')}-`));
    try {
      await check(folder, guide, scratch);
    } finally {
      if (keep) console.log(`${guide} ran in ${scratch}`);
      else rmSync(scratch, { recursive: true, force: true });
    }
  }
  console.log(
    `guides: ${guides.length} as their readers would, in ${formatSeconds(Date.now() - started)}`,
  );
}

await main().catch((error) => {
  console.error(`guides: ${error.message}`);
  process.exitCode = 1;
});
