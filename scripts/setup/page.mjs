/** The server's page: built by Vite into dist/www, when a source changed or a file of it is gone. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SetupError, formatSeconds } from './console.mjs';
import { hashInputs, readJson, stampOf, walk } from './files.mjs';
import { run } from './process.mjs';

/** What goes into it from outside of its folder. */
const sharedSources = ['src/explanation/methods.ts', 'src/models/notice.ts'];
const tools = ['vite', 'preact'];
const limitMs = 5 * 60_000;

/** Builds with the project's own Vite. */
export async function ensurePage({ root, report, force = false }) {
  const started = Date.now();
  const versionOf = (name) => readJson(join(root, 'node_modules', name, 'package.json'))?.version;
  const versions = Object.fromEntries(tools.map((name) => [name, versionOf(name)]));
  const sources = [...walk(join(root, 'page')), ...sharedSources.map((name) => join(root, name))];
  const key = hashInputs(root, sources, versions);
  const stamp = stampOf(root, 'page');
  if (!force && isComplete(join(root, 'dist/www')) && stamp.matches(key)) {
    return report.step('page', 'up to date');
  }

  const vite = join(root, 'node_modules/vite/bin/vite.js');
  const result = await run(process.execPath, [vite, 'build', 'page'], {
    cwd: root,
    timeoutMs: limitMs,
  });
  if (!result.ok)
    throw new SetupError(`the page does not build (${result.reason})\n${result.output}`);
  stamp.write(key);
  report.step('page', `built, ${formatSeconds(Date.now() - started)}`);
}

/** Whether all that the built page asks for is there. */
function isComplete(folder) {
  const html = join(folder, 'index.html');
  if (!existsSync(html)) return false;
  const assets = readFileSync(html, 'utf8').match(/assets\/[\w.-]+/g) ?? [];
  return assets.every((name) => existsSync(join(folder, name)));
}
