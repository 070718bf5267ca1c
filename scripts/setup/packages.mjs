/** The npm packages: installed with `npm ci` when what lies in node_modules is not what the lock file says. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { SetupError, formatSeconds } from './console.mjs';
import { readJson } from './files.mjs';
import { lastLines, run } from './process.mjs';

const limitMs = 20 * 60_000;

/** Package folders that package-lock.json asks for and node_modules lacks or has in another version. */
export function missingPackages(root) {
  const wanted = readJson(join(root, 'package-lock.json'))?.packages ?? {};
  // npm writes this beside what it installs; comparing the two takes milliseconds where `npm ls` takes seconds.
  const present = readJson(join(root, 'node_modules', '.package-lock.json'))?.packages ?? {};
  return Object.entries(wanted)
    .filter(([folder, { optional, devOptional }]) => folder !== '' && !optional && !devOptional)
    .filter(([folder, { version, integrity }]) => {
      const found = present[folder];
      const same = found?.version === version && found.integrity === integrity;
      return !same || !existsSync(join(root, folder, 'package.json'));
    })
    .map(([folder]) => folder);
}

/** Runs `npm ci` where a package is missing, or always with `force`. */
export async function ensurePackages({ root, env, report, force = false, offline = false }) {
  const missing = missingPackages(root);
  if (missing.length === 0 && !force) return report.step('npm packages', 'up to date');
  const started = Date.now();
  report.step('npm packages', `npm ci (${missing.length} missing or outdated) …`);
  const args = ['ci', '--no-audit', '--no-fund', '--fetch-timeout=60000', '--fetch-retries=1'];
  args.push(offline ? '--offline' : '--prefer-offline');
  const logFile = join(root, 'build', 'setup', 'npm.log');
  const result = await run('npm', args, { cwd: root, env, timeoutMs: limitMs, logFile });
  if (!result.ok) {
    throw new SetupError(
      `npm ci: ${result.reason}\n${lastLines(result.output, 20)}\nThe whole log: ${logFile}`,
      [
        'npm ci --fetch-timeout=300000    # a slow network',
        'npm config get registry          # a registry that cannot be reached from here?',
        'rm -rf node_modules && npm ci    # a broken installation',
      ],
    );
  }
  report.step('npm packages', `installed, ${formatSeconds(Date.now() - started)}`);
}
