/** What `npm pack` makes works in an empty project: set-up, both module systems, and the types. */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import test from 'ava';
import { temporaryFolder } from '../temporaryFolder.js';

const repository = resolve('.');

/** The public API that the package promises by name. */
const functions = [
  'train',
  'evaluate',
  'predict',
  'loadModel',
  'demo',
  'doctor',
  'listModels',
  'systemInfo',
  'RoentgenError',
];

/** Run in the consumer, in each module system: says what it got and that the addon answers. */
const useTheApi = `
const names = ${JSON.stringify(functions)};
const wrong = names.filter((name) => typeof roentgen[name] !== 'function');
console.log(JSON.stringify({
  wrong,
  hasModels: roentgen.listModels().includes('lmap3'),
  hasAddon: typeof roentgen.systemInfo() === 'object',
}));
`;

const typedConsumer = `
import { RoentgenError, listModels, loadModel, predict, train, type ErrorCode } from 'roentgen';

export const models: string[] = listModels();
export const code: ErrorCode = new RoentgenError('ERR_IO', 'no disk').code;
export type Trained = Awaited<ReturnType<typeof train>>;
export const pending: Promise<unknown>[] = [loadModel('model.safetensors')];
export const classify: (...parameters: Parameters<typeof predict>) => Promise<unknown> = predict;

// @ts-expect-error a model is loaded from a path
void loadModel(42);
// @ts-expect-error there is no such error code
export const unknown: ErrorCode = 'ERR_UNHEARD_OF';
`;

const compilerOptions = {
  strict: true,
  noEmit: true,
  target: 'es2022',
  module: 'nodenext',
  moduleResolution: 'nodenext',
  types: ['node'],
  typeRoots: [join(repository, 'node_modules/@types')],
};

/** npm tells its children which project they belong to; the consumer is another. */
function environment(): NodeJS.ProcessEnv {
  const ours = /^npm_(package|lifecycle|command|config_local_prefix)|^INIT_CWD$/;
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !ours.test(name)));
}

/** Runs a program to its end, and fails with its output when its exit code is not 0. */
async function run(cwd: string, command: string, args: string[], env = environment()) {
  const child = spawn(command, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  let errors = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text));
  const code = await new Promise((finish, fail) => {
    child.on('error', fail);
    child.on('close', finish);
  });
  if (code !== 0) {
    throw new Error(
      `${[command, ...args].join(' ')}: exit code ${String(code)}\n${output}${errors}`,
    );
  }
  return output;
}

/** Where the repository found LibTorch; these tests run only after set-up. */
function libTorch(): string {
  const location = readFileSync(join(repository, '.libtorch/location.json'), 'utf8');
  return (JSON.parse(location) as { path: string }).path;
}

test('the packed package sets itself up and serves ESM, CommonJS and TypeScript', async (t) => {
  // The addon is compiled once more: minutes on two cores that other tests use too.
  t.timeout(30 * 60_000);
  const folder = await temporaryFolder(t);
  const consumer = join(folder, 'consumer');
  mkdirSync(consumer);
  const files = {
    'package.json': '{ "name": "consumer", "private": true, "type": "module" }',
    'use.mjs': `import * as roentgen from 'roentgen';${useTheApi}`,
    'use.cjs': `const roentgen = require('roentgen');${useTheApi}`,
    'consumer.mts': typedConsumer,
    'consumer.cts': typedConsumer,
    'tsconfig.json': JSON.stringify({ compilerOptions, files: ['consumer.mts', 'consumer.cts'] }),
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(consumer, name), text);

  // Without scripts: prepack would compile into the dist that this very test runs from.
  await run(repository, 'npm', ['pack', '--ignore-scripts', '--pack-destination', folder]);
  const tarball = readdirSync(folder).find((name) => name.endsWith('.tgz'));
  if (!tarball) throw new Error('npm pack wrote no tarball');
  const quiet = ['--prefer-offline', '--no-audit', '--no-fund'];
  await run(consumer, 'npm', ['install', ...quiet, join(folder, tarball)]);
  const installed = join(consumer, 'node_modules/roentgen');
  for (const name of [
    'src',
    'test',
    'native/tests',
    'tsconfig.json',
    'dist/test',
    'page',
    'dist/page',
    'node_modules',
  ]) {
    t.false(existsSync(join(installed, name)), `${name} is not for users`);
  }

  t.true(existsSync(join(installed, 'dist/www/index.html')));
  t.true(existsSync(join(installed, 'scripts/benchmark/pytorch.py')));

  const setup = ['--no-install', 'roentgen', 'setup', '--offline'];
  const printed = await run(consumer, 'npx', setup, { ...environment(), LIBTORCH: libTorch() });
  t.regex(printed, /addon +built/);
  t.notRegex(printed, /npm packages|TypeScript/);
  t.regex(await run(consumer, 'npx', setup), /addon +up to date/);

  for (const name of ['use.mjs', 'use.cjs']) {
    const result: unknown = JSON.parse(await run(consumer, process.execPath, [name]));
    t.deepEqual(result, { wrong: [], hasModels: true, hasAddon: true }, name);
  }
  const tsc = join(repository, 'node_modules/typescript/bin/tsc');
  t.is(await run(consumer, process.execPath, [tsc, '-p', 'tsconfig.json']), '');
});
