/** A planted shortcut is flagged by the probes that can see it, and a clean collection by none. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import anyTest, { type ExecutionContext, type TestFn } from 'ava';
import type sharp from 'sharp';
import { openData } from '../../src/data/index.js';
import { RoentgenError } from '../../src/native/index.js';
import {
  formatProbes,
  probe,
  type ProbeFinding,
  type ProbeOptions,
  type ProbeReport,
} from '../../src/probing/index.js';
import { train } from '../../src/training/index.js';
import { imageSide, redraw, withCornerTag, writeCollection } from './collections.js';

interface Context {
  root: string;
  cacheDir: string;
  /** Manifests. */
  clean: string;
  tagged: string;
}
const test = anyTest as TestFn<Context>;
const code = (expected: string) => ({ instanceOf: RoentgenError, code: expected });

test.before(async (t) => {
  const root = await mkdtemp(join(tmpdir(), 'roentgen-probing-'));
  const { manifest: clean } = await writeCollection(join(root, 'clean'), 1);
  const tagged = await redraw(clean, join(root, 'tagged'), 'filepath', (image, row, number) =>
    withCornerTag(image, row.label === 'PNEUMONIA' && number % 10 !== 0),
  );
  t.context = { root, cacheDir: join(root, 'cache'), clean, tagged };
});
test.after.always(async (t) => {
  await rm(t.context.root, { recursive: true, force: true });
});

async function run(
  t: ExecutionContext<Context>,
  data: string,
  options: Partial<ProbeOptions> = {},
): Promise<ProbeReport> {
  return probe({ data, cacheDir: t.context.cacheDir, ...options });
}

function flaggedIn({ probes }: ProbeReport): string[] {
  return probes.filter(({ flagged }) => flagged).map(({ name }) => name);
}

function named({ probes }: ProbeReport, name: string): ProbeFinding {
  const found = probes.find((finding) => finding.name === name);
  if (found === undefined) throw new Error(`no probe ${name}`);
  return found;
}

test('a tag in a corner of nine tenths of one class is flagged by the border and without the lungs', async (t) => {
  const report = await run(t, t.context.tagged);
  t.deepEqual(flaggedIn(report), ['border', 'lungsBlackedOut']);
  t.true(report.flagged);
  // The tag tells nine tenths of the one class from all of the other.
  t.true(named(report, 'border').balancedAccuracy > 0.85);
  t.is(named(report, 'border').explainedShare, null);
});

for (const seed of [1, 2, 3]) {
  test(`nothing is flagged in clean phantoms of seed ${seed}`, async (t) => {
    const { root } = t.context;
    const manifest =
      seed === 1
        ? t.context.clean
        : (await writeCollection(join(root, `clean${seed}`), seed)).manifest;
    const report = await run(t, manifest, { seed });
    t.deepEqual(flaggedIn(report), []);
    t.deepEqual(
      report.probes.map(({ name, verdict }) => [name, verdict]),
      [
        ['metadata', 'notFlagged'],
        ['border', 'notFlagged'],
        ['lungsBlackedOut', 'notFlagged'],
        ['statistics', 'informs'],
        ['thumbnail', 'informs'],
      ],
    );
  });
}

const makings: Readonly<Record<string, (image: sharp.Sharp, sick: boolean) => sharp.Sharp>> = {
  'another JPEG quality': (image, sick) => image.jpeg({ quality: sick ? 95 : 90 }),
  'another size': (image, sick) =>
    image.resize(imageSide + (sick ? 0 : 2), imageSide + (sick ? 0 : 2)).png(),
};
for (const [making, write] of Object.entries(makings)) {
  test(`${making} for one class is flagged by the facts of the files`, async (t) => {
    const folder = join(t.context.root, making);
    const made = await redraw(t.context.clean, folder, 'filepath', (image, row) =>
      write(image, row.label === 'PNEUMONIA'),
    );
    const report = await run(t, made);
    t.true(named(report, 'metadata').flagged);
    t.is(named(report, 'metadata').auroc, 1);
  });
}

test('masks that are drawn smaller for one class give nothing away', async (t) => {
  const { clean, root } = t.context;
  const half = { create: { width: imageSide, height: imageSide / 2, channels: 3 } } as const;
  const black = { input: { create: { ...half.create, background: 'black' } }, left: 0, top: 0 };
  const uneven = await redraw(clean, join(root, 'masks'), 'mask', (image, row) =>
    row.label === 'PNEUMONIA' ? image.composite([black]).png() : image,
  );
  const report = await run(t, uneven);
  t.is(report.leftOut.length, 0);
  t.false(named(report, 'lungsBlackedOut').flagged);
});

test('without masks the lungs cannot be blacked out, and the report says why', async (t) => {
  const images = join(dirname(t.context.clean), 'images');
  const report = await run(t, images);
  t.deepEqual(
    report.leftOut.map(({ name }) => name),
    ['lungsBlackedOut'],
  );
  t.regex(report.leftOut[0]?.reason ?? '', /no lung masks/);
  t.regex(formatProbes(report), /lungsBlackedOut left out: no lung masks/);
});

test("a folder of masks serves as the manifest's column does", async (t) => {
  const folder = dirname(t.context.clean);
  const [listed, found] = [
    await run(t, t.context.clean),
    await run(t, join(folder, 'images'), { masks: join(folder, 'masks') }),
  ];
  t.is(named(found, 'lungsBlackedOut').auroc, named(listed, 'lungsBlackedOut').auroc);
});

test('a packed file has neither files nor masks: the probes that need them are left out', async (t) => {
  const { clean, root, cacheDir } = t.context;
  const output = join(root, 'packed.safetensors');
  const format = { channels: 1, height: 64, width: 64, fit: 'fill' } as const;
  (await openData(clean, format, { cacheDir, output })).dataset.dispose();
  const report = await run(t, output);
  t.deepEqual(
    report.probes.map(({ name }) => name),
    ['border', 'thumbnail'],
  );
  t.deepEqual(
    report.leftOut.map(({ name }) => name),
    ['metadata', 'lungsBlackedOut', 'statistics'],
  );
});

test('with few patients nothing is flagged, however clear it looks', async (t) => {
  const { root } = t.context;
  const { manifest } = await writeCollection(join(root, 'few'), 5, 20);
  const few = await redraw(manifest, join(root, 'fewTagged'), 'filepath', (image, row) =>
    withCornerTag(image, row.label === 'PNEUMONIA'),
  );
  const report = await run(t, few);
  t.is(named(report, 'border').verdict, 'tooFew');
  t.false(report.flagged);
});

test('the same seed gives the same report', async (t) => {
  const comparable = (report: ProbeReport) => ({ ...report, seconds: 0 });
  t.deepEqual(
    comparable(await run(t, t.context.tagged, { seed: 9 })),
    comparable(await run(t, t.context.tagged, { seed: 9 })),
  );
});

test("a run's model is judged as the run judged it, beside the probes, and probe.json says so", async (t) => {
  const { tagged, root, cacheDir } = t.context;
  const trained = await train({
    data: tagged,
    model: 'lenet5',
    epochs: 8,
    lr: 2e-3,
    batchSize: 8,
    valFraction: 0.3,
    precision: 'fp32',
    seed: 7,
    output: join(root, 'runs'),
    cacheDir,
  });
  const report = await run(t, tagged, { model: trained.runDirectory });
  t.is(report.validation, trained.metrics?.samples ?? NaN);
  t.is(report.model?.accuracy, trained.metrics?.accuracy);
  t.is(report.model?.auroc, trained.metrics?.auroc ?? NaN);
  const { balancedAccuracy, explainedShare } = named(report, 'border');
  const gained = (report.model?.balancedAccuracy ?? NaN) - 0.5;
  t.is(explainedShare, (balancedAccuracy - 0.5) / gained);
  const written = await readFile(join(trained.runDirectory, 'probe.json'), 'utf8');
  t.deepEqual(JSON.parse(written), JSON.parse(JSON.stringify(report)));
  for (const line of formatProbes(report).split('\n')) t.true(line.length <= 80, line);

  const model = trained.runDirectory;
  await t.throwsAsync(run(t, t.context.clean, { model }), code('ERR_MODEL_MISMATCH'));
  await t.throwsAsync(run(t, tagged, { model, seed: 1 }), code('ERR_INVALID_ARGUMENT'));
  await t.throwsAsync(run(t, tagged, { model: join(root, 'runs') }), code('ERR_NOT_FOUND'));
  await writeFile(join(model, 'config.yaml'), 'data: 3\n');
  await t.throwsAsync(run(t, tagged, { model }), code('ERR_INVALID_CONFIG'));
});

test('wrong arguments are refused by name', async (t) => {
  const { clean, root } = t.context;
  await t.throwsAsync(run(t, join(root, 'nowhere')), code('ERR_NOT_FOUND'));
  await t.throwsAsync(run(t, clean, { model: join(root, 'nowhere') }), code('ERR_NOT_FOUND'));
  await t.throwsAsync(run(t, clean, { valFraction: 1 }), code('ERR_INVALID_ARGUMENT'));
  await t.throwsAsync(run(t, clean, { valFraction: 0 }), code('ERR_EMPTY_DATASET'));
  await t.throwsAsync(run(t, clean, { seed: -1 }), code('ERR_INVALID_ARGUMENT'));
  await t.throwsAsync(run(t, clean, { masks: root }), {
    ...code('ERR_NOT_FOUND'),
    message: /holds no mask/,
  });
});

test('an abort ends it in the middle of a lesson, and no other begins', async (t) => {
  const { clean, cacheDir } = t.context;
  const controller = new AbortController();
  const begun = new Set<string>();
  const aborted = probe(
    { data: clean, cacheDir },
    {
      signal: controller.signal,
      onEvent: (event) => {
        if (event.kind !== 'step') return;
        begun.add(event.title);
        controller.abort();
      },
    },
  );
  await t.throwsAsync(aborted, { name: 'AbortError', code: 'ABORT_ERR' });
  t.is(begun.size, 1);
});
