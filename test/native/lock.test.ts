/** A lock keeps others out while its holder lives, and no longer. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { acquireLock } from '../../src/native/index.js';
import { makeFolder } from '../data/folder.js';

/** A process that runs `body`, where `acquireLock` and `path`, the lock file's, are known. */
function startChild(path: string, body: string): ReturnType<typeof spawn> {
  const native = JSON.stringify(resolve('dist', 'src', 'native', 'index.js'));
  const script = `const { acquireLock } = require(${native}); const path = ${JSON.stringify(path)};
    (async () => { ${body} })();`;
  return spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
}

async function newLockPath(t: ExecutionContext): Promise<string> {
  return join(await makeFolder(t, {}), 'lock');
}

test('whoever comes second waits until the first releases', async (t) => {
  const path = await newLockPath(t);
  const first = await acquireLock(path);
  const order: string[] = [];
  const second = acquireLock(path).then((lock) => {
    order.push('second acquired');
    return lock;
  });
  await new Promise((done) => setTimeout(done, 300));
  order.push('first released');
  first.release();
  const { waited, release } = await second;
  release();
  t.deepEqual([first.waited, waited], [false, true]);
  t.deepEqual(order, ['first released', 'second acquired']);
  t.deepEqual(await readdir(join(path, '..')), []);
});

test('releasing twice frees nobody else', async (t) => {
  const path = await newLockPath(t);
  const first = await acquireLock(path);
  first.release();
  const second = await acquireLock(path);
  first.release();
  await t.throwsAsync(acquireLock(path, AbortSignal.timeout(50)), { code: 'ABORT_ERR' });
  second.release();
});

test('a file that an earlier process left behind locks nobody out', async (t) => {
  const path = await newLockPath(t);
  await writeFile(path, 'anything');
  const lock = await acquireLock(path);
  t.false(lock.waited);
  lock.release();
});

test('a process that is killed gives up its lock, and not before', async (t) => {
  const path = await newLockPath(t);
  const child = startChild(
    path,
    `await acquireLock(path); console.log(); setInterval(() => {}, 1e6)`,
  );
  if (child.stdout) await once(child.stdout, 'data');
  await t.throwsAsync(acquireLock(path, AbortSignal.timeout(50)), { code: 'ABORT_ERR' });
  child.kill('SIGKILL');
  await once(child, 'exit');
  const lock = await acquireLock(path);
  t.false(lock.waited);
  lock.release();
});

test('of many in four processes each gets its turn alone', async (t) => {
  const path = await newLockPath(t);
  // To make a folder that exists is an error, and an error in a child is its exit code.
  const body = `const { mkdirSync, rmdirSync } = require('node:fs');
    await Promise.all(Array.from({ length: 5 }, async () => {
      for (let turn = 0; turn < 4; turn += 1) {
        const { release } = await acquireLock(path);
        mkdirSync(path + '.inside');
        await new Promise((done) => setTimeout(done, turn));
        rmdirSync(path + '.inside');
        release();
      }
    }));`;
  const exits = Array.from({ length: 4 }, () => once(startChild(path, body), 'exit'));
  t.deepEqual(await Promise.all(exits), Array(4).fill([0, null]));
  t.deepEqual(await readdir(join(path, '..')), []);
});

test('a place that takes no lock file is named', async (t) => {
  const folder = await makeFolder(t, {});
  await mkdir(join(folder, 'lock'));
  await t.throwsAsync(acquireLock(join(folder, 'lock')), {
    code: 'ERR_IO',
    message: /lock.*directory/,
  });
  await t.throwsAsync(acquireLock(join(folder, 'none', 'lock')), { code: 'ERR_IO' });
});
