/** onnxruntime-node to compare with: where it is, or brought into the cache folder once. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { cacheFolder } from '../../src/data/index.js';
import { RoentgenError } from '../../src/native/index.js';

export const onnxruntimeVersion = '1.30.0';

/** Its package, in any folder that npm installed into. */
const packageIn = (folder: string): string => join(folder, 'node_modules', 'onnxruntime-node');

/**
 * The folder of the package: in ROENTGEN_ONNXRUNTIME, into which it was installed, or in our cache, into which npm
 * installs it (290 MB) without the script that would download libraries for CUDA.
 * Throws ERR_UNSUPPORTED where there is none and npm cannot get it.
 */
export async function findOnnxruntime(say: (line: string) => void): Promise<string> {
  const given = process.env['ROENTGEN_ONNXRUNTIME'];
  if (given !== undefined) {
    if (existsSync(packageIn(given))) return packageIn(given);
    throw new RoentgenError(
      'ERR_UNSUPPORTED',
      `ROENTGEN_ONNXRUNTIME is ${given}, which has no node_modules/onnxruntime-node: let it name a folder for ` +
        `which "npm install --prefix FOLDER --ignore-scripts onnxruntime-node@${onnxruntimeVersion}" was run`,
    );
  }
  const folder = join(cacheFolder(), `onnxruntime-node-${onnxruntimeVersion}`);
  if (existsSync(packageIn(folder))) return packageIn(folder);
  say(`installing onnxruntime-node ${onnxruntimeVersion} (290 MB) into ${folder}`);
  const name = `onnxruntime-node@${onnxruntimeVersion}`;
  try {
    await promisify(execFile)('npm', ['install', '--prefix', folder, '--ignore-scripts', name]);
  } catch (cause) {
    throw new RoentgenError(
      'ERR_UNSUPPORTED',
      'there is no onnxruntime-node to compare with, and npm could not install it: let ROENTGEN_ONNXRUNTIME name a ' +
        'folder with node_modules/onnxruntime-node',
      { cause },
    );
  }
  return packageIn(folder);
}
