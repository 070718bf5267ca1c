/** Packing decodes every file once, loses nothing, and finds again what it made. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, readdir, symlink, truncate, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { decodeImage, openPacked, packDataset, scanSource } from '../../src/data/index.js';
import type {
  ImageSource,
  PackOptions,
  PackProgress,
  PackedDataset,
} from '../../src/data/index.js';
import { sha256 } from '../../src/data/fingerprint.js';
import { Dataset, RoentgenError, acquireLock } from '../../src/native/index.js';
import { makeFolder, realImages } from './folder.js';
import { makeSource, png, small } from './packing.js';

/** Packs, and counts what was decoded. */
async function packCounting(
  source: ImageSource,
  options: PackOptions,
): Promise<PackedDataset & { decoded: number }> {
  let decoded = 0;
  const onProgress = (progress: PackProgress) => {
    ({ decoded } = progress);
  };
  const packed = await packDataset(source, small, { onProgress, ...options });
  return { ...packed, decoded };
}

function allImages({ dataset }: PackedDataset): Buffer {
  return Buffer.concat(Array.from({ length: dataset.shape[0] }, (_, at) => dataset.read(at)));
}

async function skipped(
  t: ExecutionContext,
  source: ImageSource,
  options: PackOptions,
): Promise<RoentgenError> {
  const error = await t.throwsAsync(packDataset(source, small, options), {
    code: 'ERR_FILES_SKIPPED',
  });
  if (error instanceof RoentgenError) return error;
  throw new Error('not a RoentgenError');
}

/** Interrupts packing after `count` images; the work stays in the cache folder. */
async function interrupt(
  t: ExecutionContext,
  source: ImageSource,
  cacheDir: string,
  count: number,
) {
  const controller = new AbortController();
  const onProgress = ({ decoded }: PackProgress) => {
    if (decoded === count) controller.abort();
  };
  const { signal } = controller;
  await t.throwsAsync(packDataset(source, small, { cacheDir, workers: 1, onProgress, signal }), {
    code: 'ABORT_ERR',
    name: 'AbortError',
  });
  const [folder] = (await readdir(cacheDir)).filter((name) => name.endsWith('partial'));
  t.truthy(folder);
  return join(cacheDir, folder ?? '');
}

test('a packed dataset holds every decoded image with its label, group, split, name and hash', async (t) => {
  const source = await makeSource(t, 7);
  const cacheDir = await makeFolder(t, {});
  const packed = await packDataset(source, small, { cacheDir });
  t.deepEqual(packed.dataset.shape, [7, 1, 12, 10]);
  for (const [at, sample] of source.samples.entries()) {
    t.deepEqual(Buffer.from(packed.dataset.read(at)), await decodeImage(sample.path, small));
    t.is(packed.index.hashes[at], sha256(await readFile(sample.path)));
  }
  t.deepEqual(
    [...packed.index.labels],
    source.samples.map(({ label }) => label),
  );
  t.deepEqual(
    packed.index.groups,
    source.samples.map(({ group }) => group),
  );
  t.deepEqual(
    packed.index.splits,
    source.samples.map(({ split }) => split),
  );
  t.deepEqual(
    packed.index.names,
    source.samples.map(({ name }) => name),
  );
  t.deepEqual(await readdir(cacheDir), [packed.path.slice(cacheDir.length + 1)]);

  const opened = await openPacked(packed.path);
  t.deepEqual(opened.index, packed.index);
  t.deepEqual(allImages(opened), allImages(packed));
});

test('color is packed in planes', async (t) => {
  const source = await makeSource(t, 2);
  const format = { ...small, channels: 3 } as const;
  const packed = await packDataset(source, format, { cacheDir: await makeFolder(t, {}) });
  t.deepEqual(packed.dataset.shape, [2, 3, 12, 10]);
  const [first] = source.samples;
  t.deepEqual(Buffer.from(packed.dataset.read(0)), await decodeImage(first?.path ?? '', format));
});

test('a second run finds the file and decodes nothing', async (t) => {
  const source = await makeSource(t, 5);
  const cacheDir = await makeFolder(t, {});
  const first = await packCounting(source, { cacheDir });
  const second = await packCounting(source, { cacheDir });
  t.deepEqual([first.fromCache, first.decoded], [false, 5]);
  t.deepEqual([second.fromCache, second.decoded], [true, 0]);
  t.is(second.path, first.path);
  t.deepEqual(second.index, first.index);
});

test('whatever changes the content makes another file', async (t) => {
  const source = await makeSource(t, 4);
  const cacheDir = await makeFolder(t, {});
  const paths = [(await packDataset(source, small, { cacheDir })).path];
  const relabeled = source.samples.map((sample) => ({ ...sample, label: 1 - sample.label }));
  paths.push((await packDataset({ ...source, samples: relabeled }, small, { cacheDir })).path);
  paths.push((await packDataset(source, { ...small, fit: 'cover' }, { cacheDir })).path);
  await writeFile(source.samples[2]?.path ?? '', await png(99));
  const changed = await packDataset(source, small, { cacheDir });
  t.false(changed.fromCache);
  paths.push(changed.path);
  t.is(new Set(paths).size, 4);
});

test('the source hash speaks of the data, not of the format', async (t) => {
  const source = await makeSource(t, 3);
  const cacheDir = await makeFolder(t, {});
  const hashOf = async (format = small) =>
    (await packDataset(source, format, { cacheDir })).index.sourceHash;
  const before = await hashOf();
  t.is(await hashOf({ ...small, width: 20 }), before);
  await writeFile(source.samples[0]?.path ?? '', await png(77));
  t.not(await hashOf(), before);
});

test('interrupted packing resumes and equals packing in one go, byte for byte', async (t) => {
  const source = await makeSource(t, 9);
  const [cacheDir, other] = [await makeFolder(t, {}), await makeFolder(t, {})];
  await interrupt(t, source, cacheDir, 4);
  const resumed = await packCounting(source, { cacheDir });
  t.is(resumed.decoded, 5);
  const whole = await packDataset(source, small, { cacheDir: other });
  t.deepEqual(await readFile(resumed.path), await readFile(whole.path));
});

test('a torn journal line costs one image, not the file', async (t) => {
  const source = await makeSource(t, 6);
  const cacheDir = await makeFolder(t, {});
  const journal = join(await interrupt(t, source, cacheDir, 4), 'journal');
  await truncate(journal, (await readFile(journal)).length - 9);
  await interrupt(t, source, cacheDir, 1);
  t.is((await packCounting(source, { cacheDir })).decoded, 2);
});

test('a slot that lost its pixels in a power cut is decoded again', async (t) => {
  const source = await makeSource(t, 6);
  const cacheDir = await makeFolder(t, {});
  const images = join(await interrupt(t, source, cacheDir, 4), 'images.raw');
  const bytes = await readFile(images);
  await writeFile(images, bytes.fill(0, 120, 240));
  const packed = await packCounting(source, { cacheDir });
  t.is(packed.decoded, 3);
  t.deepEqual(
    Buffer.from(packed.dataset.read(1)),
    await decodeImage(source.samples[1]?.path ?? '', small),
  );
});

test('a file that changes between two runs is decoded again', async (t) => {
  const source = await makeSource(t, 6);
  const cacheDir = await makeFolder(t, {});
  await interrupt(t, source, cacheDir, 4);
  await writeFile(source.samples[0]?.path ?? '', await png(50));
  const packed = await packCounting(source, { cacheDir });
  t.is(packed.decoded, 3);
  t.deepEqual(Buffer.from(packed.dataset.read(0)), await decodeImage(await png(50), small));
});

test('a killed process leaves its work and its lock to the next', async (t) => {
  const source = await makeSource(t, 40);
  const cacheDir = await makeFolder(t, {});
  const index = JSON.stringify(resolve('dist', 'src', 'data', 'index.js'));
  const job = [source, small, { cacheDir, workers: 1 }].map((part) => JSON.stringify(part));
  // After 10 images the child asks for its own death, which nothing in it can delay or tidy up.
  const script = `const { packDataset } = require(${index});
    const onProgress = ({ done }) => done === 10 && process.kill(process.pid, 'SIGKILL');
    packDataset(${job[0]}, ${job[1]}, { ...${job[2]}, onProgress });`;
  const child = spawn(process.execPath, ['-e', script]);
  const [, killedBy] = (await once(child, 'exit')) as [number | null, string | null];
  t.is(killedBy, 'SIGKILL');
  t.true((await readdir(cacheDir)).some((name) => name.endsWith('.lock')));
  t.is((await packCounting(source, { cacheDir })).decoded, 30);
});

test('failures are all tried, listed, and an error that loses nothing', async (t) => {
  const source = await makeSource(t, 9, [1, 4, 5, 6, 7, 8]);
  const cacheDir = await makeFolder(t, {});
  const error = await skipped(t, source, { cacheDir });
  t.regex(
    error.message,
    /^6 of 9 images cannot be packed:\n {2}PNEUMONIA\/1\.png: cannot be decoded/,
  );
  t.regex(error.message, /… and 1 more/);
  t.regex(error.message, /--keep-going/);
  const files = (error.details['problems'] as { file: string }[]).map(({ file }) => file);
  t.deepEqual(
    files,
    [1, 4, 5, 6, 7, 8].map((number) => source.samples[number]?.name),
  );

  const packed = await packCounting(source, { cacheDir, keepGoing: true });
  t.is(packed.decoded, 0);
  t.deepEqual(
    packed.index.names,
    [0, 2, 3].map((number) => source.samples[number]?.name),
  );
  t.is(packed.problems.length, 6);
  t.deepEqual(
    Buffer.from(packed.dataset.read(1)),
    await decodeImage(source.samples[2]?.path ?? '', small),
  );

  t.true((await packDataset(source, small, { cacheDir, keepGoing: true })).fromCache);
  t.deepEqual((await skipped(t, source, { cacheDir })).details, error.details);
});

test('a repaired file is decoded, the others are not', async (t) => {
  const source = await makeSource(t, 5, [3]);
  const cacheDir = await makeFolder(t, {});
  await skipped(t, source, { cacheDir });
  await writeFile(source.samples[3]?.path ?? '', await png(3));
  t.is((await packCounting(source, { cacheDir })).decoded, 1);
});

test('an unreadable file is one problem among others', async (t) => {
  const source = await makeSource(t, 3);
  source.samples.push({
    path: join(source.root, 'gone.png'),
    name: 'gone.png',
    label: 0,
    split: null,
    group: 'x',
  });
  const packed = await packDataset(source, small, {
    cacheDir: await makeFolder(t, {}),
    keepGoing: true,
  });
  t.deepEqual(packed.problems, [
    { file: 'gone.png', code: 'ERR_NOT_FOUND', message: 'no such file. Check the path.' },
  ]);
});

test('where no image can be decoded there is nothing to go on with', async (t) => {
  const source = await makeSource(t, 2, [0, 1]);
  const error = await skipped(t, source, { cacheDir: await makeFolder(t, {}), keepGoing: true });
  t.notRegex(error.message, /keep-going/);
});

test("the source's own problems are carried along", async (t) => {
  const source = await makeSource(t, 3);
  source.problems.push({
    file: 'notes.txt',
    code: 'ERR_UNREADABLE_IMAGE',
    message: 'not an image',
  });
  const cacheDir = await makeFolder(t, {});
  for (const fromCache of [false, true]) {
    const packed = await packDataset(source, small, { cacheDir });
    t.is(packed.fromCache, fromCache);
    t.deepEqual(packed.problems, source.problems);
  }
});

test('of two that pack the same source one works and the other finds its file', async (t) => {
  const source = await makeSource(t, 12);
  const cacheDir = await makeFolder(t, {});
  const both = await Promise.all([
    packCounting(source, { cacheDir, workers: 2 }),
    packCounting(source, { cacheDir, workers: 2 }),
  ]);
  t.deepEqual(
    both.map(({ decoded }) => decoded).sort((a, b) => a - b),
    [0, 12],
  );
  t.deepEqual(allImages(both[0]), allImages(both[1]));
});

test('whoever waits for another process can be aborted', async (t) => {
  const source = await makeSource(t, 3);
  const cacheDir = await makeFolder(t, {});
  const lock = await acquireLock(`${await interrupt(t, source, cacheDir, 1)}.lock`);
  const signal = AbortSignal.timeout(50);
  await t.throwsAsync(packDataset(source, small, { cacheDir, signal }), { code: 'ABORT_ERR' });
  lock.release();
});

test('a full disk is named as such', async (t) => {
  const source = await makeSource(t, 3);
  const cacheDir = await makeFolder(t, {});
  const folder = await interrupt(t, source, await makeFolder(t, {}), 1);
  const name = folder.slice(folder.lastIndexOf('/') + 1);
  await mkdir(join(cacheDir, name));
  await symlink('/dev/full', join(cacheDir, name, 'images.raw'));
  await t.throwsAsync(packDataset(source, small, { cacheDir }), { code: 'ERR_NO_SPACE' });
});

test('an output file is written, found again, and replaced when the data change', async (t) => {
  const source = await makeSource(t, 3);
  const output = join(await makeFolder(t, {}), 'nested', 'set.safetensors');
  t.is((await packDataset(source, small, { output })).path, output);
  t.true((await packDataset(source, small, { output })).fromCache);
  await writeFile(source.samples[0]?.path ?? '', await png(60));
  t.false((await packDataset(source, small, { output })).fromCache);
  t.true((await packDataset(source, small, { output })).fromCache);
});

test('an output that is something else is left alone', async (t) => {
  const source = await makeSource(t, 3);
  const folder = await makeFolder(t, { 'thesis.txt': 'years of work' });
  const output = join(folder, 'thesis.txt');
  await t.throwsAsync(packDataset(source, small, { output }), {
    code: 'ERR_INVALID_ARGUMENT',
    message: /thesis\.txt exists and is no packed dataset/,
  });
  t.is(await readFile(output, 'utf8'), 'years of work');
});

test('a damaged file in the cache is packed again', async (t) => {
  const source = await makeSource(t, 3);
  const cacheDir = await makeFolder(t, {});
  const { path } = await packDataset(source, small, { cacheDir });
  const whole = await readFile(path);
  await truncate(path, 100);
  t.false((await packDataset(source, small, { cacheDir })).fromCache);
  t.deepEqual(await readFile(path), whole);
});

test.serial('the cache lies where ROENTGEN_CACHE, XDG_CACHE_HOME or HOME say', async (t) => {
  const source = await makeSource(t, 2);
  const home = await makeFolder(t, {});
  const names = ['ROENTGEN_CACHE', 'XDG_CACHE_HOME', 'HOME'] as const;
  const before = names.map((name) => [name, process.env[name]] as const);
  t.teardown(() => {
    for (const [name, value] of before) {
      if (value === undefined) Reflect.deleteProperty(process.env, name);
      else process.env[name] = value;
    }
  });
  const places = [
    [{ ROENTGEN_CACHE: join(home, 'own') }, join(home, 'own')],
    [{ ROENTGEN_CACHE: '', XDG_CACHE_HOME: join(home, 'xdg') }, join(home, 'xdg', 'roentgen')],
    [{ XDG_CACHE_HOME: '', HOME: home }, join(home, '.cache', 'roentgen')],
  ] as const;
  for (const [variables, folder] of places) {
    Object.assign(process.env, variables);
    t.is(join((await packDataset(source, small)).path, '..'), folder);
  }
});

test('wrong options and empty sources are named', async (t) => {
  const source = await makeSource(t, 1);
  const code = 'ERR_INVALID_ARGUMENT';
  await t.throwsAsync(packDataset(source, small, { workers: 0 }), { code, message: /workers/ });
  await t.throwsAsync(packDataset(source, small, { pixelLimit: -1 }), {
    code,
    message: /pixelLimit/,
  });
  await t.throwsAsync(packDataset(source, { ...small, width: 0 }), { code, message: /width/ });
  const empty = { ...source, samples: [] };
  await t.throwsAsync(packDataset(empty, small), { code: 'ERR_EMPTY_DATASET' });
});

test('openPacked says what is wrong with a file', async (t) => {
  const source = await makeSource(t, 2);
  const folder = await makeFolder(t, {});
  const { dataset, path } = await packDataset(source, small, { cacheDir: folder });
  const { metadata } = await Dataset.open(path);
  const columns = { label: [0, 1], group: [0, 0], split: [-1, 0] };
  const cases: [RegExp, Record<string, string>, Record<string, number[]>][] = [
    [/no packed dataset/, { kind: 'model' }, {}],
    [/packVersion/, { packVersion: '99' }, {}],
    [/format\.channels/, { format: '{"channels":2,"height":12,"width":10,"fit":"fill"}' }, {}],
    [
      /images are \[1,12,10\]/,
      { format: '{"channels":3,"height":12,"width":10,"fit":"fill"}' },
      {},
    ],
    [/names/, { names: 'not JSON' }, {}],
    [/names has 1 entries for 2 images/, { names: '["a"]' }, {}],
    [/column label holds 2/, {}, { label: [0, 2] }],
    [/column group holds 7/, {}, { group: [7, 0] }],
    [/column split holds -2/, {}, { split: [0, -2] }],
  ];
  for (const [message, strings, numbers] of cases) {
    const wrong = join(folder, 'wrong.safetensors');
    await dataset.save(wrong, {
      metadata: { ...metadata, ...strings },
      columns: Object.fromEntries(
        Object.entries({ ...columns, ...numbers }).map(([name, values]) => [
          name,
          Int32Array.from(values),
        ]),
      ),
    });
    await t.throwsAsync(openPacked(wrong), { code: 'ERR_INVALID_FILE', message });
  }
  await t.throwsAsync(openPacked(join(folder, 'gone.safetensors')), { code: 'ERR_NOT_FOUND' });
});

test('real radiographs pack without a problem', async (t) => {
  const folder = realImages(t, 'fullsize');
  if (folder === undefined) return;
  const source = await scanSource(folder, { unlabeled: true });
  const packed = await packDataset(
    source,
    { ...small, height: 64, width: 64 },
    {
      cacheDir: await makeFolder(t, {}),
    },
  );
  t.deepEqual(packed.problems, []);
  t.is(packed.dataset.shape[0], source.samples.length);
});
