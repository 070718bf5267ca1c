/** A line of text shows the course of a series, however long it is. */
import test from 'ava';
import { sparkline } from '../../src/cli/sparkline.js';

test('a rising series rises from the lowest to the highest block, a falling one mirrors it', (t) => {
  const rising = Array.from({ length: 8 }, (_, index) => index);
  t.is(sparkline(rising, 8), '▁▂▃▄▅▆▇█');
  t.is(sparkline(rising.toReversed(), 8), '█▇▆▅▄▃▂▁');
});

test('any series fits in the columns, and a monotone one stays monotone', (t) => {
  for (let length = 0; length < 200; length += 7) {
    const falling = Array.from({ length }, (_, index) => 1 / (1 + index));
    for (const columns of [1, 2, 12, 40]) {
      const line = sparkline(falling, columns);
      t.is(line.length, Math.min(columns, length));
      t.is(line, Array.from(line).sort().toReversed().join(''));
    }
  }
});

test('equal values are level, and what is not finite is left out', (t) => {
  t.is(sparkline([2, 2, 2], 8), '▄▄▄');
  t.is(sparkline([NaN, 1, Infinity, 2], 8), '▁█');
  t.is(sparkline([], 8), '');
});
