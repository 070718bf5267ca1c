/** The TypeScript build: sources and tests into dist, when a source changed or an output is gone. */
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { SetupError, formatSeconds } from './console.mjs';
import { hashInputs, stampOf, walk } from './files.mjs';
import { run } from './process.mjs';

const sourceFolders = ['src', 'test', 'scripts/bench', 'examples', 'page/src/session'];
/** What of dist is not tsc's. */
const builtPage = 'dist/www';
const limitMs = 10 * 60_000;

/** Compiles with the project's own tsc. */
export async function ensureTypeScript({ root, report, force = false }) {
  const started = Date.now();
  const sources = sourceFolders.flatMap((folder) => walk(join(root, folder))).filter(isSource);
  const settings = ['tsconfig.json', 'package.json'].map((name) => join(root, name));
  const compiler = join(root, 'node_modules/typescript');
  const { version } = JSON.parse(readFileSync(join(compiler, 'package.json'), 'utf8'));
  const key = hashInputs(root, [...settings, ...sources], { typescript: version });
  const stamp = stampOf(root, 'typescript');
  const complete = sources.every((file) => existsSync(outputOf(root, file)));
  removeOrphans(root, sources);
  if (complete && !force && stamp.matches(key)) return report.step('TypeScript', 'up to date');

  // Believing its build info, tsc would not write again what was deleted from dist.
  if (!complete || force) rmSync(join(root, 'build', 'tsconfig.tsbuildinfo'), { force: true });
  const result = await run(process.execPath, [join(compiler, 'bin/tsc'), '-p', 'tsconfig.json'], {
    cwd: root,
    timeoutMs: limitMs,
  });
  if (!result.ok) {
    throw new SetupError(`TypeScript does not compile (${result.reason})\n${result.output}`);
  }
  stamp.write(key);
  report.step('TypeScript', `compiled, ${formatSeconds(Date.now() - started)}`);
}

const isSource = (file) => /\.[cm]?ts$/.test(file) && !/\.d\.[cm]?ts$/.test(file);

const outputOf = (root, source) => {
  return join(root, 'dist', relative(root, source)).replace(/\.([cm]?)ts$/, '.$1js');
};

/** Removes what sources that are gone left in dist; ava would still run a deleted test. */
function removeOrphans(root, sources) {
  const outputs = new Set(sources.map((source) => outputOf(root, source)));
  const builtByVite = join(root, builtPage, '/');
  for (const file of walk(join(root, 'dist')).filter((one) => !one.startsWith(builtByVite))) {
    const output = file.replace(/(\.d\.[cm]?ts|\.[cm]?js)(\.map)?$/, (_match, extension) => {
      return extension.replace(/^\.d/, '').replace('ts', 'js');
    });
    if (/\.[cm]?js$/.test(output) && !outputs.has(output)) rmSync(file);
  }
}
