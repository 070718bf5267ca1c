/** Loads the addon, says so at once, and ends. */
import { systemInfo } from '../../../src/native/index.js';

process.stdout.write(`${systemInfo().torchVersion}\n`);
