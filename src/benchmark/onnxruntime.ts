/** onnxruntime-node to compare with: where it is. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder } from '../data/index.js';
import { RoentgenError } from '../native/index.js';

export const onnxruntimeVersion = '1.30.0';

/** Its package, in any folder that npm installed into. */
export const onnxruntimeIn = (folder: string): string =>
  join(folder, 'node_modules', 'onnxruntime-node');

/** The folder of our cache into which npm may install it. */
export function onnxruntimeCache(): string {
  return join(cacheFolder(), `onnxruntime-node-${onnxruntimeVersion}`);
}

/**
 * The folder of the package: in ROENTGEN_ONNXRUNTIME, into which it was installed, or in our cache; undefined where it
 * is in neither.
 * @throws RoentgenError ERR_UNSUPPORTED where ROENTGEN_ONNXRUNTIME names a folder without it
 */
export function locateOnnxruntime(): string | undefined {
  const given = process.env['ROENTGEN_ONNXRUNTIME'];
  const found = onnxruntimeIn(given ?? onnxruntimeCache());
  if (existsSync(found)) return found;
  if (given === undefined) return undefined;
  throw new RoentgenError(
    'ERR_UNSUPPORTED',
    `ROENTGEN_ONNXRUNTIME is ${given}, which has no node_modules/onnxruntime-node: let it name a folder for ` +
      `which "npm install --prefix FOLDER --ignore-scripts onnxruntime-node@${onnxruntimeVersion}" was run`,
  );
}
