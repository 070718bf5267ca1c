/** Which file names belong to one patient. */
import test from 'ava';
import { groupingBy } from '../../src/data/groups.js';
import { scanSource } from '../../src/data/index.js';
import { realImages } from './folder.js';

const table = [
  {
    name: 'train/PNEUMONIA/person1_bacteria_1.jpeg',
    kermany: 'person1_bacteria',
    person: 'person1',
  },
  { name: 'test/PNEUMONIA/person1_virus_6.jpeg', kermany: 'person1_virus', person: 'person1' },
  { name: 'person12_virus_46.jpeg', kermany: 'person12_virus', person: 'person12' },
  { name: 'person447_virus_921_1.jpeg', kermany: 'person447_virus', person: 'person447' },
  { name: 'IM-0011-0001-0002.jpeg', kermany: 'IM-0011', person: 'IM-0011' },
  { name: 'IM-0115-0001.jpeg', kermany: 'IM-0115', person: 'IM-0115' },
  { name: 'NORMAL2-IM-0112-0001.jpeg', kermany: 'NORMAL2-IM-0112', person: 'NORMAL2-IM-0112' },
  { name: 'NORMAL2-IM-1288-0001-0001.jpeg', kermany: 'NORMAL2-IM-1288', person: 'NORMAL2-IM-1288' },
  { name: 'BACTERIA-1008087-0001.jpeg', kermany: 'BACTERIA-1008087', person: 'BACTERIA-1008087' },
  { name: 'VIRUS-999-0002.jpeg', kermany: 'VIRUS-999', person: 'VIRUS-999' },
  {
    name: 'val/COVID/COVID-12.png',
    kermany: 'val/COVID/COVID-12.png',
    person: 'val/COVID/COVID-12.png',
  },
  { name: 'a/xIM-0115-0001.png', kermany: 'a/xIM-0115-0001.png', person: 'a/xIM-0115-0001.png' },
] as const;

for (const { name, kermany, person } of table) {
  test(`${name} is an image of ${kermany}, and by person number of ${person}`, (t) => {
    t.is(groupingBy()(name), kermany);
    t.is(groupingBy('kermany')(name), kermany);
    t.is(groupingBy('person')(name), person);
    t.is(groupingBy('file')(name), name);
  });
}

test('a regular expression groups by its first capture group that captured something', (t) => {
  const groupOf = groupingBy('^(?:site-(\\d+)|(P\\d+))_');
  t.is(groupOf('A/site-7_1.png'), '7');
  t.is(groupOf('B/P07_b.png'), 'P07');
});

test('a regular expression without capture group groups by the entire match', (t) => {
  t.is(groupingBy('^[a-z]+')('A/xyz9.png'), 'xyz');
});

test('a regular expression sees the name of the file, not of its folders', (t) => {
  t.is(groupingBy('\\d+')('train/class1/image22.png'), '22');
});

test('a name that a regular expression does not match, or matches with nothing, is its own group', (t) => {
  t.is(groupingBy('^P\\d+')('A/other.png'), 'A/other.png');
  t.is(groupingBy('x*')('A/other.png'), 'A/other.png');
});

for (const pattern of ['(', '']) {
  test(`"${pattern}" is refused as a regular expression for groups`, (t) => {
    const error = t.throws(() => groupingBy(pattern), { code: 'ERR_INVALID_ARGUMENT' });
    t.regex(error.message, /for groupBy but received/);
  });
}

test('the Kermany set has 4,097 patients, 30 images at most of one, and none in two splits', async (t) => {
  const root = realImages(t, 'chest_xray');
  if (root === undefined) return;
  const { samples } = await scanSource(root);
  const sizes = new Map<string, number>();
  const places = new Set<string>();
  for (const { group, split } of samples) {
    sizes.set(group, (sizes.get(group) ?? 0) + 1);
    places.add(`${group} ${split ?? ''}`);
  }
  t.is(sizes.size, 4097);
  t.is(sizes.get('person23_bacteria'), 30);
  t.is(Math.max(...sizes.values()), 30);
  t.is(places.size, sizes.size);
});
