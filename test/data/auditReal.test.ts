/** The audit on real radiographs, where they are at hand. */
import { cp, mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { auditData } from '../../src/data/index.js';
import { checkOf, findingsOf, forgeries, plant } from './auditing.js';
import { makeFolder, realImages } from './folder.js';

/** Every so many of the images: enough that different chests resemble each other, and quick. */
const stride = 8;

test('copies planted among real radiographs are found with recall 0.99 and precision 0.95', async (t) => {
  const train = realImages(t, 'chest_xray/train');
  if (train === undefined) return;
  const root = await makeFolder(t, {});
  const planted: { copy: string; original: string; forgery: string }[] = [];
  const kinds = Object.keys(forgeries);
  for (const label of ['NORMAL', 'PNEUMONIA']) {
    const names: string[] = (await readdir(join(train, label))).sort();
    const chosen = names.filter((name, at) => at % stride === 0 && name.endsWith('.jpeg'));
    await mkdir(join(root, 'train', label), { recursive: true });
    for (const [at, name] of chosen.entries()) {
      await cp(join(train, label, name), join(root, 'train', label, name));
      const forgery = kinds[at % kinds.length] ?? '';
      const copy = `test/${label}/copy-${name}`.replace('.jpeg', '.png');
      await plant(join(train, label, name), join(root, copy), forgeries[forgery]?.forge);
      planted.push({ copy, original: `train/${label}/${name}`, forgery });
    }
  }
  const audit = await auditData(root, { cacheDir: join(root, 'cache') });
  const leaks = [...findingsOf(audit, 'exactDuplicates'), ...findingsOf(audit, 'nearDuplicates')];
  const clusterOf = new Map(leaks.flatMap(({ files }) => files.map((file) => [file, files])));
  for (const kind of kinds) {
    const own = planted.filter(({ forgery }) => forgery === kind);
    const found = own.filter(({ copy, original }) => clusterOf.get(copy)?.includes(original));
    const least = forgeries[kind]?.recall ?? 1;
    t.true(found.length >= least * own.length, `${kind}: ${found.length} of ${own.length}`);
  }
  const [right, wrong] = [
    leaks.filter(({ files }) => files.length === 2 && files.some((file) => /copy-/.test(file))),
    // Kermany's own twins are true, and come as four with their copies.
    leaks.filter(({ files }) => new Set(files.map(pictureOf)).size > 1),
  ];
  t.true(right.length > 0.95 * planted.length);
  t.true(wrong.length <= 0.05 * right.length, JSON.stringify(wrong));
});

/** What a file and its planted copy share. */
function pictureOf(file: string): string {
  return file.replace(/^.*\/(copy-)?/, '').replace(/\.\w+$/, '');
}

test('the official test split shares no image and no patient with the training images', async (t) => {
  const root = realImages(t, 'chest_xray');
  if (root === undefined) return;
  const data = await makeFolder(t, {});
  for (const label of ['NORMAL', 'PNEUMONIA']) {
    await cp(join(root, 'test', label), join(data, 'test', label), { recursive: true });
    const names = (await readdir(join(root, 'train', label))).sort();
    await mkdir(join(data, 'train', label), { recursive: true });
    for (const name of names.filter((file, at) => at % stride === 1 && file.endsWith('.jpeg'))) {
      await cp(join(root, 'train', label, name), join(data, 'train', label, name));
    }
  }
  const audit = await auditData(data, { cacheDir: join(data, 'cache') });
  t.not(audit.verdict, 'fail', audit.headline);
  t.like(checkOf(audit, 'patientOverlap'), { count: 0, status: 'warn' });
  const twins = findingsOf(audit, 'exactDuplicates').map(({ files }) => files.join(' '));
  t.true(
    twins.includes('test/NORMAL/NORMAL2-IM-0095-0001.jpeg test/NORMAL/NORMAL2-IM-0096-0001.jpeg'),
  );
});

test('normals of the Radiography Database that come from Kermany are found', async (t) => {
  const kermany = realImages(t, 'chest_xray/train/NORMAL');
  const radiography = realImages(t, 'radiography/Normal');
  if (kermany === undefined || radiography === undefined) return;
  // Normal-65 is IM-0119-0001, and so on in Kermany's order; those above 1,341 come from elsewhere.
  const data = await makeFolder(t, {});
  for (const folder of ['a', 'b']) await mkdir(join(data, folder, 'NORMAL'), { recursive: true });
  const names = (await readdir(kermany)).filter((name) => /^IM-0[1-3]/.test(name));
  for (const name of names) await cp(join(kermany, name), join(data, 'a', 'NORMAL', name));
  for (const number of [65, 81, 97, 113, 2001, 2017, 2033, 2049]) {
    const name = `Normal-${number}.jpg`;
    await cp(join(radiography, name), join(data, 'b', 'NORMAL', name));
  }
  const sources = [join(data, 'a'), join(data, 'b')];
  const audit = await auditData(sources, { cacheDir: join(data, 'cache') });
  t.is(audit.verdict, 'warn');
  const shared = findingsOf(audit, 'nearDuplicates').flatMap(({ files }) =>
    files.filter((file) => file.includes('Normal-')),
  );
  t.deepEqual(shared.map((file) => file.replace(/^.*\//, '')).sort(), [
    'Normal-113.jpg',
    'Normal-65.jpg',
    'Normal-81.jpg',
    'Normal-97.jpg',
  ]);
});
