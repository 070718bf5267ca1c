/** onnxruntime-node to compare with, brought into the cache folder once where it is nowhere. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import {
  locateOnnxruntime,
  onnxruntimeCache,
  onnxruntimeIn,
  onnxruntimeVersion,
} from '../../src/benchmark/index.js';
import { RoentgenError } from '../../src/native/index.js';

/**
 * The folder of the package: where `locateOnnxruntime` finds it, or in our cache, into which npm installs it (290 MB)
 * without the script that would download libraries for CUDA.
 * Throws ERR_UNSUPPORTED where there is none and npm cannot get it.
 */
export async function findOnnxruntime(say: (line: string) => void): Promise<string> {
  const found = locateOnnxruntime();
  if (found !== undefined) return found;
  const folder = onnxruntimeCache();
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
  return onnxruntimeIn(folder);
}
