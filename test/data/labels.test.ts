/** Class order, classes from file names, and classes that should not be there. */
import test from 'ava';
import { scanSource } from '../../src/data/index.js';
import { filesNamed, makeFolder, realImages } from './folder.js';

const twoClasses = filesNamed('NORMAL/IM-1-1.png', 'PNEUMONIA/person1_virus_1.png');

test('classes are ordered by code unit, not by locale', async (t) => {
  const root = await makeFolder(t, filesNamed('b/1.png', 'a/1.png', 'B/1.png', 'Ä/1.png'));
  t.deepEqual((await scanSource(root)).classes, ['B', 'a', 'b', 'Ä']);
});

test('given classes set the order, and may name more than the data hold', async (t) => {
  const root = await makeFolder(t, twoClasses);
  const classes = ['PNEUMONIA', 'COVID', 'NORMAL'];
  const source = await scanSource(root, { classes });
  t.deepEqual(source.classes, classes);
  t.deepEqual(
    source.samples.map(({ name, label }) => [name, label]),
    [
      ['NORMAL/IM-1-1.png', 2],
      ['PNEUMONIA/person1_virus_1.png', 0],
    ],
  );
});

test('a class that is not among the given ones is an error that counts its images', async (t) => {
  const root = await makeFolder(t, { ...twoClasses, ...filesNamed('COVID/1.png', 'COVID/2.png') });
  const error = await t.throwsAsync(scanSource(root, { classes: ['NORMAL', 'PNEUMONIA'] }), {
    code: 'ERR_UNKNOWN_CLASS',
  });
  t.regex(error.message, /not among NORMAL, PNEUMONIA: COVID \(2 images\)/);
});

for (const classes of [[], ['a', 'a'], ['a', '']]) {
  test(`${JSON.stringify(classes)} is no list of classes`, async (t) => {
    const root = await makeFolder(t, twoClasses);
    await t.throwsAsync(scanSource(root, { classes }), { code: 'ERR_INVALID_ARGUMENT' });
  });
}

test('a single class is an error, unless the network does not classify', async (t) => {
  const root = await makeFolder(t, filesNamed('NORMAL/1.png'));
  const error = await t.throwsAsync(scanSource(root), { code: 'ERR_SINGLE_CLASS' });
  t.regex(error.message, /NORMAL/);
  t.deepEqual((await scanSource(root, { allowSingleClass: true })).classes, ['NORMAL']);
});

test('a folder of one class can be evaluated for a model that knows two', async (t) => {
  const root = await makeFolder(t, filesNamed('NORMAL/1.png'));
  const { samples } = await scanSource(root, { classes: ['PNEUMONIA', 'NORMAL'] });
  t.deepEqual(
    samples.map(({ label }) => label),
    [1],
  );
});

const unseen = filesNamed('train/A/1.png', 'train/B/1.png', 'test/A/2.png', 'test/C/1.png');

test('a class in test that train never saw is an error with class, split and count', async (t) => {
  const root = await makeFolder(t, unseen);
  const error = await t.throwsAsync(scanSource(root), { code: 'ERR_UNKNOWN_CLASS' });
  t.regex(error.message, /train never shows: C in test \(1 image\)/);
});

test('an autoencoder may meet classes in test that train never saw', async (t) => {
  const root = await makeFolder(t, unseen);
  t.deepEqual((await scanSource(root, { allowSingleClass: true })).classes, ['A', 'B', 'C']);
});

test('labelsFrom turns what it captures into classes and leaves the rest to the folders', async (t) => {
  const root = await makeFolder(t, {
    ...twoClasses,
    ...filesNamed('PNEUMONIA/person2_bacteria_3.png'),
  });
  const source = await scanSource(root, { labelsFrom: '_(bacteria|virus)_' });
  t.deepEqual(source.classes, ['NORMAL', 'bacteria', 'virus']);
  t.deepEqual(
    source.samples.map(({ name, label }) => [name, source.classes[label]]),
    [
      ['NORMAL/IM-1-1.png', 'NORMAL'],
      ['PNEUMONIA/person1_virus_1.png', 'virus'],
      ['PNEUMONIA/person2_bacteria_3.png', 'bacteria'],
    ],
  );
});

test('labelsFrom finds classes in a flat folder, and lists the files it cannot place', async (t) => {
  const root = await makeFolder(
    t,
    filesNamed('sick_eff11.png', 'normal_2.png', 'odd.png', 'notes.txt'),
  );
  const { kind, classes, samples, problems } = await scanSource(root, {
    labelsFrom: '^(sick|normal)_',
  });
  t.is(kind, 'folders');
  t.deepEqual(classes, ['normal', 'sick']);
  t.is(samples.length, 2);
  t.deepEqual(
    problems.map(({ file }) => file),
    ['odd.png'],
  );
});

for (const labelsFrom of ['(', 'bacteria|virus', '(bacteria)|(virus)']) {
  test(`labelsFrom refuses ${labelsFrom}`, async (t) => {
    const root = await makeFolder(t, twoClasses);
    const error = await t.throwsAsync(scanSource(root, { labelsFrom }), {
      code: 'ERR_INVALID_ARGUMENT',
    });
    t.regex(error.message, /regular expression.* for labelsFrom but received/);
  });
}

test('the Kermany test split holds 234 normal, 242 bacterial and 148 viral images', async (t) => {
  const root = realImages(t, 'chest_xray');
  if (root === undefined) return;
  const { classes, samples } = await scanSource(root, { labelsFrom: '_(bacteria|virus)_' });
  t.deepEqual(classes, ['NORMAL', 'bacteria', 'virus']);
  const labels = samples.filter(({ split }) => split === 'test').map(({ label }) => label);
  const counts = classes.map((_, label) => labels.filter((other) => other === label).length);
  t.deepEqual(counts, [234, 242, 148]);
});
