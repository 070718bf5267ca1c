#!/usr/bin/env node
/** The borders that no import graph shows: which C++ may include Node's headers, and who may load the addon. */
import { readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { walk } from './setup/files.mjs';

const nodeHeaders = /^\s*#\s*include\s*[<"](napi|node_api|js_native_api|node|uv|v8)[\w-]*\.h[>"]/;

/** In `folder`, but not in `except`, no line of a file named like `files` may match `forbidden`. */
const borders = [
  {
    folder: 'native',
    except: 'native/binding',
    files: /\.(h|hpp|cc|cpp)$/,
    forbidden: nodeHeaders,
    rule: "only native/binding includes Node's headers",
  },
  {
    folder: 'native/core',
    files: /\.(h|hpp|cc|cpp)$/,
    forbidden: /^\s*#\s*include\s*[<"](.*\/)?binding\//,
    rule: 'native/core knows nothing of the binding',
  },
  {
    folder: 'src',
    except: 'src/native',
    files: /\.ts$/,
    forbidden: /\.node['"`]|\bdlopen\b/,
    rule: 'only src/native loads the addon',
  },
];

/** Every broken border below `root`, as `file:line: rule`. */
function violations(root) {
  return borders.flatMap(({ folder, except, files, forbidden, rule }) => {
    return walk(join(root, folder))
      .map((file) => relative(root, file))
      .filter((file) => files.test(file) && !(except && file.startsWith(`${except}/`)))
      .flatMap((file) => {
        const lines = readFileSync(join(root, file), 'utf8').split('\n');
        const broken = lines.flatMap((line, index) => (forbidden.test(line) ? [index + 1] : []));
        return broken.map((number) => `${file}:${number}: ${rule}`);
      });
  });
}

const found = violations(process.cwd());
for (const violation of found) console.error(violation);
console.log(`layers: ${found.length} violations`);
process.exitCode = found.length > 0 ? 1 : 0;
