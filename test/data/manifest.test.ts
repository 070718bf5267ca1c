/** Manifests: what they may say, how mistakes are told, and that written ones read back. */
import { mkdir, readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import type { ExecutionContext } from 'ava';
import { scanSource, writeManifest } from '../../src/data/index.js';
import type { ImageSource } from '../../src/data/index.js';
import { filesNamed, makeFolder } from './folder.js';

const images = filesNamed('a.png', 'b.png', 'sub/c.png', 'mask.png');

async function writeText(t: ExecutionContext, text: string | Uint8Array): Promise<string> {
  return join(await makeFolder(t, { ...images, 'list.csv': text }), 'list.csv');
}

test('a manifest gives labels, splits, patients and masks, relative to its folder', async (t) => {
  const file = await writeText(
    t,
    'filepath,label,split,patient_id,mask\n' +
      'sub/c.png,B,train,p1,mask.png\n' +
      'a.png,A,train,,\n' +
      'b.png,A,Validation,p2,\n',
  );
  const { root, kind, classes, samples } = await scanSource(file);
  t.deepEqual([root, kind, classes], [file, 'manifest', ['A', 'B']]);
  const path = (name: string): string => join(file, '..', name);
  t.deepEqual(samples, [
    { path: path('a.png'), name: 'a.png', label: 0, split: 'train', group: 'a.png' },
    { path: path('b.png'), name: 'b.png', label: 0, split: 'val', group: 'p2' },
    {
      path: path('sub/c.png'),
      name: 'sub/c.png',
      label: 1,
      split: 'train',
      group: 'p1',
      mask: path('mask.png'),
    },
  ]);
});

test('a byte-order mark, CRLF, blank lines, other columns and another order are all right', async (t) => {
  const file = await writeText(t, '\uFEFFage,label,filepath\r\n4, A ,a.png\r\n\r\n5,B,b.png\r\n');
  const { samples, classes } = await scanSource(file);
  t.deepEqual(classes, ['A', 'B']);
  t.deepEqual(
    samples.map(({ name, split }) => [name, split]),
    [
      ['a.png', null],
      ['b.png', null],
    ],
  );
});

test('quoted fields hold commas, quotes and line breaks', async (t) => {
  const odd = 'odd, "name"\n1.png';
  const root = await makeFolder(t, {
    ...images,
    [odd]: 'pixels',
    'list.csv': 'filepath,label\n"odd, ""name""\n1.png","A, or ""B"""\nb.png,C\n',
  });
  const { samples, classes } = await scanSource(join(root, 'list.csv'));
  t.deepEqual(classes, ['A, or "B"', 'C']);
  t.deepEqual(
    samples.map(({ name }) => name),
    ['b.png', odd],
  );
});

test('files that are missing or no images are listed with their line', async (t) => {
  const file = await writeText(
    t,
    'filepath,label,mask\na.png,A,\nb.png,B,\ngone.png,A,\nlist.csv,A,\nsub,A,\nsub/c.png,A,gone.png\n',
  );
  const { samples, problems } = await scanSource(file);
  t.is(samples.length, 2);
  t.deepEqual(
    problems.map((problem) => [problem.file, problem.code]),
    [
      ['gone.png', 'ERR_NOT_FOUND'],
      ['list.csv', 'ERR_UNREADABLE_IMAGE'],
      ['sub', 'ERR_UNREADABLE_IMAGE'],
      ['sub/c.png', 'ERR_NOT_FOUND'],
    ],
  );
  t.is(problems[0]?.message, 'no such file (line 4 of list.csv)');
});

const mistakes = [
  ['an unknown split', 'filepath,label,split\na.png,A,dev\n', 'line 2, column "split"'],
  [
    'a split in some rows only',
    'filepath,label,split\na.png,A,train\nb.png,B,\n',
    'line 3, column "split"',
  ],
  ['an empty label', 'filepath,label\na.png,A\nb.png,\n', 'line 3, column "label"'],
  ['an empty path', 'filepath,label\n,A\n', 'line 2, column "filepath"'],
  ['a missing column', 'filepath,class\na.png,A\n', 'line 1, column "label"'],
  ['a column given twice', 'filepath,label,label\na.png,A,A\n', 'line 1, column "label"'],
  ['another separator', 'filepath;label\na.png;A\n', 'line 1, column "filepath"'],
  ['no header', '', 'line 1, column "filepath"'],
  ['too many fields', 'filepath,label\na.png,A\nb.png,B,C\n', 'line 3, column 3'],
  ['too few fields', 'filepath,label\na.png\n', 'line 2, column 2'],
  ['a path listed twice', 'filepath,label\na.png,A\n./a.png,B\n', 'line 3, column "filepath"'],
  ['a quote that is never closed', 'filepath,label\na.png,A\nb.png,"B\n\n', 'line 3, column 7'],
  ['a quote within a field', 'filepath,label\na"b.png,A\n', 'line 2, column 1'],
  ['text after a quote', 'filepath,label\n"a\nb"x,A\n', 'line 2, column 1'],
] as const;

for (const [what, text, place] of mistakes) {
  test(`${what} is an error at ${place}`, async (t) => {
    const file = await writeText(t, text);
    const error = await t.throwsAsync(scanSource(file), { code: 'ERR_INVALID_MANIFEST' });
    t.true(error.message.startsWith(`${file}, ${place}: `), error.message);
  });
}

test('a manifest that is not UTF-8 is an error that says how to save it', async (t) => {
  const file = await writeText(t, Buffer.from('filepath,label\n\xE4.png,A\n', 'latin1'));
  const error = await t.throwsAsync(scanSource(file), { code: 'ERR_INVALID_MANIFEST' });
  t.regex(error.message, /UTF-8/);
});

test('a manifest without rows is an empty dataset', async (t) => {
  const file = await writeText(t, 'filepath,label\n');
  await t.throwsAsync(scanSource(file), { code: 'ERR_EMPTY_DATASET' });
});

/**
 * What must survive writing and reading; the root and names do not, the manifest lies elsewhere.
 */
function essence({ classes, samples }: ImageSource): unknown {
  return [
    classes,
    samples.map(({ path, label, split, group, mask }) => [path, label, split, group, mask]),
  ];
}

test('a written manifest reads back as the source it was written from', async (t) => {
  const root = await makeFolder(
    t,
    filesNamed('A/person1_virus_1.png', 'A/a, "b"\n.png', 'B/IM-1-1.png'),
  );
  const source = await scanSource(root);
  const assignment = ['train', 'val', 'train'] as const;
  await mkdir(join(root, 'splits'));
  const file = join(root, 'splits', 'list.csv');
  await writeManifest(source, assignment, file);
  const samples = source.samples.map((sample, index) => ({
    ...sample,
    split: assignment[index] ?? null,
  }));
  t.deepEqual(essence(await scanSource(file)), essence({ ...source, samples }));
  t.is(
    await readFile(file, 'utf8'),
    'filepath,label,split,patient_id\n' +
      '"../A/a, ""b""\n.png",A,train,"A/a, ""b""\n.png"\n' +
      '../A/person1_virus_1.png,A,val,person1_virus\n' +
      '../B/IM-1-1.png,B,train,IM-1\n',
  );
});

test('masks are written where there are any', async (t) => {
  const file = await writeText(t, 'filepath,label,mask\na.png,A,mask.png\nb.png,B,\n');
  const source = await scanSource(file);
  const copy = join(file, '..', 'copy.csv');
  await writeManifest(source, ['train', 'train'], copy);
  t.is(
    await readFile(copy, 'utf8'),
    'filepath,label,split,patient_id,mask\na.png,A,train,a.png,mask.png\nb.png,B,train,b.png,\n',
  );
});

test('writing leaves no temporary file, and a failed one leaves nothing', async (t) => {
  const root = await makeFolder(t, filesNamed('A/1.png', 'B/1.png'));
  const source = await scanSource(root);
  await writeManifest(source, ['train', 'test'], join(root, 'list.csv'));
  t.deepEqual(await readdir(root), ['A', 'B', 'list.csv']);
  await t.throwsAsync(writeManifest(source, ['train', 'test'], join(root, 'gone', 'list.csv')), {
    code: 'ERR_IO',
  });
});

test('an assignment of another length, and a source without labels, are refused', async (t) => {
  const root = await makeFolder(t, filesNamed('A/1.png', 'B/1.png'));
  const file = join(root, 'list.csv');
  await t.throwsAsync(writeManifest(await scanSource(root), ['train'], file), {
    code: 'ERR_INVALID_ARGUMENT',
  });
  const unlabeled = await scanSource(root, { unlabeled: true });
  await t.throwsAsync(writeManifest(unlabeled, ['train', 'test'], file), {
    code: 'ERR_INVALID_ARGUMENT',
  });
});
