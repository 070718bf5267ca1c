/** Progress redraws one line on a terminal, writes whole lines elsewhere, and fits any width. */
import { stripVTControlCharacters } from 'node:util';
import test from 'ava';
import { ascii, blocks, glyphsFor, type Glyphs } from '../../src/cli/glyphs.js';
import { progressLine } from '../../src/cli/progressLine.js';
import { styleFor } from '../../src/cli/style.js';
import { Terminal } from '../../src/cli/terminal.js';
import { alignColumns, formatClock, formatPercent, formatSeconds } from '../../src/cli/text.js';
import { createTrainingReporter } from '../../src/cli/trainingProgress.js';
import type { EpochRecord, TrainEvent } from '../../src/index.js';

function screen(properties: { isTTY: boolean; columns?: number }) {
  const written: string[] = [];
  const clock = { ms: 0 };
  const stream = { ...properties, write: (text: string) => written.push(text) };
  return { written, clock, terminal: new Terminal(stream, () => clock.ms) };
}

test('elsewhere than on a terminal only whole lines are written', (t) => {
  const { written, terminal } = screen({ isTTY: false });
  terminal.live(() => 'never drawn');
  terminal.print('a line');
  t.deepEqual(written, ['a line\n']);
});

test('the live line is redrawn ten times a second at most, and makes room for lines that stay', (t) => {
  const { written, clock, terminal } = screen({ isTTY: true, columns: 40 });
  for (; clock.ms < 1000; clock.ms += 10) terminal.live((width) => `at ${clock.ms} of ${width}`);
  t.is(written.length, 10);
  t.is(written[1], '\r\x1b[Kat 100 of 37');
  terminal.print('done');
  t.deepEqual(written.slice(10), ['\r\x1b[K', 'done\n']);
  terminal.live(() => 'again at once');
  t.is(written.at(-1), '\r\x1b[Kagain at once');
});

const noStyle = styleFor({ isTTY: false });

test('a progress line fits every width, and never gives up its first part', (t) => {
  const parts = [
    { text: 'epoch 3/10', rank: 0 },
    { text: 'step 45/146', rank: 2 },
    { text: 'loss 0.4312', rank: 1 },
  ];
  for (let width = 1; width <= 200; width += 1) {
    const line = progressLine(parts, 0.3, width, noStyle);
    t.true(line.length <= width, `${width} columns: ${line}`);
    t.true(line.startsWith('epoch 3/10'.slice(0, width)), line);
    if (!line.includes('loss')) t.false(line.includes('step'), 'the least important goes first');
  }
});

test('the bar is as full as the work is done', (t) => {
  const bar = (share: number, glyphs: Glyphs): string =>
    progressLine([{ text: 'x', rank: 0 }], share, 13, noStyle, glyphs).slice(3);
  t.is(bar(0, blocks), '──────────');
  t.is(bar(0.5, blocks), '━━━━━─────');
  t.is(bar(2, blocks), '━━━━━━━━━━');
  t.is(bar(0.5, ascii), '#####-----');
});

test('colors need a terminal that shows them and a user who has not asked for none', (t) => {
  t.is(styleFor({ isTTY: true }, {}).red('x'), '\x1b[31mx\x1b[39m');
  t.is(styleFor({ isTTY: true }, { NO_COLOR: '1' }).red('x'), 'x');
  t.is(styleFor({ isTTY: true }, { TERM: 'dumb' }).red('x'), 'x');
  t.is(styleFor({ isTTY: false }, {}).red('x'), 'x');
});

const record: EpochRecord = {
  epoch: 1,
  trainLoss: 12.345678,
  trainAccuracy: 0.5,
  valLoss: 0.6,
  valAccuracy: 1,
  valAuroc: 0.75,
  learningRate: 0.001,
  seconds: 754,
  imagesPerSecond: 12_345.6,
};

test('the table of epochs fits 80 columns, under a head that is written once', (t) => {
  const { written, terminal } = screen({ isTTY: false });
  const report = createTrainingReporter(terminal);
  report({ kind: 'epoch', record, epochs: 100, best: true });
  report({ kind: 'epoch', record: { ...record, epoch: 100 }, epochs: 100, best: false });
  const [head, first, last, ...rest] = written.map((line) => line.trimEnd());
  t.is(head, '  epoch  train loss  accuracy  val loss  accuracy   AUROC  img/s     time');
  t.is(
    first,
    '  1/100     12.3457    0.5000    0.6000    1.0000  0.7500  12346  12 min 34 s  best',
  );
  t.true(last?.startsWith('100/100'));
  t.deepEqual(rest, []);
});

/** A run of 100 epochs whose loss falls from 4 to 0.1, after a first of 1000, with a step that has none. */
function reportSteps(report: (event: TrainEvent) => void, clock: { ms: number }): void {
  const common = { kind: 'step', epochs: 100, steps: 40, imagesPerSecond: 1234, secondsLeft: 3671 };
  for (let done = 0; done < 400; done += 1) {
    const falling = 0.1 + 3.9 * Math.exp(-done / 60);
    const loss = done === 0 ? 1000 : done === 7 ? NaN : falling;
    clock.ms += 100;
    report({
      ...common,
      kind: 'step',
      epoch: 1 + Math.floor(done / 40),
      step: 1 + (done % 40),
      loss,
    });
  }
}

test('the live line of training has a falling curve for a falling loss, and fits every width', (t) => {
  for (let columns = 4; columns <= 160; columns += 1) {
    const { written, clock, terminal } = screen({ isTTY: true, columns });
    reportSteps(createTrainingReporter(terminal), clock);
    t.is(written.length, 400);
    for (const text of written) {
      const line = stripVTControlCharacters(text).replace('\r', '');
      t.true(line.length <= columns - 3, `${columns} columns: ${line}`);
    }
  }
  const { written, clock, terminal } = screen({ isTTY: true, columns: 80 });
  reportSteps(createTrainingReporter(terminal), clock);
  const { levels } = glyphsFor();
  const curveOf = (text = ''): number[] =>
    Array.from(text, (glyph) => levels.indexOf(glyph)).filter((height) => height >= 0);
  const [, beforeLeft] =
    /loss \d\.\d{4} {2}(.{12}) {2}1:01:11 left$/.exec(written.at(-1) ?? '') ?? [];
  const curve = curveOf(beforeLeft);
  t.is(curve.length, 12);
  t.deepEqual(
    curve,
    curve.toSorted((a, b) => b - a),
  );
  t.deepEqual([curve[0], curve.at(-1)], [levels.length - 1, 0], 'over its own range');
  t.true((curve[1] ?? 0) > 0, 'which the first loss of the run is not in any more');
});

test('on a pipe the steps of training write nothing', (t) => {
  const { written, clock, terminal } = screen({ isTTY: false });
  reportSteps(createTrainingReporter(terminal), clock);
  t.deepEqual(written, []);
});

test('figures that an autoencoder has not are not in the table', (t) => {
  const { written, terminal } = screen({ isTTY: false });
  const without = { ...record, trainAccuracy: null, valAccuracy: null, valAuroc: null };
  createTrainingReporter(terminal)({ kind: 'epoch', record: without, epochs: 3, best: false });
  t.regex(written[0] ?? '', /epoch +train loss +val loss +img\/s +time/);
});

test('durations, countdowns and probabilities read well', (t) => {
  t.deepEqual([0.047, 3.14, 59.96, 134, 5040].map(formatSeconds), [
    '0.05 s',
    '3.1 s',
    '1 min 0 s',
    '2 min 14 s',
    '1 h 24 min',
  ]);
  t.deepEqual([5, 134, 5040].map(formatClock), ['0:05', '2:14', '1:24:00']);
  t.deepEqual([0.5, 0.97312, 0.99999].map(formatPercent), ['50.0 %', '97.3 %', '> 99.9 %']);
});

test('columns are aligned, the last letter of the sides serves the rest', (t) => {
  const rows = [
    ['a', '1', '22'],
    ['bcd', '33', '4'],
  ];
  t.deepEqual(alignColumns(rows, 'lr'), ['a     1  22', 'bcd  33   4']);
});
