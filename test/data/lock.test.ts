/** A lock keeps others out while its holder lives, and no longer. */
import { readFile, readdir, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { acquireLock } from '../../src/data/lock.js';
import { makeFolder } from './folder.js';

async function lockOf(t: ExecutionContext, owner: object | string): Promise<string> {
  const content = typeof owner === 'string' ? owner : JSON.stringify(owner);
  return join(await makeFolder(t, { lock: content }), 'lock');
}

test('whoever comes second waits until the first releases', async (t) => {
  const path = join(await makeFolder(t, {}), 'lock');
  const first = await acquireLock(path);
  const order: string[] = [];
  const second = acquireLock(path).then((lock) => {
    order.push('second acquired');
    return lock;
  });
  await new Promise((done) => setTimeout(done, 300));
  order.push('first released');
  await first.release();
  const { waited, release } = await second;
  await release();
  t.deepEqual([first.waited, waited], [false, true]);
  t.deepEqual(order, ['first released', 'second acquired']);
  t.deepEqual(await readdir(join(path, '..')), []);
});

test('the lock of a process that is gone is taken over at once', async (t) => {
  // Above Linux's largest process id.
  const owners = [{ pid: 2 ** 22 + 1, host: hostname(), token: 'gone' }, 'torn {"pid":'];
  // Our own process id in a former life, as containers reuse them.
  owners.push({ pid: process.pid, host: hostname(), token: 'former' });
  for (const owner of owners) {
    const path = await lockOf(t, owner);
    const lock = await acquireLock(path);
    t.false(lock.waited);
    t.is((JSON.parse(await readFile(path, 'utf8')) as { pid: number }).pid, process.pid);
    await lock.release();
    t.deepEqual(await readdir(join(path, '..')), []);
  }
});

test('the lock of another machine holds while it is touched', async (t) => {
  const path = await lockOf(t, { pid: 1, host: `not ${hostname()}`, token: 'far' });
  await t.throwsAsync(acquireLock(path, AbortSignal.timeout(50)), { name: 'AbortError' });
  const longAgo = new Date(Date.now() - 120_000);
  await utimes(path, longAgo, longAgo);
  const lock = await acquireLock(path);
  t.false(lock.waited);
  await lock.release();
});

test('of many at once each gets its turn alone', async (t) => {
  const path = await lockOf(t, { pid: 2 ** 22 + 1, host: hostname(), token: 'gone' });
  let inside = 0;
  let most = 0;
  await Promise.all(
    Array.from({ length: 8 }, async () => {
      const lock = await acquireLock(path);
      inside += 1;
      most = Math.max(most, inside);
      await writeFile(`${path}.work`, 'x');
      inside -= 1;
      await lock.release();
    }),
  );
  t.is(most, 1);
});
