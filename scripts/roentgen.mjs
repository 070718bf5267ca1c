#!/usr/bin/env node
/** The command `roentgen`: `setup` runs before anything is built, every other verb is in dist/src/cli. */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = resolve(fileURLToPath(import.meta.url), '../..');
const isCheckout = existsSync(join(root, 'package-lock.json'));
const needed = ['dist/src/cli/main.js', 'build/native/Release/roentgen.node'];

if (process.argv[2] === 'setup') {
  process.argv.splice(2, 1);
  await import('./setup.mjs');
} else {
  const missing = needed.find((file) => !existsSync(join(root, file)));
  if (missing) {
    const command = isCheckout ? 'npm run setup' : 'npx roentgen setup';
    console.error(`roentgen: ${missing} is missing; run: ${command}`);
    process.exitCode = 1;
  } else {
    await import(pathToFileURL(join(root, needed[0])).href);
  }
}
