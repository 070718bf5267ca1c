/** What makes a step do its work again, and what does not. */
import { existsSync, readFileSync, readdirSync, rmSync, symlinkSync, utimesSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import {
  load,
  repository,
  silentReporter,
  temporaryFolder,
  writeFiles,
  type Context,
  type SetupError,
} from './support.js';

interface Steps {
  missingPackages: (root: string) => string[];
  ensureTypeScript: (context: Context) => Promise<void>;
  ensurePage: (context: Context) => Promise<void>;
  ensureAddon: (context: Context, libtorch: object) => Promise<void>;
  runCoreTests: (context: Context, libtorch: object) => Promise<void>;
}

/** A project with our packages, and the text of the line that `step` prints when it runs. */
async function project(t: ExecutionContext, files: Record<string, string>) {
  const root = temporaryFolder(t);
  writeFiles(root, files);
  symlinkSync(join(repository, 'node_modules'), join(root, 'node_modules'));
  const { report, text } = await silentReporter();
  // Neither a user's ~/.npmrc nor npm's nodedir may be what makes cmake-js work without Node's headers.
  const { npm_config_nodedir: _, ...env } = process.env;
  const context: Context = {
    root,
    home: join(root, '.libtorch'),
    env: { ...env, HOME: root },
    report,
    command: 'npm run setup',
  };
  let seen = 0;
  const printed = async (step: Promise<void>) => {
    await step;
    const added = text().slice(seen);
    seen = text().length;
    return added;
  };
  return { root, context, printed };
}

test('packages are missing when absent, of another version, or gone from the disk', async (t) => {
  const root = temporaryFolder(t);
  const { missingPackages } = await load<Steps>('packages.mjs');
  const entry = (version: string) => ({ version, integrity: `sha512-${version}` });
  const wanted = {
    '': {},
    'node_modules/a': entry('1.0.0'),
    'node_modules/b': entry('2.0.0'),
    'node_modules/c': entry('3.0.0'),
    'node_modules/only-on-windows': { ...entry('1.0.0'), optional: true },
  };
  const present = {
    'node_modules/a': entry('1.0.0'),
    'node_modules/b': entry('1.9.0'),
    'node_modules/c': entry('3.0.0'),
  };
  writeFiles(root, { 'package-lock.json': JSON.stringify({ packages: wanted }) });
  t.is(missingPackages(root).length, 3);
  writeFiles(root, {
    'node_modules/.package-lock.json': JSON.stringify({ packages: present }),
    'node_modules/a/package.json': '{}',
    'node_modules/b/package.json': '{}',
  });
  t.deepEqual(missingPackages(root), ['node_modules/b', 'node_modules/c']);
});

const typeScriptProject = {
  'package.json': '{}',
  'tsconfig.json': JSON.stringify({
    compilerOptions: {
      rootDir: '.',
      outDir: 'dist',
      incremental: true,
      tsBuildInfoFile: 'build/tsconfig.tsbuildinfo',
      types: [],
    },
    include: ['src'],
  }),
  'src/a.ts': 'export const a = 1;\n',
  'src/b.ts': 'export const b = 2;\n',
};

test('TypeScript is compiled when a source changed or an output is gone, not when one was touched', async (t) => {
  const { root, context, printed } = await project(t, typeScriptProject);
  const { ensureTypeScript } = await load<Steps>('typescript.mjs');
  const step = () => printed(ensureTypeScript(context));
  t.regex(await step(), /compiled/);
  t.regex(await step(), /up to date/);

  utimesSync(join(root, 'src/a.ts'), new Date(), new Date());
  t.regex(await step(), /up to date/);

  rmSync(join(root, 'dist/src/a.js'));
  t.regex(await step(), /compiled/);
  t.true(existsSync(join(root, 'dist/src/a.js')));

  writeFiles(root, { 'src/b.ts': 'export const b = 3;\n' });
  t.regex(await step(), /compiled/);
  t.regex(readFileSync(join(root, 'dist/src/b.js'), 'utf8'), /b = 3/);
});

test('what a deleted source left in dist goes', async (t) => {
  const { root, context } = await project(t, typeScriptProject);
  const { ensureTypeScript } = await load<Steps>('typescript.mjs');
  await ensureTypeScript(context);
  rmSync(join(root, 'src/b.ts'));
  await ensureTypeScript(context);
  t.true(existsSync(join(root, 'dist/src/a.js')));
  t.false(existsSync(join(root, 'dist/src/b.js')));
});

test('a type error is shown, and the next run compiles again', async (t) => {
  const { root, context, printed } = await project(t, typeScriptProject);
  const { ensureTypeScript } = await load<Steps>('typescript.mjs');
  writeFiles(root, { 'src/a.ts': 'export const a: string = 1;\n' });
  const error = await t.throwsAsync<SetupError>(ensureTypeScript(context));
  t.regex(error.message, /src\/a\.ts\(1,14\): error TS2322/);
  writeFiles(root, { 'src/a.ts': 'export const a = 1;\n' });
  t.regex(await printed(ensureTypeScript(context)), /compiled/);
});

/** The shape of our page, without Preact. */
const pageProject = {
  'page/index.html': '<script type="module" src="./main.ts"></script>\n',
  'page/main.ts': 'document.title = "first";\n',
  'page/vite.config.mjs': readFileSync(join(repository, 'page/vite.config.mjs'), 'utf8'),
  'src/explanation/methods.ts': '',
  'src/models/notice.ts': '',
};

test('the page is built when a source changed or a file of it is gone, and tsc leaves it alone', async (t) => {
  const { root, context, printed } = await project(t, { ...typeScriptProject, ...pageProject });
  const { ensurePage } = await load<Steps>('page.mjs');
  const { ensureTypeScript } = await load<Steps>('typescript.mjs');
  const step = () => printed(ensurePage(context));
  const built = (): string[] => readdirSync(join(root, 'dist/www/assets'));
  t.regex(await step(), /built/);
  t.regex(await step(), /up to date/);
  const [first = ''] = built();

  await ensureTypeScript(context);
  t.deepEqual(built(), [first]);

  writeFiles(root, { 'page/main.ts': 'document.title = "second";\n' });
  t.regex(await step(), /built/);
  const [second = ''] = built();
  t.not(second, first);
  t.deepEqual(built(), [second], 'what was built before is gone');

  rmSync(join(root, 'dist/www/assets', second));
  t.regex(await step(), /built/);
  t.deepEqual(built(), [second]);
});

test('a page that does not build says why, and is not forgotten', async (t) => {
  const files = { ...pageProject, 'page/main.ts': 'import "./missing.js";\n' };
  const { context } = await project(t, { ...typeScriptProject, ...files });
  const { ensurePage } = await load<Steps>('page.mjs');
  for (const attempt of ['first', 'second']) {
    const error = await t.throwsAsync<SetupError>(ensurePage(context), undefined, attempt);
    t.regex(error.message, /missing\.js/);
  }
});

/** The shape of our CMake project without LibTorch: it compiles in seconds. */
const addonProject = {
  'package.json': readFileSync(join(repository, 'package.json'), 'utf8'),
  'CMakeLists.txt': `cmake_minimum_required(VERSION 3.20)
project(fake CXX)
add_library(core STATIC native/core/core.cpp)
set_target_properties(core PROPERTIES POSITION_INDEPENDENT_CODE ON)
add_library(roentgen SHARED native/binding/addon.cpp)
set_target_properties(roentgen PROPERTIES PREFIX "" SUFFIX ".node")
target_include_directories(roentgen PRIVATE \${CMAKE_JS_INC})
target_compile_definitions(roentgen PRIVATE LIBTORCH="\${LIBTORCH}")
target_link_libraries(roentgen PRIVATE core)
if(ROENTGEN_CORE_TESTS)
  add_custom_target(roentgen_core_checks)
  foreach(program roentgen_core_tests roentgen_train_check)
    add_executable(\${program} native/tests/main.cpp)
    target_link_libraries(\${program} PRIVATE core)
    add_dependencies(roentgen_core_checks \${program})
  endforeach()
endif()
`,
  'native/core/core.cpp': 'int answer() { return 42; }\n',
  'native/binding/addon.cpp': `#include <napi.h>
int answer();
static Napi::Object Init(Napi::Env env, Napi::Object exports) {
  exports.Set("answer", answer());
  exports.Set("libtorch", LIBTORCH);
  return exports;
}
NODE_API_MODULE(roentgen, Init)
`,
  'native/tests/main.cpp': 'int answer();\nint main() { return answer() == 42 ? 0 : 1; }\n',
};

test('the addon is built once, again when a source or LibTorch changed, and its core not twice', async (t) => {
  const { root, context, printed } = await project(t, addonProject);
  const { ensureAddon, runCoreTests } = await load<Steps>('addon.mjs');
  const libtorch = { path: '/libtorch', version: '2.13.0', cuda: false };
  const step = () => printed(ensureAddon(context, libtorch));
  t.regex(await step(), /built/);
  const output = join(root, 'build/native/Release/roentgen.node');
  const addon: unknown = createRequire(output)(output);
  t.deepEqual(addon, { answer: 42, libtorch: '/libtorch' });

  utimesSync(join(root, 'native/core/core.cpp'), new Date(0), new Date(0));
  t.regex(await step(), /up to date/);

  t.regex(await printed(runCoreTests(context, libtorch)), /core tests +built/);
  const log = readFileSync(join(root, 'build/setup/roentgen_core_checks.log'), 'utf8');
  t.regex(log, /main\.cpp/);
  t.notRegex(log, /Building CXX object \S*core\.cpp/);

  t.regex(await printed(ensureAddon(context, { ...libtorch, path: '/other' })), /built/);
  t.true(readFileSync(output).includes('/other'));
});

test('a compile error shows the end of the log, names the file that has the rest, and is not forgotten', async (t) => {
  const { root, context } = await project(t, addonProject);
  const { ensureAddon } = await load<Steps>('addon.mjs');
  const libtorch = { path: '/libtorch', version: '2.13.0', cuda: false };
  writeFiles(root, { 'native/core/core.cpp': 'int answer() { return 42 }\n' });
  for (const attempt of ['first', 'second']) {
    const error = await t.throwsAsync<SetupError>(
      ensureAddon(context, libtorch),
      undefined,
      attempt,
    );
    t.regex(error.message, /expected ‘?'?;/);
    t.true(error.message.endsWith(join(root, 'build/setup/roentgen.log')));
  }
});

test('failing C++ tests fail set-up', async (t) => {
  const { context } = await project(t, {
    ...addonProject,
    'native/core/core.cpp': 'int answer() { return 41; }\n',
  });
  const { runCoreTests } = await load<Steps>('addon.mjs');
  const libtorch = { path: '/libtorch', version: '2.13.0', cuda: false };
  await t.throwsAsync(runCoreTests(context, libtorch), {
    message: 'roentgen_core_tests: exit code 1',
  });
});

test('a missing cmake or compiler comes with what installs it', async (t) => {
  const { root, context } = await project(t, addonProject);
  const { ensureAddon } = await load<Steps>('addon.mjs');
  const libtorch = { path: '/libtorch', version: '2.13.0', cuda: false };
  const bin = join(root, 'bin');
  writeFiles(bin, {});
  const without = { ...context, env: { PATH: bin } };
  const noCmake = await t.throwsAsync<SetupError>(ensureAddon(without, libtorch));
  t.is(noCmake.message, 'cmake is not on PATH');
  t.true(noCmake.remedies.includes('python3 -m pip install cmake'));
});
