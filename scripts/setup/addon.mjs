/** The native addon and the C++ tests: configured and built by cmake-js when a source or LibTorch changed. */
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism, totalmem } from 'node:os';
import { join } from 'node:path';
import { SetupError, formatSeconds } from './console.mjs';
import { hashInputs, stampOf, walk } from './files.mjs';
import { lastLines, run, which } from './process.mjs';

const limitMs = 60 * 60_000;
const testLimitMs = 30 * 60_000;
/** A file that includes torch.h takes up to this much memory to compile. */
const bytesPerCompiler = 2 * 2 ** 30;

const missingTool = {
  cmake: [
    'apt-get install -y cmake g++',
    'python3 -m pip install cmake',
    'dnf install cmake gcc-c++',
  ],
  compiler: ['apt-get install -y g++', 'dnf install gcc-c++', 'CXX=/path/to/g++ npm run setup'],
};

/** Builds `build/native/Release/roentgen.node`. */
export async function ensureAddon(context, libtorch) {
  const { root, report, force = false } = context;
  const output = join(root, 'build/native/Release/roentgen.node');
  const key = keyOf(root, ['native/core', 'native/binding'], libtorch);
  const stamp = stampOf(root, 'addon');
  if (existsSync(output) && !force && stamp.matches(key)) return report.step('addon', 'up to date');
  stamp.clear();
  const started = Date.now();
  report.step('addon', 'compiling (about 3 minutes on 2 cores from nothing) …');
  await build(context, libtorch, 'roentgen');
  if (!existsSync(output)) throw new SetupError(`the build ended without ${output}`);
  stamp.write(key);
  report.step('addon', `built, ${formatSeconds(Date.now() - started)}`);
}

/** Builds the C++ tests in the same folder, so that the core is compiled once, and runs them. */
export async function runCoreTests(context, libtorch) {
  const { report } = context;
  const started = Date.now();
  report.step('core tests', 'compiling …');
  await build(context, libtorch, coreChecks);
  report.step('core tests', `built, ${formatSeconds(Date.now() - started)}`);
  await runProgram(context, 'roentgen_core_tests');
  // A team of threads beside other work spends most of such short steps waiting.
  const env = { ...context.env, OMP_NUM_THREADS: '1' };
  await runProgram({ ...context, env }, 'roentgen_train_check', quickTraining);
}

/** The target of everything that checks the core without Node. */
export const coreChecks = 'roentgen_core_checks';

/** Some seconds of training on the CPU in both precisions, which must learn alike. */
const quickTraining = [
  ...['--model', 'models/resnet18.json', '--size', '64', '--batch', '8', '--steps', '40'],
  ...['--precision', 'bf16', '--compare-cpu'],
];

/** Runs a program of the build folder, showing what it prints. */
export async function runProgram(context, name, args = []) {
  const { root, env } = context;
  const options = { cwd: root, env, timeoutMs: testLimitMs, inherit: true };
  const result = await run(join(buildFolder(context), name), args, options);
  if (!result.ok) throw new SetupError(`${name}: ${result.reason}`);
}

/** The folder of this build; `context.buildFolder` below the root, default build/native. */
export const buildFolder = ({ root, buildFolder: folder = 'build/native' }) => join(root, folder);

/** What a build of `folders` depends on, as one hash. */
export function keyOf(root, folders, { path, version, cuda }) {
  const files = ['CMakeLists.txt', ...folders].flatMap((name) => sourcesOf(join(root, name)));
  const { version: api } = packageJson(root, 'node-addon-api');
  return hashInputs(root, files, { path, version, cuda, api, arch: process.arch });
}

const sourcesOf = (path) => (path.endsWith('.txt') ? [path] : walk(path));

/** Dependencies of an installed package may lie beside it, so they are resolved, not assumed. */
function packageJson(root, name) {
  const require = createRequire(join(root, 'package.json'));
  return require(`${name}/package.json`);
}

/** Configures and builds one target of CMakeLists.txt against `libtorch`. */
export async function build(context, libtorch, target) {
  const { root, env, report, force = false } = context;
  requireTools(env);
  const out = buildFolder(context);
  const anew = force || wasConfiguredElsewhere(root, out, env);
  if (anew) rmSync(out, { recursive: true, force: true });
  const logFile = join(root, 'build/setup', `${target}.log`);
  rmSync(logFile, { force: true });

  const program = createRequire(join(root, 'package.json')).resolve('cmake-js/bin/cmake-js');
  const settings = [`--CDLIBTORCH=${libtorch.path}`];
  // On wherever the tests' sources are: the target is only built when asked for, and one configuration serves both.
  if (existsSync(join(root, 'native/tests'))) settings.push('--CDROENTGEN_CORE_TESTS=ON');
  const common = ['-d', root, '-O', out, '-G', generatorFor(env), ...settings];
  const jobs = Math.max(
    1,
    Math.min(availableParallelism(), Math.floor(totalmem() / bytesPerCompiler)),
  );
  const commands = [
    ['configure', ...common],
    ['build', ...common, '-T', target, '-p', String(jobs)],
  ];
  for (const args of commands) {
    const options = { cwd: root, env, timeoutMs: limitMs, logFile, onLine: progressOf(report) };
    const result = await run(process.execPath, [program, ...args], options);
    if (!result.ok) {
      const tail = lastLines(result.output, 60);
      throw new SetupError(
        `cmake-js ${args[0]}: ${result.reason}\n${tail}\nThe whole log: ${logFile}`,
      );
    }
  }
}

function requireTools(env) {
  if (!which('cmake', env)) throw new SetupError('cmake is not on PATH', missingTool.cmake);
  const compilers = env.CXX ? [env.CXX.split(' ')[0]] : ['c++', 'g++', 'clang++'];
  if (!compilers.some((name) => which(name, env))) {
    throw new SetupError(`no C++ compiler on PATH (${compilers.join(', ')})`, missingTool.compiler);
  }
}

const generatorFor = (env) => (which('ninja', env) ? 'Ninja' : 'Unix Makefiles');

/** Whether CMake's cache is of a moved checkout or another generator; CMake would refuse to go on. */
function wasConfiguredElsewhere(root, out, env) {
  const cache = join(out, 'CMakeCache.txt');
  if (!existsSync(cache)) return false;
  const text = readFileSync(cache, 'utf8');
  const value = (name) => new RegExp(`^${name}:INTERNAL=(.*)$`, 'm').exec(text)?.[1];
  return value('CMAKE_HOME_DIRECTORY') !== root || value('CMAKE_GENERATOR') !== generatorFor(env);
}

/** Shows Ninja's `[3/40]` or make's `[ 12%]` lines as they come. */
function progressOf(report) {
  return (line) => {
    if (/^\[\s*\d+(%|\/\d+)\]/.test(line)) report.progress(line);
  };
}
