/** Every layering rule can fail: each is broken once in a small project, and named. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import test, { type ExecutionContext } from 'ava';

const repository = resolve('.');

function project(t: ExecutionContext, files: Record<string, string>): string {
  const root = mkdtempSync(join(tmpdir(), 'roentgen-layers-'));
  t.teardown(() => {
    rmSync(root, { recursive: true });
  });
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), text);
  }
  symlinkSync(join(repository, 'node_modules'), join(root, 'node_modules'));
  return root;
}

function runIn(root: string, ...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, {
    cwd: root,
    encoding: 'utf8',
  });
  return { status, text: stdout + stderr };
}

function cruise(t: ExecutionContext, files: Record<string, string>) {
  const root = project(t, {
    'package.json': JSON.stringify({ dependencies: { zod: '*' }, devDependencies: { ava: '*' } }),
    'tsconfig.json': '{"compilerOptions": {"module": "nodenext"}}',
    'src/index.ts': "export * from './training/index.js';\n",
    'src/cli/main.ts': "import '../training/index.js';\n",
    'src/training/index.ts': "import { load } from './fit.js';\nexport const train = load;\n",
    'src/training/fit.ts': "import { load } from '../data/index.js';\nexport { load };\n",
    'src/data/index.ts': "import { open } from '../native/index.js';\nexport const load = open;\n",
    'src/data/scan.ts': 'export const scan = 1;\n',
    'src/models/index.ts': "import '../native/index.js';\nimport 'zod';\n",
    'src/native/index.ts': 'export const open = 1;\n',
    ...files,
  });
  const bin = join(repository, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs');
  return runIn(root, bin, 'src', '--config', join(repository, '.dependency-cruiser.cjs'));
}

test('a project that keeps the layers passes', (t) => {
  const { status, text } = cruise(t, {});
  t.is(status, 0, text);
});

const broken: { rule: string; file: string; text: string }[] = [
  {
    rule: 'native-knows-only-what-is-below',
    file: 'src/native/loader.ts',
    text: "import '../models/index.js';\n",
  },
  {
    rule: 'models-knows-only-what-is-below',
    file: 'src/models/schema.ts',
    text: "import '../data/index.js';\n",
  },
  {
    rule: 'data-knows-only-what-is-below',
    file: 'src/data/pack.ts',
    text: "import '../training/index.js';\n",
  },
  {
    rule: 'cli-is-on-top',
    file: 'src/evaluation/index.ts',
    text: "import '../cli/main.js';\n",
  },
  {
    rule: 'the-public-api-only-looks-down',
    file: 'src/evaluation/index.ts',
    text: "import '../index.js';\n",
  },
  {
    rule: 'only-through-index',
    file: 'src/evaluation/index.ts',
    text: "import '../data/scan.js';\n",
  },
  {
    rule: 'the-public-api-only-through-index',
    file: 'src/index.ts',
    text: "export * from './data/scan.js';\n",
  },
  {
    rule: 'no-cycles',
    file: 'src/data/scan.ts',
    text: "import './scan2.js';\n",
  },
  {
    rule: 'only-what-ships',
    file: 'src/data/pack.ts',
    text: "import '../../test/fixture.js';\n",
  },
  { rule: 'no-development-packages', file: 'src/data/pack.ts', text: "import 'ava';\n" },
  { rule: 'everything-resolves', file: 'src/data/pack.ts', text: "import './absent.js';\n" },
];

for (const { rule, file, text } of broken) {
  test(`${rule} can fail`, (t) => {
    const result = cruise(t, {
      'test/fixture.ts': 'export const fixture = 1;\n',
      'src/data/scan2.ts': "import './scan.js';\n",
      'src/data/scan.ts': 'export const scan = 1;\n',
      [file]: text,
    });
    t.not(result.status, 0);
    t.regex(result.text, new RegExp(`error ${rule}: ${file}`));
  });
}

const borders: { what: string; file: string; text: string; rule: string }[] = [
  {
    what: 'Node in the core',
    file: 'native/core/network/network.cpp',
    text: '#include <vector>\n#include <napi.h>\n',
    rule: "native/core/network/network.cpp:2: only native/binding includes Node's headers",
  },
  {
    what: 'Node in the C++ tests',
    file: 'native/tests/main.cpp',
    text: '#include "node_api.h"\n',
    rule: "native/tests/main.cpp:1: only native/binding includes Node's headers",
  },
  {
    what: 'the binding in the core',
    file: 'native/core/io/reader.h',
    text: '#include "../../binding/convert.h"\n',
    rule: 'native/core/io/reader.h:1: native/core knows nothing of the binding',
  },
  {
    what: 'the addon outside src/native',
    file: 'src/training/fit.ts',
    text: "const addon = require('../../build/native/Release/roentgen.node');\n",
    rule: 'src/training/fit.ts:1: only src/native loads the addon',
  },
];

for (const { what, file, text, rule } of borders) {
  test(`${what} is a violation`, (t) => {
    const root = project(t, {
      'native/binding/addon.cpp': '#include <napi.h>\n',
      'src/native/loader.ts': "require('roentgen.node');\n",
      [file]: text,
    });
    const result = runIn(root, join(repository, 'scripts/check-layers.mjs'));
    t.is(result.status, 1);
    t.deepEqual(result.text.trim().split('\n').sort(), ['layers: 1 violations', rule].sort());
  });
}
