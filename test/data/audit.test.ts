/** What the audit of a dataset finds, and what it does not hold against it. */
import { cp, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import test from 'ava';
import sharp from 'sharp';
import { auditData, auditPacked, packDataset, scanSource } from '../../src/data/index.js';
import { RoentgenError } from '../../src/native/index.js';
import { checkOf, copyInto, filesIn, findingsOf, forgeries, phantoms, plant } from './auditing.js';
import { makeFolder } from './folder.js';

test('a clean set passes, at several seeds and sizes', async (t) => {
  for (const [seed, size, imagesPerClass] of [
    [0, 64, 60],
    [1, 128, 40],
    [2, 32, 40],
  ]) {
    const images = await phantoms(t, { seed, size, imagesPerClass });
    const cacheDir = join(images, '..', 'cache');
    const audit = await auditData(images, { cacheDir });
    const asTrained = { channels: 1, height: size ?? 0, width: size ?? 0, fit: 'fill' } as const;
    for (const { verdict, findings } of [
      audit,
      await auditData(images, { cacheDir, format: asTrained }),
    ]) {
      t.is(verdict, 'pass', JSON.stringify(findings));
    }
    t.is(audit.images, 3 * (imagesPerClass ?? 0));
    t.deepEqual(audit.classes, ['BACTERIA', 'NORMAL', 'VIRUS']);
  }
});

test('copies of training images planted in test are found, at precision and recall that are told', async (t) => {
  const images = await phantoms(t, { seed: 3, imagesPerClass: 30 });
  const originals = await filesIn(join(images, 'train', 'NORMAL'));
  for (const [name, { forge, recall }] of Object.entries(forgeries)) {
    const data = await makeFolder(t, {});
    await cp(images, data, { recursive: true });
    const planted = new Set<string>();
    for (const original of originals) {
      const copy = `planted-${basename(original)}`;
      await plant(original, join(data, 'test', 'NORMAL', copy), forge);
      planted.add([`test/NORMAL/${copy}`, `train/NORMAL/${basename(original)}`].join());
    }
    const audit = await auditData(data, { cacheDir: join(images, '..', 'cache') });
    t.is(audit.verdict, 'fail', name);
    const found = ['exactDuplicates', 'nearDuplicates']
      .flatMap((check) => findingsOf(audit, check))
      .filter(({ status }) => status === 'fail');
    // Two exposures of one patient may hang together with the copies of both.
    const right = [...planted].filter((pair) =>
      found.some(({ files }) => pair.split(',').every((file) => files.includes(file))),
    );
    const wrong = found.filter(({ files }) => !files.some((file) => file.includes('planted-')));
    t.true(right.length >= recall * planted.size, `${name}: ${right.length} of ${planted.size}`);
    t.deepEqual(wrong, [], name);
    t.true(found.every(({ code }) => code === 'ERR_SPLIT_LEAK'));
  }
});

test('a patient in two splits is a leak, named with all of the images', async (t) => {
  const images = await phantoms(t);
  const [moved = ''] = await filesIn(join(images, 'train', 'VIRUS'));
  const patient = /person\d+_virus/.exec(moved)?.[0] ?? '';
  // Another picture under a name of that patient.
  const [other = ''] = await filesIn(join(images, 'test', 'VIRUS'));
  await cp(other, join(images, 'test', 'VIRUS', `${patient}_9.png`));
  await rm(other);
  const audit = await auditData(images, { cacheDir: join(images, '..', 'cache') });
  t.is(audit.verdict, 'fail');
  t.regex(audit.headline, /leak/);
  const [finding, ...others] = findingsOf(audit, 'patientOverlap');
  t.deepEqual(others, []);
  t.like(finding, { status: 'fail', code: 'ERR_SPLIT_LEAK' });
  t.true(finding?.files.includes(`train/VIRUS/${basename(moved)}`));
  t.true(finding?.files.includes(`test/VIRUS/${patient}_9.png`));
});

test("a person's number under both labels is only suspected", async (t) => {
  const images = await phantoms(t);
  const [bacterial = ''] = await filesIn(join(images, 'train', 'BACTERIA'));
  const number = /person\d+/.exec(bacterial)?.[0] ?? '';
  const [viral = ''] = await filesIn(join(images, 'test', 'VIRUS'));
  await cp(viral, join(images, 'test', 'VIRUS', `${number}_virus_1.png`));
  await rm(viral);
  const reading = { cacheDir: join(images, '..', 'cache') };
  const audit = await auditData(images, reading);
  t.is(audit.verdict, 'warn');
  t.like(checkOf(audit, 'patientOverlap'), { status: 'warn', count: 0 });
  t.is(findingsOf(audit, 'patientOverlap').length, 1);
  const strict = await auditData(images, { ...reading, groupBy: 'person' });
  t.like(checkOf(strict, 'patientOverlap'), { status: 'fail', count: 1 });
});

test('the same file twice in a split is worth a look, and across splits a leak', async (t) => {
  const images = await phantoms(t);
  const [file = ''] = await filesIn(join(images, 'train', 'NORMAL'));
  const reading = { cacheDir: join(images, '..', 'cache') };
  const twin = await copyInto(file, join(images, 'train', 'NORMAL'), 'twin-');
  const within = await auditData(images, reading);
  t.like(checkOf(within, 'exactDuplicates'), { status: 'warn', count: 2 });
  t.is(checkOf(within, 'nearDuplicates')?.status, 'pass', 'told once');
  await copyInto(file, join(images, 'val', 'NORMAL'), 'other-');
  const across = await auditData(images, reading);
  const [finding] = findingsOf(across, 'exactDuplicates');
  t.is(finding?.status, 'fail');
  t.is(finding?.files.length, 3);
  t.true(finding?.files.includes(`train/NORMAL/${twin}`));
  t.regex(finding?.message ?? '', /^the same file, in train and val$/);
});

test('the same pixels in another file are told from the same file', async (t) => {
  const images = await phantoms(t);
  const [file = ''] = await filesIn(join(images, 'train', 'NORMAL'));
  await sharp(file)
    .png({ compressionLevel: 0 })
    .toFile(join(images, 'train', 'NORMAL', 'rewritten.png'));
  const audit = await auditData(images, { cacheDir: join(images, '..', 'cache') });
  const [finding] = findingsOf(audit, 'exactDuplicates');
  t.is(finding?.message, 'the same pixels in files of different bytes');
});

test('one picture under two classes is a label conflict, changed or not', async (t) => {
  const images = await phantoms(t);
  const [first = '', second = ''] = await filesIn(join(images, 'train', 'NORMAL'));
  await copyInto(first, join(images, 'train', 'VIRUS'), 'copy-');
  await plant(second, join(images, 'train', 'BACTERIA', 'mirrored.png'), (image) => image.flop());
  const audit = await auditData(images, { cacheDir: join(images, '..', 'cache') });
  t.is(audit.verdict, 'warn');
  t.deepEqual(
    findingsOf(audit, 'labelConflicts').map(({ message }) => message),
    ['one picture, labeled NORMAL and VIRUS', 'one picture, labeled BACTERIA and NORMAL'],
  );
});

test('copies between two datasets leak where one of them teaches and the other may examine', async (t) => {
  const split = await phantoms(t, { seed: 5 });
  const other = join(await phantoms(t, { seed: 6 }), 'train');
  const reading = { cacheDir: join(split, '..', 'cache') };
  const separate = await auditData([split, other], reading);
  t.is(separate.verdict, 'pass', JSON.stringify(separate.findings));
  t.deepEqual(separate.sources, [split, other]);

  const [tested = ''] = await filesIn(join(split, 'test', 'NORMAL'));
  await plant(tested, join(other, 'NORMAL', 'x.png'), (image) => image.jpeg({ quality: 60 }));
  const shared = await auditData([split, other], reading);
  t.is(shared.verdict, 'warn', 'two test sets may share an image');
  t.is(findingsOf(shared, 'nearDuplicates').length, 1);

  const [learned = ''] = await filesIn(join(split, 'train', 'NORMAL'));
  await plant(learned, join(other, 'NORMAL', 'y.png'), (image) => image.jpeg({ quality: 60 }));
  const leaking = await auditData([split, other], reading);
  t.is(leaking.verdict, 'fail');
  const [finding] = findingsOf(leaking, 'nearDuplicates');
  t.deepEqual(finding?.files, [
    `${split}/train/NORMAL/${basename(learned)}`,
    `${other}/NORMAL/y.png`,
  ]);

  const unsplit = await auditData([join(split, 'train'), other], reading);
  t.is(unsplit.verdict, 'warn', 'nothing is learned from yet');
});

test('blank, inverted, oddly shaped and unreadable files are told, and stop nothing', async (t) => {
  const images = await phantoms(t, { imagesPerClass: 30 });
  const folder = join(images, 'train', 'NORMAL');
  const [first = '', second = ''] = await filesIn(folder);
  const blank = { width: 96, height: 96, channels: 3, background: '#666' } as const;
  await sharp({ create: blank }).toColourspace('b-w').png().toFile(join(folder, 'blank.png'));
  await plant(first, join(folder, 'inverted.png'), (image) => image.negate());
  await sharp(second).resize(300, 60, { fit: 'fill' }).png().toFile(join(folder, 'flat.png'));
  await writeFile(join(folder, 'broken.png'), 'no image');
  const audit = await auditData(images, { cacheDir: join(images, '..', 'cache') });
  const odd = findingsOf(audit, 'oddImages').map(
    ({ files, message }) => `${files.join()}: ${message}`,
  );
  const told = odd.join('\n');
  t.regex(told, /blank\.png: every pixel is the same/);
  t.regex(told, /inverted\.png: dark where the others are bright/);
  t.regex(told, /flat\.png: 300×60 pixels, another shape than most/);
  t.deepEqual(
    odd.filter((line) => !/blank|inverted|flat/.test(line)),
    [],
  );
  t.like(findingsOf(audit, 'unreadable')[0], {
    files: ['train/NORMAL/broken.png'],
    code: 'ERR_UNREADABLE_IMAGE',
  });
});

test('a fact that gives the class away is a shortcut', async (t) => {
  const images = await phantoms(t, { imagesPerClass: 30 });
  const reading = { cacheDir: join(images, '..', 'cache') };
  for (const split of ['train', 'val', 'test']) {
    for (const file of await filesIn(join(images, split, 'VIRUS'))) {
      await plant(file, file.replace('.png', '.tmp'), (image) => image.linear(0.6, 90).resize(120));
      await cp(file.replace('.png', '.tmp'), file);
      await rm(file.replace('.png', '.tmp'));
    }
  }
  const audit = await auditData(images, reading);
  t.is(checkOf(audit, 'brightnessByClass')?.status, 'warn');
  t.is(checkOf(audit, 'sizeByClass')?.status, 'warn');
  t.true(
    findingsOf(audit, 'sizeByClass').some(({ message }) =>
      message.startsWith('a shortcut: width alone tells VIRUS from the rest with AUROC 1.00'),
    ),
  );
  // Behind a packed file are no files to look at.
  const source = await scanSource(images);
  const format = { channels: 1, height: 96, width: 96, fit: 'fill' } as const;
  const packed = await packDataset(source, format, reading);
  const blind = await auditPacked(packed, 'packed');
  packed.dataset.dispose();
  t.is(checkOf(blind, 'brightnessByClass')?.status, 'warn');
  t.like(checkOf(blind, 'sizeByClass'), {
    status: 'pass',
    summary: 'unknown, as no files are at hand',
  });
});

test('unequal classes and splits that differ are told with their counts', async (t) => {
  const images = await phantoms(t, { imagesPerClass: 60 });
  for (const file of (await filesIn(join(images, 'train', 'VIRUS'))).slice(2)) await rm(file);
  const audit = await auditData(images, { cacheDir: join(images, '..', 'cache') });
  t.is(checkOf(audit, 'splitPrevalence')?.status, 'warn');
  t.regex(
    checkOf(audit, 'classBalance')?.summary ?? '',
    /^BACTERIA 60, NORMAL 60, VIRUS 20: 3\.0 to 1$/,
  );
  t.is(checkOf(audit, 'classBalance')?.status, 'pass');
});

test('the process goes on with other things, and an audit can be aborted', async (t) => {
  const images = await phantoms(t, { imagesPerClass: 60 });
  const controller = new AbortController();
  const source = await scanSource(images);
  const format = { channels: 1, height: 96, width: 96, fit: 'fill' } as const;
  const packed = await packDataset(source, format, { cacheDir: join(images, '..', 'cache') });
  // Only an audit that lets others run can be stopped by what they do.
  setImmediate(() => {
    controller.abort();
  });
  await t.throwsAsync(auditPacked(packed, 'packed', { signal: controller.signal }), {
    instanceOf: RoentgenError,
    code: 'ABORT_ERR',
  });
  packed.dataset.dispose();
});

test('the sheet shows each copy beside its original', async (t) => {
  const images = await phantoms(t);
  const sheet = join(images, '..', 'pairs.png');
  const reading = { cacheDir: join(images, '..', 'cache'), sheet };
  await auditData(images, reading);
  const empty = await sharp(await readFile(sheet)).stats();
  t.is(empty.channels[0]?.stdev, 0, 'nothing to show');
  const [file = ''] = await filesIn(join(images, 'train', 'NORMAL'));
  await plant(file, join(images, 'test', 'NORMAL', 'copy.png'), (image) => image.flip());
  await auditData(images, reading);
  const drawn = sharp(await readFile(sheet));
  const { width } = await drawn.metadata();
  t.true(width > 2 * 176);
  const tile = async (left: number, mirror: boolean): Promise<Buffer> =>
    drawn
      .clone()
      .extract({ left: left + 8, top: 52, width: 160, height: 160 })
      .flip(mirror)
      .raw()
      .toBuffer();
  const original = await tile(10 + 176, false);
  const [straight = 0, mirrored = 0] = [await tile(10, false), await tile(10, true)].map(
    (copy) =>
      copy.reduce((sum, value, at) => sum + Math.abs(value - (original[at] ?? 0)), 0) / copy.length,
  );
  t.true(mirrored < straight / 2, `${mirrored} and ${straight} gray levels from its neighbor`);
});

test('wrong numbers of datasets are refused', async (t) => {
  for (const sources of [[], ['a', 'a'], ['a', 'b', 'c']]) {
    await t.throwsAsync(auditData(sources), { code: 'ERR_INVALID_ARGUMENT' });
  }
  await t.throwsAsync(auditData('nowhere'), { code: 'ERR_NOT_FOUND' });
});
