/** What a program was linked with, told apart from what it could do without. */
import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { load, temporaryFolder, writeFiles } from './support.js';

interface Needed {
  neededLibraries: (file: string, env: NodeJS.ProcessEnv) => Promise<string[]>;
  missingLibraries: (file: string, env: NodeJS.ProcessEnv) => Promise<string[]>;
}

test('a library that the linker dropped, and one that is gone, are both told', async (t) => {
  const folder = temporaryFolder(t);
  writeFiles(folder, { 'used.c': '', 'main.c': 'int main(void) { return 0; }\n' });
  const compile = (...args: string[]) =>
    execFileSync('g++', ['-x', 'c++', ...args], { cwd: folder });
  for (const name of ['used', 'dropped']) {
    compile('used.c', '-shared', '-o', `lib${name}.so`, `-Wl,-soname,lib${name}.so`);
  }
  const libraries = ['-Wl,--no-as-needed', '-lused', '-Wl,--as-needed', '-ldropped'];
  compile('main.c', '-L.', ...libraries, '-Wl,-rpath,$ORIGIN', '-o', 'program');
  const program = join(folder, 'program');

  const { neededLibraries, missingLibraries } = await load<Needed>('needed.mjs');
  const needed = await neededLibraries(program, process.env);
  t.true(needed.includes('libused.so'));
  t.false(needed.includes('libdropped.so'));
  t.deepEqual(await missingLibraries(program, process.env), []);
  rmSync(join(folder, 'libused.so'));
  t.deepEqual(await missingLibraries(program, process.env), ['libused.so']);
  await t.throwsAsync(neededLibraries(join(folder, 'main.c'), process.env), {
    message: /^readelf: /,
  });
});
