/** Shifts planted into phantoms are found, the right repair is ranked first, and nothing is found where nothing is. */
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import anyTest, { type ExecutionContext, type TestFn } from 'ava';
import { loadModel, predict } from '../../src/inference/index.js';
import { measureShift, repairShift, type ShiftOptions } from '../../src/shift/index.js';
import { learn, normalized, plant, planted, writePhantoms } from './planted.js';

const test = anyTest as TestFn<{ root: string; run: string }>;

test.before(async (t) => {
  const root = await mkdtemp(join(tmpdir(), 'roentgen-shift-'));
  t.context = { root, run: '' };
  await writePhantoms(root);
  t.context.run = (await learn(root)).runDirectory;
});
test.after.always(async (t) => {
  await rm(t.context.root, { recursive: true, force: true });
});

type Context = ExecutionContext<{ root: string; run: string }>;

interface Given {
  source: string;
  target: string;
  model: string;
  images: number;
  cacheDir: string;
  output: string;
}

function optionsFor({ context: { root, run } }: Context, target: string): Given {
  return {
    ...{ source: join(root, 'known', 'images'), target, model: run, images: 150 },
    ...{ cacheDir: join(root, 'cache'), output: `${target}-shift` },
  };
}

test('other patients of the same kind are no shift, and nothing is repaired', async (t) => {
  const target = await plant(t.context.root, 'same', (image) => image);
  const report = await repairShift(optionsFor(t, target));
  t.is(report.grade, 'none', report.verdict);
  t.deepEqual(report.ladder.kept, []);
  t.is(report.repairedModel, null);
  t.is(report.outcome?.after, null);
});

const expected = { gamma: 'matchHistogram', inversion: 'invert', letterbox: 'cropBorder' } as const;

for (const [name, rung] of Object.entries(expected) as [keyof typeof expected, string][]) {
  test(`${name} is found, and of all repairs ${rung} gains most`, async (t) => {
    const target = await plant(t.context.root, name, planted[name]);
    const options = optionsFor(t, target);
    const before = await readFile(join(t.context.run, 'model_best.safetensors'));
    const { grade, embedding, ladder, repairedModel, outcome } = await repairShift(options);
    t.is(grade, 'severe');
    t.not(embedding?.grade, 'none');
    const [first] = ladder.trials;
    t.like(first, { rung, outcome: 'kept' });
    t.true(ladder.after < ladder.before / 4, `${ladder.before} to ${ladder.after}`);
    t.true((outcome?.after?.auroc?.value ?? 0) >= (outcome?.before.auroc?.value ?? 1) - 0.02);

    t.deepEqual(await readFile(join(t.context.run, 'model_best.safetensors')), before);
    t.deepEqual((await readdir(options.output)).toSorted(), [
      ...['images.png', 'model_repaired.safetensors', 'shift.html', 'shift.json'],
    ]);
    using model = await loadModel(repairedModel ?? '');
    t.deepEqual(model.format.repairs, ladder.repairs);
    const { predictions } = await predict({ model: model.path, inputs: [target] });
    t.is(predictions.length, 180);
  });
}

test('the same seed gives the same figures, whatever the labels of the target are', async (t) => {
  const target = await plant(t.context.root, 'twice', planted.inversion);
  const { output: _, ...options } = optionsFor(t, target);
  const figures = async (more: Partial<ShiftOptions>) => {
    const report = await measureShift({ ...options, output: undefined, ...more });
    return { figures: report.figures, embedding: report.embedding, accuracy: report.accuracy };
  };
  const labeled = await figures({});
  t.deepEqual(await figures({}), labeled);
  t.deepEqual(await figures({ map: ['NORMAL=PNEUMONIA', 'PNEUMONIA=NORMAL'] }), labeled);
});

test('a model that was repaired is compared with images as they were', async (t) => {
  const target = await plant(t.context.root, 'again', planted.inversion);
  const options = optionsFor(t, target);
  const { repairedModel } = await repairShift(options);
  const again = await measureShift({ ...options, model: repairedModel ?? '', output: undefined });
  t.is(again.embedding?.grade, 'none');
});

test('AdaBN is tried where there is batch normalization, and told not to be applicable elsewhere', async (t) => {
  const { root } = t.context;
  const target = await plant(root, 'haze', planted.haze);
  const options = optionsFor(t, target);
  const adaBN = async (model: string) => {
    const { ladder, repairedModel } = await repairShift({ ...options, model });
    const trial = ladder.trials.find(({ rung }) => rung === 'adaBN');
    return { trial, ladder, repairedModel };
  };
  const without = await adaBN(options.model);
  t.like(without.trial, {
    outcome: 'notApplicable',
    reason: 'the network has no batch normalization',
  });
  t.false(without.ladder.adaBN);

  const architecture = join(root, 'normalized.json');
  await writeFile(architecture, JSON.stringify(normalized));
  const run = await learn(root, architecture);
  const { trial, ladder, repairedModel } = await adaBN(run.runDirectory);
  t.is(trial?.outcome, 'kept');
  t.true(ladder.after < ladder.before);
  using model = await loadModel(repairedModel ?? '');
  t.regex(String(model.provenance['repair']), /batch normalization re-estimated/);
});
