/** The exam tells maps that know from maps that do not, on a network that has learned one bright square. */
import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import anyTest, { type ExecutionContext, type TestFn } from 'ava';
import sharp from 'sharp';
import { parseCsv } from '../../src/data/index.js';
import { toExaminee } from '../../src/explanation/exam/methodExaminee.js';
import {
  examineExplanations,
  measures,
  type Examinee,
  type ExamOptions,
  type ExamReport,
} from '../../src/explanation/index.js';
import { loadModel } from '../../src/inference/index.js';
import { roentgen } from '../cli/program.js';
import { imageSide, plantModel, type PlantedModel } from './planted.js';

interface Context {
  root: string;
  planted: PlantedModel;
  report: ExamReport;
}

const test = anyTest as TestFn<Context>;

/** The brightness steps of the image, whatever the network: as good-looking as it is void. */
const edges: Examinee = {
  name: 'edges',
  explain: async (_, { dataset, names }) =>
    Promise.resolve(
      Array.from(names.keys(), (index) => {
        const pixels = dataset.read(index);
        return Float32Array.from(pixels, (value, at) => {
          const right = (at + 1) % imageSide === 0 ? value : (pixels[at + 1] ?? 0);
          const below = pixels[at + imageSide] ?? value;
          return Math.abs(value - right) + Math.abs(value - below);
        });
      }),
    ),
};

/** Grad-CAM of the same architecture with drawn weights, shown as if it were the model's. */
function ofDrawnNetwork(path: string): Examinee {
  const gradCam = toExaminee('gradCam', {});
  return {
    name: 'drawnNetwork',
    async explain(_, images) {
      using drawn = await loadModel(path);
      drawn.inside.randomize(drawn.inside.weightedLayers, 5);
      return await gradCam.explain(drawn, images);
    },
  };
}

test.before(async (t) => {
  const root = await mkdtemp(join(tmpdir(), 'roentgen-exam-'));
  const planted = await plantModel(join(root, 'planted'));
  const report = await examineExplanations({
    model: planted.model,
    images: [planted.images],
    method: ['gradCam', 'occlusion', 'lime'],
    examinees: [edges, ofDrawnNetwork(planted.model)],
    planted: (name) => planted.boxes.get(name),
    masks: planted.masks,
    target: 'TAGGED',
    output: join(root, 'exam'),
    // A square of one color cannot be hidden by its own mean.
    ...{ hideColor: 80, segments: 30, limeSamples: 400, draws: 3, seed: 3 },
  });
  t.context = { root, planted, report };
});

test.after.always(async (t) => {
  await rm(t.context.root, { recursive: true, force: true });
});

function verdictsOf({ methods }: ExamReport, method: string): Record<string, string> {
  const { checks = [] } = methods.find((result) => result.method === method) ?? {};
  return Object.fromEntries(checks.map(({ check, verdict }) => [check, verdict]));
}

for (const method of ['gradCam', 'occlusion', 'lime']) {
  test(`${method}: the answer hangs on what it shows, and its maps on the weights`, (t) => {
    const verdicts = verdictsOf(t.context.report, method);
    t.like(verdicts, { deletion: 'pass', insertion: 'pass', road: 'pass' });
    t.not(verdicts['randomization'], 'fail');
  });
}

for (const method of ['gradCam', 'lime']) {
  test(`${method} finds the planted square`, (t) => {
    t.is(verdictsOf(t.context.report, method)['planted'], 'pass');
  });
}

test('half of the maps of Grad-CAM have five times the share of the square in it', (t) => {
  const rows = t.context.report.rows.filter(({ method }) => method === 'gradCam');
  const gains = rows.map(
    ({ measures: { plantedShare, plantedFlatShare } }) =>
      (plantedShare ?? 0) / (plantedFlatShare ?? 1),
  );
  t.true(gains.filter((gain) => gain > 5).length >= rows.length / 2, gains.join(' '));
});

test('a map that does not depend on the weights fails', (t) => {
  t.is(verdictsOf(t.context.report, 'edges')['randomization'], 'fail');
  t.is(t.context.report.methods.find(({ method }) => method === 'edges')?.verdict, 'fail');
});

test('the maps of a network with drawn weights fail', (t) => {
  const verdicts = verdictsOf(t.context.report, 'drawnNetwork');
  for (const check of ['deletion', 'insertion', 'road', 'planted'])
    t.not(verdicts[check], 'pass', check);
  t.is(t.context.report.methods.find(({ method }) => method === 'drawnNetwork')?.verdict, 'fail');
});

test('the CSV has a row for each image and method, the JSON the verdicts and their rules', async (t) => {
  const { report } = t.context;
  const folder = report.output ?? '';
  const [header, ...lines] = parseCsv(await readFile(join(folder, 'exam.csv'), 'utf8'), 'exam.csv');
  if (header === undefined) return t.fail('no header');
  t.deepEqual(header.cells, [
    ...['image', 'method', 'target', 'probability'],
    ...Object.keys(measures),
    ...['verdict', 'failed'],
  ]);
  t.is(lines.length, 12 * 5);
  const [first] = report.rows;
  t.deepEqual(lines[0]?.cells.slice(0, 2), [first?.image, 'gradCam']);
  t.is(Number(lines[0]?.cells[header.cells.indexOf('road')]), first?.measures.road ?? NaN);
  // What is LIME's alone stays empty for others.
  t.is(lines[0]?.cells[header.cells.indexOf('limeScore')], '');
  const summary = JSON.parse(await readFile(join(folder, 'exam.json'), 'utf8')) as ExamReport;
  t.deepEqual(summary.methods, report.methods);
  t.deepEqual(summary.rules, report.rules);
});

test('the same seed gives the same exam, another one other draws', async (t) => {
  const { planted, report } = t.context;
  const options = { model: planted.model, images: [planted.images], target: 'TAGGED' };
  const again = await examineExplanations({ ...options, method: ['occlusion'], draws: 3, seed: 3 });
  const other = await examineExplanations({ ...options, method: ['occlusion'], draws: 3, seed: 4 });
  const ofOcclusion = report.rows.filter(({ method }) => method === 'occlusion');
  const chances = (rows: ExamReport['rows']): unknown[] =>
    rows.map(({ measures: { deletionChance, road } }) => [deletionChance, road]);
  t.deepEqual(chances(again.rows), chances(ofOcclusion));
  t.notDeepEqual(chances(other.rows), chances(ofOcclusion));
});

test('a map of zeros claims nothing: no check applies', async (t) => {
  const { planted } = t.context;
  const blank: Examinee = {
    name: 'blank',
    explain: async (_, { names }) =>
      Promise.resolve(names.map(() => new Float32Array(imageSide ** 2))),
  };
  const { methods, rows } = await examineExplanations({
    ...{ model: planted.model, images: [planted.images], examinees: [blank], draws: 1 },
  });
  t.is(methods.find(({ method }) => method === 'blank')?.verdict, 'notApplicable');
  const [row] = rows.filter(({ method }) => method === 'blank');
  t.true(Object.values(row?.measures ?? {}).every((value) => value === null));
});

async function maskFolder(t: ExecutionContext<Context>, name: string): Promise<string> {
  const folder = join(t.context.root, name);
  await mkdir(folder);
  return folder;
}

test('a mask of another shape is a problem that says both sizes, and others still count', async (t) => {
  const { planted } = t.context;
  const masks = await maskFolder(t, 'wide');
  const [wrong = '', good = ''] = planted.boxes.keys();
  const create = { width: 80, height: imageSide, channels: 3, background: 'white' } as const;
  await sharp({ create }).png().toFile(join(masks, wrong));
  await sharp(join(planted.masks, good)).resize(32, 32).toFile(join(masks, good));
  const images = [wrong, good].map((name) => join(planted.images, name));
  const { problems, rows } = await examineExplanations({
    model: planted.model,
    images,
    masks,
    draws: 1,
  });
  t.is(problems.length, 1);
  t.like(problems[0], { file: wrong, code: 'ERR_INVALID_FILE' });
  t.true(problems[0]?.message.includes('80×64') && problems[0].message.includes('64×64'));
  const shares = rows.map(({ measures: { maskShare } }) => maskShare === null);
  t.deepEqual(shares, [true, false]);
});

test('a mask that is missing or cannot be read is a problem', async (t) => {
  const { planted } = t.context;
  const masks = await maskFolder(t, 'partial');
  const [broken = '', good = '', missing = ''] = planted.boxes.keys();
  await writeFile(join(masks, broken), 'no image');
  await copyFile(join(planted.masks, good), join(masks, good));
  const images = [broken, good, missing].map((name) => join(planted.images, name));
  const { problems } = await examineExplanations({ model: planted.model, images, masks, draws: 1 });
  t.deepEqual(
    problems.map(({ file, code }) => [file, code]).sort(),
    [
      [broken, 'ERR_UNREADABLE_IMAGE'],
      [missing, 'ERR_NOT_FOUND'],
    ].sort(),
  );
});

for (const [what, given, code, words] of [
  ['an unknown method', { method: ['gradCan'] }, 'ERR_INVALID_ARGUMENT', 'gradCam'],
  [
    'a method that explains no class',
    { method: ['activations'] },
    'ERR_INVALID_ARGUMENT',
    'activations',
  ],
  ['an unknown class', { target: 'TAGED' }, 'ERR_INVALID_ARGUMENT', 'TAGGED'],
  ['no draws', { draws: 0 }, 'ERR_INVALID_ARGUMENT', 'draws'],
  ['no images', { images: [] }, 'ERR_INVALID_ARGUMENT', 'images'],
  ['too few samples', { method: ['lime'], limeSamples: 50 }, 'ERR_INVALID_ARGUMENT', '10 for each'],
  ['an unknown setting', { steps: 4 }, 'ERR_INVALID_ARGUMENT', 'steps'],
] as const) {
  test(`${what} is refused by name`, async (t) => {
    const { planted } = t.context;
    const options = { model: planted.model, images: [planted.images], ...given };
    const error = await t.throwsAsync(examineExplanations(options as unknown as ExamOptions));
    t.like(error, { code });
    t.true(error.message.includes(words), error.message);
  });
}

test('a folder without masks of the images is refused, with a name that was expected', async (t) => {
  const { planted, root } = t.context;
  const options = { model: planted.model, images: [planted.images], masks: root };
  const error = await t.throwsAsync(examineExplanations(options));
  t.like(error, { code: 'ERR_NOT_FOUND' });
  t.true(error.message.includes('image160.png'));
});

test('on the command line: a table and a verdict, exit code 1 for a failed method, nearest names', async (t) => {
  const { planted, root } = t.context;
  const run = ['exam', planted.model, planted.images, '--draws', '1'];
  const shown = await roentgen(root, ...run, '--method', 'occlusion,gradCam');
  t.regex(shown.stdout, /^ +occlusion +gradCam$/m);
  t.regex(shown.stdout, /^deletion +\d+\/12 (pass|undecided|FAIL) +\d+\/12 /m);
  t.regex(shown.stderr, /research and education/);
  const json = await roentgen(root, ...run, '--json', '--output', 'exam-cli');
  const report = JSON.parse(json.stdout) as ExamReport;
  t.is(report.images, 12);
  t.is(json.exitCode, report.methods[0]?.verdict === 'fail' ? 1 : 0);
  const wrong = await roentgen(root, ...run, '--method', 'gradcam2');
  t.is(wrong.exitCode, 2);
  t.regex(wrong.stderr, /did you mean gradCam\?/);
});
