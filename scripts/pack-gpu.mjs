#!/usr/bin/env node
/** Packs what a GPU machine without Node and network needs to build, check and measure roentgen into one archive. */
import {
  chmodSync,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SetupError, createReporter, formatSeconds } from './setup/console.mjs';
import { readJson } from './setup/files.mjs';
import { parseOptions, usage } from './setup/options.mjs';
import { lastLines, run, which } from './setup/process.mjs';

const root = resolve(fileURLToPath(import.meta.url), '../..');
const command = 'npm run pack:gpu';

const flags = [{ name: 'help', help: 'show this text' }];
const about = [
  'Writes OUT.tar.xz with Node, the compiled TypeScript, the sources and the npm packages of this checkout, for a',
  'machine that has LibTorch, CMake and a compiler, but neither Node nor a network. There: ./run.sh --help',
];

/** What goes in beside Node and the packages; without the lock file set-up takes it for an installed package. */
const contents = [
  ...['dist/src', 'dist/www', 'dist/scripts', 'models', 'native', 'scripts', 'test/fixtures'],
  ...['CMakeLists.txt', 'package.json', 'LICENSE'],
];

/** Most bytes of the archive: what machines lent for an hour let in at once. */
const limitBytes = 60 * 2 ** 20;
const limitMs = 15 * 60_000;

/** Of packages and of our own build: source maps, types and prose; nothing reads them at run time. */
const left = /\.(map|d\.[cm]?ts|md|markdown)$/i;

async function main(report) {
  const argv = process.argv.slice(2);
  const out = argv.find((argument) => !argument.startsWith('--'));
  const options = parseOptions(
    argv.filter((argument) => argument !== out),
    flags,
  );
  if (options.help) return report.line(usage(`${command} -- OUT.tar.xz`, about, flags));
  if (!out) throw new SetupError(`no file was named; for example: ${command} -- roentgen.tar.xz`);
  const started = Date.now();
  const programs = ['strip', 'tar', 'xz'];
  const missing = programs.filter((name) => !which(name));
  if (missing.length > 0) throw new SetupError(`not on PATH: ${missing.join(', ')}`);

  const folder = mkdtempSync(join(tmpdir(), 'roentgen-pack-'));
  try {
    const stage = join(folder, 'roentgen');
    await copyNode(stage);
    report.step('Node', `${process.version} for ${process.arch}, without symbols`);
    for (const name of contents) copyPart(stage, name);
    report.step('sources', contents.join(', '));
    const packages = productionPackages();
    for (const name of packages) copyPart(stage, name);
    report.step('npm packages', `${packages.length} that the compiled code or its build needs`);
    for (const name of ['run.sh', 'README.md']) {
      copyFileSync(join(root, 'scripts/gpu', name), join(stage, name));
    }
    report.step('compressing', 'with xz (about a minute) …');
    await compress(folder, resolve(out));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  report.step('done', `${out}, ${formatMebibytes(out)}, in ${formatSeconds(Date.now() - started)}`);
}

const formatMebibytes = (file) => `${(statSync(file).size / 2 ** 20).toFixed(1)} MiB`;

async function copyNode(stage) {
  const program = join(stage, 'node/bin/node');
  mkdirSync(dirname(program), { recursive: true });
  copyFileSync(process.execPath, program);
  chmodSync(program, 0o755);
  await must('strip', [program]);
  // A Node that is a script's wrapper or lives off libraries beside it does not run elsewhere.
  await must(program, ['--eval', '0']);
}

function copyPart(stage, name) {
  const source = join(root, name);
  if (!existsSync(source)) throw new SetupError(`${name} is missing`, ['npm run setup']);
  const filter = (file) => {
    const path = relative(source, file);
    // What is nested in a package is a package of its own, in the lock file's list or not wanted.
    const nested = name.startsWith('node_modules/') && basename(path) === 'node_modules';
    return !nested && !left.test(path);
  };
  cpSync(source, join(stage, name), { recursive: true, filter });
}

/** Folders of the packages that are not for development only and that npm has installed on this platform. */
function productionPackages() {
  const { packages = {} } = readJson(join(root, 'package-lock.json')) ?? {};
  return Object.entries(packages)
    .filter(([folder, { dev, devOptional }]) => folder !== '' && !dev && !devOptional)
    .map(([folder]) => folder)
    .filter((folder) => existsSync(join(root, folder, 'package.json')));
}

async function compress(folder, out) {
  mkdirSync(dirname(out), { recursive: true });
  const temporary = `${out}.${process.pid}`;
  try {
    const owner = ['--owner=0', '--group=0', '--sort=name'];
    await must('tar', ['-C', folder, '-cJf', temporary, ...owner, 'roentgen'], {
      env: { ...process.env, XZ_OPT: '-6 -T0' },
    });
    if (statSync(temporary).size > limitBytes) {
      throw new SetupError(
        `the archive has ${formatMebibytes(temporary)}, ${limitBytes / 2 ** 20} MiB is the most`,
      );
    }
    renameSync(temporary, out);
  } finally {
    rmSync(temporary, { force: true });
  }
}

async function must(program, args, options = {}) {
  const result = await run(program, args, { timeoutMs: limitMs, ...options });
  if (!result.ok) {
    throw new SetupError(`${program}: ${result.reason}\n${lastLines(result.output, 5)}`);
  }
}

const report = createReporter(process.stdout, 'pack:gpu');
main(report).catch((error) => {
  report.failure(error);
  process.exitCode = 1;
});
