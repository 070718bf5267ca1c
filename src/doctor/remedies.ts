/** What helps in more than one place. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../native/index.js';

const isCheckout = existsSync(join(packageRoot, 'package-lock.json'));

/** The command that brings LibTorch and builds the addon, with or without flags of its own. */
export function setupWith(flags = ''): string {
  const command = isCheckout ? `npm run setup${flags && ' --'}` : 'npx roentgen setup';
  return [command, ...(flags ? [flags] : [])].join(' ');
}
