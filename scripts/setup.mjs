#!/usr/bin/env node
/** Brings whatever is missing to build and run: npm packages, LibTorch, the addon, the TypeScript build, the page. */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureAddon, runCoreTests } from './setup/addon.mjs';
import { SetupError, createReporter, formatSeconds } from './setup/console.mjs';
import { ensureLibTorch } from './setup/libtorch.mjs';
import { acquireLock } from './setup/lock.mjs';
import { helpText, parseOptions } from './setup/options.mjs';
import { ensurePackages } from './setup/packages.mjs';
import { ensurePage } from './setup/page.mjs';
import { ensureTypeScript } from './setup/typescript.mjs';

const root = resolve(fileURLToPath(import.meta.url), '../..');
/** The installed package has neither lock file nor sources: it needs only LibTorch and the addon. */
const isCheckout = existsSync(join(root, 'package-lock.json'));
const command = isCheckout ? 'npm run setup' : 'npx roentgen setup';

/** Node's versions by package.json's "engines"; npm only warns of it, and set-up may run without npm. */
function requireNode(version) {
  const [major, minor] = version.split('.').map(Number);
  if (major > 22 || (major === 22 && minor >= 12) || (major === 20 && minor >= 19)) return;
  throw new SetupError(`Node ${version} does not do; 20.19, 22.12 or a newer one is needed`);
}

async function main(report) {
  const options = parseOptions(process.argv.slice(2));
  if (options.help) return report.line(helpText(isCheckout ? `${command} --` : command));
  requireNode(process.versions.node);
  const started = Date.now();
  const context = {
    root,
    home: join(root, '.libtorch'),
    env: process.env,
    report,
    command,
    ...options,
  };
  const release = await acquireLock(root, report);
  try {
    if (isCheckout) await ensurePackages(context);
    const libtorch = await ensureLibTorch(context);
    if (options.coreTests) {
      await runCoreTests(context, libtorch);
    } else {
      await ensureAddon(context, libtorch);
      if (isCheckout) {
        await ensureTypeScript(context);
        await ensurePage(context);
      }
    }
  } finally {
    release();
  }
  report.step('done', `in ${formatSeconds(Date.now() - started)}`);
}

const report = createReporter();
main(report).catch((error) => {
  report.failure(error);
  process.exitCode = 1;
});
