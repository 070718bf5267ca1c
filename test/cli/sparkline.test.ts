/** A line of text shows the course of a series, however long it is, in whatever the terminal can show. */
import test from 'ava';
import { ascii, blocks, glyphsFor, type Glyphs } from '../../src/cli/glyphs.js';
import { sparkline } from '../../src/cli/sparkline.js';

test('a rising series rises from the lowest to the highest level, a falling one mirrors it', (t) => {
  const rising = Array.from({ length: 8 }, (_, index) => index);
  t.is(sparkline(rising, 8, blocks.levels), '▁▂▃▄▅▆▇█');
  t.is(sparkline(rising.toReversed(), 8, blocks.levels), '█▇▆▅▄▃▂▁');
  t.is(sparkline(rising, 8, ascii.levels), '.:-=+*#%');
});

test('any series fits in the columns, and a monotone one stays monotone', (t) => {
  for (const { levels } of [blocks, ascii]) {
    for (let length = 0; length < 200; length += 7) {
      const falling = Array.from({ length }, (_, index) => 1 / (1 + index));
      for (const columns of [0, 1, 2, 12, 40]) {
        const line = sparkline(falling, columns, levels);
        t.is(line.length, Math.min(columns, length));
        const heights = Array.from(line, (glyph) => levels.indexOf(glyph));
        t.deepEqual(
          heights,
          heights.toSorted((a, b) => b - a),
        );
      }
    }
  }
});

test('the curve is scaled to its own range: neither scale nor offset of the values changes it', (t) => {
  const wave = Array.from({ length: 50 }, (_, index) => Math.round(100 * Math.sin(index / 5)));
  const shown = sparkline(wave, 25, blocks.levels);
  const moved = wave.map((value) => value / 1024 + 8);
  t.is(sparkline(moved, 25, blocks.levels), shown);
  t.true(shown.includes('▁') && shown.includes('█'));
});

test('equal values are level, and what is not finite is left out', (t) => {
  t.is(sparkline([2, 2, 2], 8, blocks.levels), '▄▄▄');
  t.is(sparkline([NaN, 1, Infinity, 2, -Infinity], 8, blocks.levels), '▁█');
  t.is(sparkline([NaN, NaN], 8, blocks.levels), '');
  t.is(sparkline([], 8, blocks.levels), '');
});

const terminals: readonly (readonly [env: NodeJS.ProcessEnv, glyphs: Glyphs])[] = [
  [{ LANG: 'en_US.UTF-8', TERM: 'xterm' }, blocks],
  [{ LANG: 'C.utf8' }, blocks],
  [{}, blocks],
  [{ LANG: 'C' }, ascii],
  [{ LANG: 'en_US.UTF-8', LC_ALL: 'POSIX' }, ascii],
  [{ LANG: 'C', LC_CTYPE: 'de_DE.UTF-8', LC_ALL: '' }, blocks],
  [{ LANG: 'de_DE.ISO-8859-1' }, ascii],
  [{ LANG: 'en_US.UTF-8', TERM: 'linux' }, ascii],
  [{ LANG: 'en_US.UTF-8', TERM: 'dumb' }, ascii],
];
for (const [env, glyphs] of terminals) {
  const name = glyphs === blocks ? 'blocks' : 'ASCII';
  test(`a terminal with ${JSON.stringify(env)} is drawn on in ${name}`, (t) => {
    t.is(glyphsFor(env), glyphs);
  });
}
