/** Where this package stands, in a checkout or below node_modules, and its version. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

function findRoot(from: string): string {
  const isRoot = existsSync(join(from, 'models')) && existsSync(join(from, 'CMakeLists.txt'));
  return isRoot || dirname(from) === from ? from : findRoot(dirname(from));
}

/** Absolute path of the folder that holds package.json, models/ and the built addon. */
export const packageRoot = findRoot(__dirname);

const manifest = JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8')) as {
  version: string;
};

/** This package's own version. */
export const packageVersion = manifest.version;
