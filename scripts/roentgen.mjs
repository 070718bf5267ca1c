#!/usr/bin/env node
/** The command `roentgen`: `setup` runs before anything is built, every other verb is in dist/src/cli. */
import { existsSync } from 'node:fs';
import module from 'node:module';
import { join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = resolve(fileURLToPath(import.meta.url), '../..');
const isCheckout = existsSync(join(root, 'package-lock.json'));
/** The addon may be missing: `doctor` tells so, and whatever needs it says how to build it. */
const program = 'dist/src/cli/main.js';

if (process.argv[2] === 'setup') {
  process.argv.splice(2, 1);
  await import('./setup.mjs');
} else if (existsSync(join(root, program))) {
  // From Node 22.1 on: a tenth of a second less for each later start.
  module.enableCompileCache?.();
  await import(pathToFileURL(join(root, program)).href);
} else {
  const command = isCheckout ? 'npm run setup' : 'npx roentgen setup';
  console.error(`roentgen: ${program} is missing; run: ${command}`);
  process.exitCode = 1;
}
