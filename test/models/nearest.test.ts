/** Suggestions for mistyped words. */
import test from 'ava';
import { nearest } from '../../src/models/index.js';

const fields = ['kernel', 'stride', 'padding', 'bias', 'out', 'name'];

const mistakes = {
  kernal: 'kernel',
  Kernel: 'kernel',
  strides: 'stride',
  pading: 'padding',
  bais: 'bias',
  outs: 'out',
};

test('a mistyped word finds the one that was meant', (t) => {
  for (const [word, meant] of Object.entries(mistakes)) t.is(nearest(word, fields), meant, word);
});

test('nothing is suggested for a word that is like none', (t) => {
  for (const word of ['dilation', 'x', '']) t.is(nearest(word, fields), undefined, word);
  t.is(nearest('kernel', []), undefined);
});

test('the closest candidate wins, and the earlier of two equally close ones', (t) => {
  t.is(nearest('resnet51', ['resnet18', 'resnet50']), 'resnet50');
  t.is(nearest('resnet5', ['resnet18', 'resnet34', 'resnet50', 'lenet5']), 'resnet50');
  t.is(nearest('resnet', ['resnet18', 'resnet34']), 'resnet18');
});
