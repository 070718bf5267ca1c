import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { RoentgenError, writeError, writeFileAtomic } from '../../src/native/index.js';
import { onSmallDisk } from '../smallDisk.js';
import { temporaryFolder } from '../temporaryFolder.js';

test('text and bytes are written, and replace what was there', async (t) => {
  const folder = await temporaryFolder(t);
  const path = join(folder, 'file');
  await writeFileAtomic(path, 'häuser\n');
  t.is(await readFile(path, 'utf8'), 'häuser\n');
  await writeFileAtomic(path, Uint8Array.of(0, 255));
  t.deepEqual([...(await readFile(path))], [0, 255]);
  t.deepEqual(await readdir(folder), ['file']);
});

test('writers of one path do not mix their contents', async (t) => {
  const folder = await temporaryFolder(t);
  const path = join(folder, 'file');
  const contents = Array.from({ length: 8 }, (_, index) => String(index).repeat(100_000));
  await Promise.all(contents.map((content) => writeFileAtomic(path, content)));
  t.true(contents.includes(await readFile(path, 'utf8')));
  t.deepEqual(await readdir(folder), ['file']);
});

test('a failed rename is ERR_IO and leaves no temporary file', async (t) => {
  const folder = await temporaryFolder(t);
  const path = join(folder, 'taken');
  await mkdir(path);
  await writeFile(join(path, 'inside'), '');
  await t.throwsAsync(writeFileAtomic(path, 'text'), {
    instanceOf: RoentgenError,
    code: 'ERR_IO',
    message: new RegExp(path),
  });
  t.deepEqual(await readdir(folder), ['taken']);
});

test('a missing folder is ERR_IO', async (t) => {
  const path = join(await temporaryFolder(t), 'missing', 'file');
  await t.throwsAsync(writeFileAtomic(path, 'text'), { code: 'ERR_IO' });
});

test('a full disk and a full quota are ERR_NO_SPACE, with the cause kept', (t) => {
  for (const code of ['ENOSPC', 'EDQUOT']) {
    const cause = Object.assign(new Error(code), { code });
    const error = writeError('some/file', cause);
    t.is(error.code, 'ERR_NO_SPACE');
    t.is(error.cause, cause);
    t.regex(error.message, /some\/file/);
  }
});

test('on a full disk the earlier file survives and no temporary file is left', async (t) => {
  const folder = await temporaryFolder(t);
  const script = `
    const { writeFileAtomic } = require(${JSON.stringify(require.resolve('../../src/native/index.js'))});
    const { readFileSync, readdirSync } = require('node:fs');
    (async () => {
      await writeFileAtomic('disk/file', 'earlier');
      const error = await writeFileAtomic('disk/file', Buffer.alloc(1 << 20)).catch((error) => error);
      console.log(JSON.stringify([error.code, readFileSync('disk/file', 'utf8'), readdirSync('disk')]));
    })();`;
  const printed = await onSmallDisk(t, folder, '64k', script);
  if (printed !== undefined) t.deepEqual(printed, ['ERR_NO_SPACE', 'earlier', ['file']]);
});
