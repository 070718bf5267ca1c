#!/usr/bin/env node
/** Builds native/ against a CUDA LibTorch and runs the core tests on that build: no GPU is needed. */
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, buildFolder, coreChecks, keyOf, runCoreTests, runProgram } from './setup/addon.mjs';
import { SetupError, createReporter, formatSeconds } from './setup/console.mjs';
import { stampOf } from './setup/files.mjs';
import { ensureLibTorch } from './setup/libtorch.mjs';
import { acquireLock } from './setup/lock.mjs';
import { missingLibraries, neededLibraries } from './setup/needed.mjs';
import { parseOptions, usage } from './setup/options.mjs';
import { ensurePackages } from './setup/packages.mjs';

const root = resolve(fileURLToPath(import.meta.url), '../..');
const command = 'npm run check:cuda';

const flags = [
  {
    name: 'torch',
    value: 'X.Y.Z',
    help: 'check against this release of LibTorch (default: the one that set-up installs)',
    pattern: /^\d+\.\d+\.\d+$/,
  },
  { name: 'if-available', help: 'end well, with a word, where no CUDA LibTorch can be had' },
  { name: 'offline', help: 'never reach for the network; local wheels and caches only' },
  { name: 'force', help: 'compile from nothing, even where nothing changed' },
  { name: 'help', help: 'show this text' },
];
const about = [
  'Brings a CUDA LibTorch (1.3 GB to download, 4 GB below .libtorch), compiles the addon and the C++ tests against',
  'it into build/cuda, checks that they ask for libtorch_cuda, and runs the tests, on a GPU only where there is one.',
];

/** What a program must ask for: where the linker drops these, LibTorch runs without CUDA and says nothing. */
const cudaLibraries = ['libtorch_cuda.so', 'libc10_cuda.so'];
const programs = ['Release/roentgen.node', 'roentgen_core_tests', 'roentgen_train_check'];

async function main(report) {
  const options = parseOptions(process.argv.slice(2), flags);
  if (options.help) return report.line(usage(`${command} --`, about, flags));
  const { torch: version, ...rest } = options;
  const started = Date.now();
  const context = {
    ...{ root, env: process.env, report, command, ...rest },
    ...{ cuda: true, version, remember: false },
    home: join(root, '.libtorch', version ?? ''),
    buildFolder: version ? `build/cuda-${version}` : 'build/cuda',
  };
  const release = await acquireLock(root, report);
  try {
    await ensurePackages({ ...context, force: false });
    const libtorch = await findLibTorch(context);
    if (libtorch) await check(context, libtorch);
  } finally {
    release();
  }
  report.step('done', `in ${formatSeconds(Date.now() - started)}`);
}

/** Undefined where there is none and that is no failure. */
async function findLibTorch(context) {
  const { report, ifAvailable = false } = context;
  try {
    // --force is for the build; what was downloaded does not change.
    return await ensureLibTorch({ ...context, force: false });
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    if (!ifAvailable) throw error;
    report.line(error.message);
    report.step('skipped', 'no CUDA LibTorch can be had here; native/ was NOT checked against one');
    return undefined;
  }
}

async function check(context, libtorch) {
  const { report, buildFolder: folder, force = false } = context;
  const key = keyOf(root, ['native'], libtorch);
  const stamp = stampOf(root, folder.replace('build/', ''));
  if (!force && stamp.matches(key)) {
    return report.step('checked', 'before, and nothing changed since; --force repeats it');
  }
  stamp.clear();
  const started = Date.now();
  report.step('compiling', `native/ into ${folder} (about 6 minutes on 2 cores from nothing) …`);
  await build(context, libtorch, coreChecks);
  await build({ ...context, force: false }, libtorch, 'roentgen');
  requireHeaders(context);
  report.step('compiled', formatSeconds(Date.now() - started));
  for (const program of programs) await checkLinks(context, program);
  await runCoreTests({ ...context, force: false }, libtorch);
  await useGpu(context);
  stamp.write(key);
}

/** CMakeLists.txt leaves out what needs CUDA's headers where it finds none; here that would check nothing. */
function requireHeaders(context) {
  const cache = readFileSync(join(buildFolder(context), 'CMakeCache.txt'), 'utf8');
  if (!/^CUDA_INCLUDE:PATH=.*NOTFOUND$/m.test(cache)) return;
  throw new SetupError("CUDA's headers were found neither beside LibTorch nor in CUDA_HOME", [
    `CUDA_HOME=/path/to/cuda ${command}`,
    'python3 -m pip install "cuda-toolkit[crt,cccl,cudart]"    # beside torch',
  ]);
}

async function checkLinks(context, program) {
  const { env, report } = context;
  const file = join(buildFolder(context), program);
  const needed = await neededLibraries(file, env);
  const dropped = cudaLibraries.filter((name) => !needed.includes(name));
  if (dropped.length > 0) {
    throw new SetupError(`${program} does not ask for ${dropped.join(' and ')}`);
  }
  const missing = await missingLibraries(file, env);
  if (missing.length > 0) throw new SetupError(`${program} would not find ${missing.join(', ')}`);
  report.step('linked', `${program} asks for ${cudaLibraries.join(' and ')}; none is missing`);
}

async function useGpu(context) {
  if (!existsSync('/dev/nvidiactl')) {
    return context.report.step('GPU', 'none here: what runs on one was compiled, not run');
  }
  await runProgram(context, 'roentgen_train_check', ['--device', 'cuda', '--compare-cpu']);
}

const report = createReporter(process.stdout, 'check:cuda');
main(report).catch((error) => {
  report.failure(error);
  process.exitCode = 1;
});
