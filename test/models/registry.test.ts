/** Architectures by name and by path. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { findJsonError } from '../../src/models/jsonError.js';
import { listModels, loadModelSpec } from '../../src/models/index.js';

const folder = mkdtempSync(join(tmpdir(), 'roentgen-models-'));
test.after.always(() => rmSync(folder, { recursive: true }));

function write(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

test('every architecture of the package is right, and named as its file', (t) => {
  const names = listModels();
  t.deepEqual(names, [
    'alexnet',
    'autoencoder',
    'cnn-binary',
    'cnn-ternary',
    'cnn5',
    'lenet5',
    'lmap3',
    'resnet18',
    'resnet34',
    'resnet50',
    'resnet50v2',
    'vgg19',
  ]);
  for (const name of names) t.is(loadModelSpec(name).name, name);
});

test("a user's own architecture is read by its path", (t) => {
  const path = write('mine.json', JSON.stringify({ ...loadModelSpec('lenet5'), name: 'mine' }));
  t.is(loadModelSpec(path).name, 'mine');
});

test('an unknown name is answered with the nearest one and the list', (t) => {
  const error = t.throws(() => loadModelSpec('resnet19'), { code: 'ERR_UNKNOWN_MODEL' });
  t.regex(error.message, /"resnet19"; did you mean resnet18\?\nKnown: alexnet, .*, vgg19, or the path/);
});

test('a path that leads nowhere is named', (t) => {
  t.throws(() => loadModelSpec('./none.json'), {
    code: 'ERR_NOT_FOUND',
    message: 'The architecture file ./none.json does not exist',
  });
  t.throws(() => loadModelSpec(`${folder}/`), { code: 'ERR_IO' });
});

const broken: [text: string, fault: string][] = [
  ['{\n  "name": "mine",\n  "layers": [,]\n}', 'line 3, column 14: not valid JSON: unexpected ,]'],
  ['{\n  "name": "mine",\n}', 'line 3, column 1: not valid JSON: unexpected }'],
  ['{ "name": mine }', 'line 1, column 11: not valid JSON: unexpected mine }'],
  ['{ "name" "mine" }', 'line 1, column 10: not valid JSON: unexpected "mine" }'],
  ['{ "name": "mi\nne" }', 'line 1, column 11: not valid JSON: unexpected "mi'],
  ['{ "classes": 02 }', 'line 1, column 15: not valid JSON: unexpected 2 }'],
  ['{} {}', 'line 1, column 4: not valid JSON: unexpected {}'],
  ['{\n  "layers": [1, 2]\n', 'line 3, column 1: not valid JSON: it ends too early'],
  ['', 'line 1, column 1: not valid JSON: it ends too early'],
];

test('broken JSON is located by line and column', (t) => {
  for (const [text, fault] of broken) {
    const path = write('broken.json', text);
    t.throws(() => loadModelSpec(path), { code: 'ERR_INVALID_SPEC', message: `${path}: ${fault}` });
  }
});

test('what JSON.parse accepts has no broken place', (t) => {
  const values = ['{"a":[1,-2.5e+3,true,null,"\\u00e9\\n\\u007f \u007f"],"b":{"":[]}}', ' [ ] ', '"x"', '0'];
  for (const text of values) {
    t.notThrows(() => JSON.parse(text) as unknown, text);
    t.is(findJsonError(text), text.length, text);
  }
});
