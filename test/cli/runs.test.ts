/** Tables of runs fit the terminal, mark what is best, and mark nothing that does not compare. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { orders, sortRuns, type OrderName } from '../../src/cli/runColumns.js';
import { comparisonLines } from '../../src/cli/runsComparison.js';
import { runsTable } from '../../src/cli/runsTable.js';
import { styleFor } from '../../src/cli/style.js';
import { compareRuns, trainOptionsSchema, type RunSummary } from '../../src/index.js';
import { roentgen, tinyData, tinyRun } from './program.js';
import { temporaryFolder } from '../temporaryFolder.js';

const noStyle = styleFor({ isTTY: false });

interface Figures {
  loss?: number | null;
  accuracy?: number | null;
  auroc?: number | null;
  seconds?: number;
  epochs?: number;
}

/** A run of `epochs` epochs whose figures are these throughout. */
function makeRun(name: string, figures: Figures = {}, settings: object = {}): RunSummary {
  const { loss = 0.5, accuracy = 0.8, auroc = 0.9, seconds = 12, epochs = 3 } = figures;
  const history = Array.from({ length: epochs }, (_, index) => ({
    ...{ epoch: index + 1, trainLoss: 0.5, trainAccuracy: 0.8, learningRate: 0.001 },
    ...{ valLoss: loss, valAccuracy: accuracy, valAuroc: auroc },
    ...{ seconds, imagesPerSecond: 100 },
  }));
  return {
    name,
    path: join('runs', name),
    state: epochs === 3 ? 'complete' : epochs === 0 ? 'untrained' : 'interrupted',
    started: '2026-01-02T03:04:05.000Z',
    settings: trainOptionsSchema.parse({ epochs: 3, ...settings }),
    data: 'chest_xray',
    dataHash: 'f00d',
    images: { train: 100, validation: 20, validationFrom: 'val' },
    normalization: null,
    skipped: 0,
    versions: {},
    end: epochs === 3 ? { bestEpoch: 1, stopReason: 'completed', seconds: 3 * seconds } : null,
    history,
    best: history[0] ?? null,
    test: { accuracy: 0.84, samples: 624, interval: [0.809, 0.867], dataHash: 'f00d' },
    secondsPerEpoch: epochs === 0 ? null : seconds,
  };
}

test('a run is a line of its figures', (t) => {
  const [head, line] = runsTable([makeRun('first')], Infinity, noStyle);
  t.regex(head ?? '', /^run +model +state +epochs +kept +val loss +accuracy +AUROC +test acc +95%/);
  t.regex(
    line ?? '',
    /^first +resnet18 +complete +3\/3 +1 +0\.5000 +0\.8000 +0\.9000 +0\.8400 +0\.809 to 0\.867 +12\.0 +2026-01-0\d \d\d:\d\d$/,
  );
});

const name = 'lenet5-20261121-072117';

test('the table fits every terminal that has room for names and validation figures', (t) => {
  const runs = [makeRun(name), makeRun('unfinished', { epochs: 1 })];
  let before = Infinity;
  for (let width = 140; width >= 50; width -= 1) {
    const lines = runsTable(runs, width, noStyle);
    for (const line of lines) t.true(line.length <= width, `${width} columns: ${line}`);
    t.regex(lines[0] ?? '', /^run .*val loss +accuracy +AUROC/);
    const shown = lines[0]?.split(/ {2,}/).length ?? 0;
    t.true(shown <= before, 'a narrower table has no more columns');
    t.is(lines.length, shown === 12 ? 3 : 4, 'and says that some are not there');
    before = shown;
  }
});

test('figures that no run has are not in the table', (t) => {
  const without = { ...makeRun('encoder', { accuracy: null, auroc: null }), test: null };
  const [head = ''] = runsTable([without], Infinity, noStyle);
  t.notRegex(head, /accuracy|AUROC|test|95%/);
  t.regex(head, /val loss +s\/epoch/);
});

const sorted: readonly (readonly [order: OrderName, names: string])[] = [
  ['started', 'a b c d'],
  ['name', 'a b c d'],
  ['loss', 'b c a d'],
  ['accuracy', 'c a b d'],
  ['auroc', 'a b d c'],
  ['seconds', 'c b a d'],
  ['epochs', 'a c b d'],
];
for (const [order, names] of sorted) {
  test(`runs sorted by ${order} have the best first, and those without a figure last`, (t) => {
    const runs = [
      makeRun('d', { epochs: 0 }),
      makeRun('a', { loss: 0.9, accuracy: 0.8, auroc: 0.9, seconds: 110 }),
      makeRun('b', { loss: 0.1, accuracy: 0.7, auroc: 0.8, seconds: 20, epochs: 1 }),
      makeRun('c', { loss: 0.5, accuracy: 0.9, auroc: NaN, seconds: 9, epochs: 2 }),
    ].map((run) => ({ ...run, started: `2026-01-0${' dcba'.indexOf(run.name)}` }));
    t.is(
      sortRuns(runs, order)
        .map((run) => run.name)
        .join(' '),
      names,
    );
  });
}

test('there is no order by test figures', (t) => {
  t.deepEqual(
    Object.keys(orders).filter((order) => order.includes('test')),
    [],
  );
});

/** The text of a comparison, and its row of a label. */
function compare(runs: readonly RunSummary[], width = Infinity) {
  const lines = comparisonLines(runs, compareRuns(runs), width, noStyle);
  const row = (label: string): string[] | undefined =>
    lines
      .find((line) => line.startsWith(`${label} `))
      ?.split(/ {2,}/)
      .slice(1);
  return { lines, row };
}

test('a comparison has the settings that differ, and marks the best of each figure', (t) => {
  const { lines, row } = compare([
    makeRun('a', { loss: 0.4, accuracy: 0.8, seconds: 20 }, { lr: 0.01, rotation: 15 }),
    makeRun('b', { loss: 0.3, accuracy: 0.9, seconds: 30 }, { lr: 0.001, rotation: 15 }),
  ]);
  t.deepEqual(row('lr'), ['0.01', '0.001']);
  t.is(row('rotation'), undefined);
  t.deepEqual(row('val loss'), ['0.4000', '0.3000 *']);
  t.deepEqual(row('accuracy'), ['0.8000', '0.9000 *']);
  t.deepEqual(row('AUROC'), ['0.9000 *', '0.9000 *'], 'equal ones are both the best');
  t.deepEqual(row('s/epoch'), ['20.0 *', '30.0']);
  t.deepEqual(row('test acc'), ['0.8400', '0.8400'], 'to choose by the test split would spoil it');
  const count = Object.keys(makeRun('a').settings).length + 1;
  t.true(
    lines.some((line) => line.startsWith(`${count - 2} settings are the same`)),
    lines.at(-2),
  );
});

const incomparable: readonly (readonly [
  what: string,
  change: Partial<RunSummary>,
  told: RegExp,
])[] = [
  ['data', { dataHash: 'beef' }, /different data: figures do not compare/],
  [
    'validation images',
    { images: { train: 90, validation: 30, validationFrom: 'val' } },
    /validate on different images: figures do not compare/,
  ],
];
for (const [what, change, told] of incomparable) {
  test(`runs with different ${what} are said not to compare, and none is the best`, (t) => {
    const { lines } = compare([makeRun('a', { loss: 0.4 }), { ...makeRun('b'), ...change }]);
    t.regex(lines.join('\n'), told);
    t.false(lines.some((line) => line.includes('*')));
  });
}

test('a comparison of many runs fits the terminal, in parts that hold each run once', (t) => {
  const classes = Array.from({ length: 14 }, (_, index) => `FINDING_${index}`);
  const runs = Array.from({ length: 9 }, (_, index) =>
    makeRun(`${name}-${index}`, {}, { lr: (index + 1) / 1e3, ...(index > 4 ? { classes } : {}) }),
  );
  for (const width of [60, 80, 120, 200]) {
    const { lines } = compare(runs, width);
    const tables = lines.slice(0, lines.lastIndexOf(''));
    for (const line of tables) t.true(line.length <= width, `${width} columns: ${line}`);
    const text = lines.join('\n');
    for (const run of runs) t.is(text.split(run.name).length - 1, 1, `${run.name} at ${width}`);
    t.is(
      text
        .match(/^lr .*/gm)
        ?.join(' ')
        .match(/0\.00\d/g)?.length,
      9,
      'and each cell',
    );
  }
});

test.serial(
  'runs are listed, for people and machines, and a damaged one makes the exit code 1',
  async (t) => {
    const folder = await temporaryFolder(t);
    const nothing = await roentgen(folder, 'runs');
    t.is(nothing.exitCode, 2, 'the folder runs is not there');
    const data = await tinyData(folder);
    const trained = await roentgen(folder, 'train', data, ...tinyRun, '--experiment', 'a');
    t.is(trained.exitCode, 0, trained.stderr);

    const alone = await roentgen(folder, 'runs', '--compare');
    t.is(alone.exitCode, 2);
    const listed = await roentgen(folder, 'runs');
    t.is(listed.exitCode, 0, listed.stderr);
    t.regex(
      listed.stdout,
      /^run +model .*began\na +lenet5 +complete +1\/1 .*\n$/,
      'no color on a pipe',
    );

    await mkdir(join(folder, 'runs', 'broken'));
    await writeFile(join(folder, 'runs', 'broken', 'config.yaml'), 'model: [');
    const mixed = await roentgen(folder, 'runs', '--json');
    t.is(mixed.exitCode, 1);
    const { runs, problems } = JSON.parse(mixed.stdout) as Record<
      string,
      Record<string, unknown>[]
    >;
    t.is(runs?.length, 1);
    t.like(runs?.[0], { name: 'a', state: 'complete' });
    t.like(problems?.[0], { file: 'runs/broken', code: 'ERR_INVALID_CONFIG' });
    t.regex(mixed.stderr, /^1 problem:\n {2}runs\/broken: config\.yaml is damaged: /);

    const metrics = JSON.parse(
      await readFile(join(folder, 'runs/a/metrics.json'), 'utf8'),
    ) as object;
    t.like(metrics, { bestEpoch: (runs?.[0]?.['best'] as { epoch: number }).epoch });
  },
);
