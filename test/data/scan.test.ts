/** Folders of every layout, and what must not be taken for images. */
import { execFileSync } from 'node:child_process';
import { chmod, mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { scanSource } from '../../src/data/index.js';
import { filesNamed, makeFolder, realImages } from './folder.js';

const folders = filesNamed('A/2.png', 'A/10.JPG', 'B/1.jpeg');
const withSplits = filesNamed('train/A/1.png', 'train/B/1.png', 'val/A/2.png', 'test/B/3.png');

test('root/CLASS/* gives samples ordered by name, with paths, labels and no splits', async (t) => {
  const root = await makeFolder(t, folders);
  const source = await scanSource(root);
  t.deepEqual(source, {
    root,
    kind: 'folders',
    classes: ['A', 'B'],
    samples: [
      { path: join(root, 'A/10.JPG'), name: 'A/10.JPG', label: 0, split: null, group: 'A/10.JPG' },
      { path: join(root, 'A/2.png'), name: 'A/2.png', label: 0, split: null, group: 'A/2.png' },
      { path: join(root, 'B/1.jpeg'), name: 'B/1.jpeg', label: 1, split: null, group: 'B/1.jpeg' },
    ],
    problems: [],
  });
});

test('root/{train,val,test}/CLASS/* gives each sample its split', async (t) => {
  const { kind, samples } = await scanSource(await makeFolder(t, withSplits));
  t.is(kind, 'splits');
  t.deepEqual(
    samples.map(({ name, split }) => [name, split]),
    [
      ['test/B/3.png', 'test'],
      ['train/A/1.png', 'train'],
      ['train/B/1.png', 'train'],
      ['val/A/2.png', 'val'],
    ],
  );
});

for (const word of ['valid', 'validation', 'Val']) {
  test(`a folder named ${word} is val`, async (t) => {
    const root = await makeFolder(
      t,
      filesNamed('Train/A/1.png', 'Train/B/1.png', `${word}/A/2.png`),
    );
    const { samples } = await scanSource(root);
    t.is(samples.find(({ name }) => name.startsWith(word))?.split, 'val');
  });
}

test('what systems and archivers leave behind is no problem', async (t) => {
  const root = await makeFolder(t, {
    ...withSplits,
    ...filesNamed(
      '.DS_Store',
      'README.md',
      '__MACOSX/train/A/1.png',
      'train/.DS_Store',
      'train/__MACOSX/._1.png',
      'train/A/._1.png',
      'train/A/Thumbs.db',
      'train/B/.hidden.png',
    ),
  });
  const { samples, problems } = await scanSource(root);
  t.is(samples.length, 4);
  t.deepEqual(problems, []);
});

function below(folder: string, files: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(files).map(([name, text]) => [`${folder}/${name}`, text]),
  );
}

test('a copy of the set inside itself is ignored', async (t) => {
  const root = await makeFolder(t, { ...withSplits, ...below('chest_xray', withSplits) });
  const { samples, problems } = await scanSource(root);
  t.is(samples.length, 4);
  t.deepEqual(problems, []);
});

test('a folder that holds nothing but the set is entered', async (t) => {
  const root = await makeFolder(t, {
    ...below('chest_xray', { ...withSplits, ...below('chest_xray', withSplits) }),
    ...filesNamed('__MACOSX/x.png', '.DS_Store'),
  });
  const source = await scanSource(root);
  t.is(source.root, join(root, 'chest_xray'));
  t.is(source.samples.length, 4);
});

test('every file in a class folder that is no image is listed', async (t) => {
  const root = await makeFolder(t, {
    ...folders,
    ...filesNamed('A/notes.txt', 'A/scan.bmp', 'B/masks/1.png', 'outside.png', 'README.md'),
  });
  await mkdir(join(root, 'C'));
  await symlink(join(root, 'gone.png'), join(root, 'A/broken.png'));
  execFileSync('mkfifo', [join(root, 'A/pipe.png')]);
  const { classes, samples, problems } = await scanSource(root);
  t.deepEqual(classes, ['A', 'B']);
  t.is(samples.length, 3);
  t.deepEqual(
    problems.map(({ file, code }) => [file, code]),
    [
      ['A/broken.png', 'ERR_NOT_FOUND'],
      ['A/notes.txt', 'ERR_UNREADABLE_IMAGE'],
      ['A/pipe.png', 'ERR_UNREADABLE_IMAGE'],
      ['A/scan.bmp', 'ERR_UNREADABLE_IMAGE'],
      ['B/masks', 'ERR_UNREADABLE_IMAGE'],
      ['C', 'ERR_EMPTY_DATASET'],
      ['outside.png', 'ERR_UNREADABLE_IMAGE'],
    ],
  );
  t.regex(
    problems.find(({ file }) => file === 'A/notes.txt')?.message ?? '',
    /not an image file type/,
  );
});

test('a folder beside the splits that is no split is listed', async (t) => {
  const root = await makeFolder(t, { ...withSplits, ...filesNamed('extra/A/1.png') });
  const { problems } = await scanSource(root);
  t.deepEqual(
    problems.map(({ file }) => file),
    ['extra'],
  );
});

test('train and test without class folders are not taken for classes', async (t) => {
  const root = await makeFolder(t, filesNamed('train/1.png', 'test/1.png'));
  const error = await t.throwsAsync(scanSource(root), { code: 'ERR_EMPTY_DATASET' });
  t.regex(error.message, /test\/1\.png: not read: outside the class folders/);
});

test('links to images and to class folders are followed', async (t) => {
  const elsewhere = await makeFolder(t, filesNamed('1.png', 'more/2.png'));
  const root = await makeFolder(t, folders);
  await symlink(join(elsewhere, '1.png'), join(root, 'A/linked.png'));
  await symlink(join(elsewhere, 'more'), join(root, 'C'));
  const { samples, problems } = await scanSource(root);
  t.deepEqual(problems, []);
  t.deepEqual(
    samples.map(({ name }) => name),
    ['A/10.JPG', 'A/2.png', 'A/linked.png', 'B/1.jpeg', 'C/2.png'],
  );
});

test('unlabeled takes images at any depth, without labels', async (t) => {
  const root = await makeFolder(t, filesNamed('1.png', 'a/b/c/2.tif', 'a/notes.txt', 'a/.x/3.png'));
  const { kind, classes, samples, problems } = await scanSource(root, { unlabeled: true });
  t.is(kind, 'unlabeled');
  t.deepEqual(classes, []);
  t.deepEqual(
    samples.map(({ name, label, split }) => [name, label, split]),
    [
      ['1.png', -1, null],
      ['a/b/c/2.tif', -1, null],
    ],
  );
  t.deepEqual(
    problems.map(({ file }) => file),
    ['a/notes.txt'],
  );
});

test('unlabeled does not run in circles, nor take a linked folder twice', async (t) => {
  const root = await makeFolder(t, filesNamed('a/1.png'));
  await symlink(root, join(root, 'a/loop'));
  await symlink(join(root, 'a'), join(root, 'b'));
  const { samples } = await scanSource(root, { unlabeled: true });
  t.deepEqual(
    samples.map(({ name }) => name),
    ['a/1.png'],
  );
});

test('unlabeled takes files and folders together, each image once', async (t) => {
  const root = await makeFolder(t, filesNamed('a/1.png', 'a/2.png', 'b/c/3.png', 'b/4.png'));
  const paths = ['a', 'a/1.png', 'b/c/3.png'].map((name) => join(root, name));
  const source = await scanSource(paths, { unlabeled: true });
  t.is(source.root, root);
  t.deepEqual(
    source.samples.map(({ name, path }) => [name, path]),
    ['a/1.png', 'a/2.png', 'b/c/3.png'].map((name) => [name, join(root, name)]),
  );
});

test('a single file is named without its folder', async (t) => {
  const root = await makeFolder(t, folders);
  const source = await scanSource(join(root, 'A/2.png'), { unlabeled: true });
  t.deepEqual([source.root, source.samples[0]?.name], [join(root, 'A'), '2.png']);
});

test('a path that does not exist is an error that names it', async (t) => {
  const root = await makeFolder(t, folders);
  const gone = join(root, 'gone');
  const errors = [
    await t.throwsAsync(scanSource(gone), { code: 'ERR_NOT_FOUND' }),
    await t.throwsAsync(scanSource([root, gone], { unlabeled: true }), { code: 'ERR_NOT_FOUND' }),
  ];
  for (const error of errors) t.true(error.message.includes(gone));
});

test('an empty folder is an error that says what was expected', async (t) => {
  const root = await makeFolder(t, {});
  for (const unlabeled of [false, true]) {
    const error = await t.throwsAsync(scanSource(root, { unlabeled }), {
      code: 'ERR_EMPTY_DATASET',
    });
    t.true(error.message.includes(root));
  }
});

test('a folder of class folders without images is empty, not of a single class', async (t) => {
  const root = await makeFolder(t, filesNamed('A/notes.txt', 'B/notes.txt'));
  const error = await t.throwsAsync(scanSource(root), { code: 'ERR_EMPTY_DATASET' });
  t.regex(error.message, /Problems: 2, such as A\/notes\.txt: not an image file type/);
});

test('a folder that cannot be read is an error that names it', async (t) => {
  if (process.getuid?.() === 0) {
    t.log('skipped: root may read every folder');
    t.pass();
    return;
  }
  const root = await makeFolder(t, folders);
  const closed = join(root, 'A');
  await chmod(closed, 0);
  t.teardown(() => chmod(closed, 0o755));
  const error = await t.throwsAsync(scanSource(root), { code: 'ERR_EMPTY_DATASET' });
  t.true(error.message.includes(closed));
});

test('what is neither folder nor manifest is refused', async (t) => {
  const root = await makeFolder(t, folders);
  const image = join(root, 'A/2.png');
  await t.throwsAsync(scanSource(image), { code: 'ERR_INVALID_ARGUMENT' });
  await t.throwsAsync(scanSource([root, root]), { code: 'ERR_INVALID_ARGUMENT' });
  await t.throwsAsync(scanSource([], { unlabeled: true }), { code: 'ERR_INVALID_ARGUMENT' });
});

test('the Kermany set is 5,216, 16 and 624 images, without a problem', async (t) => {
  const root = realImages(t, 'chest_xray');
  if (root === undefined) return;
  const { kind, classes, samples, problems } = await scanSource(root);
  t.is(kind, 'splits');
  t.deepEqual(classes, ['NORMAL', 'PNEUMONIA']);
  t.deepEqual(
    ['train', 'val', 'test'].map((name) => samples.filter(({ split }) => split === name).length),
    [5216, 16, 624],
  );
  t.deepEqual(problems, []);
});
