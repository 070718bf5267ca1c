/** Embeddings as files: what is written is read back, by this code and by others. */
import { readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import test from 'ava';
import { parseCsv } from '../../src/data/index.js';
import {
  readEmbeddings,
  writeEmbeddings,
  writeEmbeddingsCsv,
  type Embeddings,
} from '../../src/embedding/index.js';
import { makeFolder } from '../data/folder.js';

const source = { model: 'runs/a/model_best.safetensors', architecture: 'lmap3' };
const embeddings: Embeddings = {
  layer: 'embedding',
  features: 3,
  values: Float32Array.of(0.1, -2.5, 1e-30, 3.4e38, 0, 7, 1, 2, 3),
  classes: ['NORMAL', 'PNEUMONIA'],
  names: ['train/a, b.png', 'test/ü.png', 'new.png'],
  labels: Int32Array.of(1, 0, -1),
  groups: ['P1', 'P2', 'P1'],
  splits: ['train', 'test', null],
};

test("a file of Python's safetensors library is read", async (t) => {
  const read = await readEmbeddings(resolve('test/fixtures/embedding/embeddings.safetensors'));
  t.deepEqual(read, {
    layer: 'embedding',
    features: 2,
    values: Float32Array.of(1.5, -2.25, 0.1, 3e-8, 7, 1e30),
    classes: ['NORMAL', 'PNEUMONIA'],
    names: ['a/é.png', 'b.png', 'new.png'],
    labels: Int32Array.of(0, 1, -1),
    groups: ['P1', 'P2', 'P2'],
    splits: ['train', 'test', null],
    model: 'model.safetensors',
    architecture: 'lmap3',
  });
});

test('what is written is read back, and numbers begin at a multiple of eight bytes', async (t) => {
  const path = join(await makeFolder(t, {}), 'embeddings.safetensors');
  await writeEmbeddings(path, embeddings, source);
  t.deepEqual(await readEmbeddings(path), { ...embeddings, ...source });
  const bytes = await readFile(path);
  const header = Number(bytes.readBigUInt64LE());
  t.is(header % 8, 0);
  t.is(bytes.length, 8 + header + 9 * 4 + 3 * 3 * 4);
});

test('the table has a line for every image, with numbers that are the same float32 again', async (t) => {
  const path = join(await makeFolder(t, {}), 'embeddings.csv');
  await writeEmbeddingsCsv(path, embeddings);
  const [header, ...rows] = parseCsv(await readFile(path, 'utf8'), path).map(({ cells }) => cells);
  t.deepEqual(header, ['filename', 'label', 'split', 'f0', 'f1', 'f2']);
  t.deepEqual(
    rows.map((cells) => cells.slice(0, 3)),
    [
      ['train/a, b.png', 'PNEUMONIA', 'train'],
      ['test/ü.png', 'NORMAL', 'test'],
      ['new.png', '', ''],
    ],
  );
  const numbers = rows.flatMap((cells) => cells.slice(3).map(Number));
  t.deepEqual(Float32Array.from(numbers), embeddings.values);
});

/** A file with its header changed, and the first so many bytes of it. */
const damages: readonly (readonly [
  name: string,
  damage: (header: string) => string,
  bytes: number | undefined,
  message: RegExp,
])[] = [
  ['a header longer than the file', (header) => header, 100, /header is longer/],
  ['tensors cut off', (header) => header, -5, /do not fit its shape/],
  ['no JSON', (header) => header.replace('{', '['), undefined, /header|expected/i],
  [
    'another kind',
    (header) => header.replace('roentgen embed', 'someones embed'),
    undefined,
    /no embeddings/,
  ],
  [
    'another type of numbers',
    (header) => header.replace('F32', 'F64'),
    undefined,
    /embeddings\.dtype/,
  ],
  ['a shape that does not fit', (header) => header.replace('[3,3]', '[3,4]'), undefined, /\[3,4\]/],
  [
    'a missing column',
    (header) => header.replace('"split"', '"splat"'),
    undefined,
    /no tensor split/,
  ],
  [
    'names that are no list',
    (header) => header.replace(/"names":"\[[^\]]*\]"/, '"names":"7"'),
    undefined,
    /names/,
  ],
];

for (const [name, damage, length, message] of damages) {
  test(`a damaged file is refused: ${name}`, async (t) => {
    const path = join(await makeFolder(t, {}), 'embeddings.safetensors');
    await writeEmbeddings(path, embeddings, source);
    const bytes = await readFile(path);
    const end = 8 + Number(bytes.readBigUInt64LE());
    const header = bytes.toString('utf8', 8, end);
    const changed = Buffer.from(damage(header));
    const size = Buffer.alloc(8);
    size.writeBigUInt64LE(BigInt(changed.length));
    await writeFile(path, Buffer.concat([size, changed, bytes.subarray(end)]).subarray(0, length));
    await t.throwsAsync(readEmbeddings(path), { code: 'ERR_INVALID_FILE', message });
  });
}

test('a column that stands for nothing is refused', async (t) => {
  const path = join(await makeFolder(t, {}), 'embeddings.safetensors');
  await writeEmbeddings(path, { ...embeddings, labels: Int32Array.of(0, 2, 1) }, source);
  const refusal = { code: 'ERR_INVALID_FILE', message: /label is not int32 \[3\]/ };
  await t.throwsAsync(readEmbeddings(path), refusal);
});

test('a file that is not there is named', async (t) => {
  const path = join(await makeFolder(t, {}), 'none.safetensors');
  await t.throwsAsync(readEmbeddings(path), {
    code: 'ERR_NOT_FOUND',
    message: /none\.safetensors/,
  });
});
