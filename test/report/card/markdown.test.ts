import test from 'ava';
import { dataName, escapeMarkdown } from '../../../src/report/card/markdown.js';
import { hardDocument, hardWords } from './cards.js';
import { fixture, onOneLine, tableOf } from './oracle.js';

test('the oracle read the words that are written now', (t) => {
  t.is(fixture.words.markdown, hardDocument(), 'run scripts/oracles/card.py again');
});

test('a Markdown parser reads escaped words as they were, in tables and in lists', (t) => {
  const expected = hardWords.map(onOneLine);
  t.deepEqual(
    tableOf(fixture.words, 'Word').slice(1),
    expected.map((word) => [word]),
  );
  t.deepEqual(fixture.words.items, expected);
});

test('a Markdown parser finds nothing but the table, the list and their text', (t) => {
  const table = ['table', 'thead', 'tbody', 'tr', 'th', 'td'];
  const list = ['bullet_list', 'list_item', 'paragraph'];
  const pairs = [...table, ...list].flatMap((kind) => [`${kind}_open`, `${kind}_close`]);
  t.deepEqual(fixture.words.kinds, ['inline', 'text', ...pairs].sort());
});

test('plain words stay readable in the source', (t) => {
  for (const text of ['Lung_Opacity', '2026-11-20', 'p53.7', 'sensitivity=0.97', 'Röntgen 肺 🫁']) {
    t.is(escapeMarkdown(text), text);
  }
});

test('of a path only the last part is shown', (t) => {
  const names = {
    '/home/somebody/chest_xray/': 'chest_xray',
    'C:\\scans\\set.csv': 'set.csv',
    chest_xray: 'chest_xray',
    '/': '/',
  };
  t.deepEqual(Object.keys(names).map(dataName), Object.values(names));
});
