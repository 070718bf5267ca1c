/** Every recipe that comes with roentgen is whole, and each of its commands is one that the command line knows. */
import test from 'ava';
import { checkCommand } from '../../src/cli/program.js';
import { listRecipes, planSteps, readRecipe } from '../../src/recipes/index.js';

test('there is a recipe for every report, and for the two best models', async (t) => {
  t.deepEqual(await listRecipes(), ['best-binary', 'best-ternary', 's0', 's1', 's2', 's3', 's4']);
});

for (const quick of [false, true]) {
  test(`every step of every recipe is a command that the verbs take${quick ? ', in a quick run too' : ''}`, async (t) => {
    for (const name of await listRecipes()) {
      const recipe = await readRecipe(name);
      t.is(recipe.name, name);
      const data = Object.fromEntries(Object.keys(recipe.data).map((key) => [key, `/${key}`]));
      const given = [data, withoutStandIns(data, recipe.data)];
      for (const paths of given) {
        const steps = planSteps(recipe, { output: 'out', data: paths, quick });
        for (const { name: step, command } of steps) {
          await t.notThrowsAsync(checkCommand(command), `${name}, ${step}`);
        }
      }
    }
  });
}

test('a command that no verb takes is told from one that some does', async (t) => {
  const wrong: [command: string, message: RegExp][] = [
    ['tran data', /verb tran/],
    ['train data --epoch 5', /--epoch; did you mean --epochs/],
    ['train data --epochs many', /--epochs but received many/],
    ['evaluate runs/a data more', /Unexpected argument more/],
    ['data split', /argument/],
  ];
  for (const [command, message] of wrong) {
    const code = 'ERR_INVALID_ARGUMENT';
    await t.throwsAsync(checkCommand(command.split(' ')), { code, message }, command);
  }
});

test('a quick run needs nothing from the user', async (t) => {
  for (const name of await listRecipes()) {
    const { data } = await readRecipe(name);
    for (const [key, { quick, otherwise }] of Object.entries(data)) {
      t.true(quick !== undefined || otherwise !== undefined, `${name}: ${key}`);
    }
  }
});

test('whatever stands in for weights is left out where the weights are given', async (t) => {
  const recipe = await readRecipe('s4');
  const data = { chest_xray: '/images', resnet18_weights: '/resnet18.pth' };
  const steps = planSteps(recipe, { output: 'out', data, quick: false });
  const leftOut = steps.filter((step) => step.leftOut !== null);
  t.deepEqual(
    leftOut.map(({ name }) => name),
    ['pretrain'],
  );
  const pretrained = steps.find(({ name }) => name === 'pretrained');
  t.true(pretrained?.command.includes('/resnet18.pth'));
});

test('experiment C of S3 is left out without masks, and with it all that needs it', async (t) => {
  const recipe = await readRecipe('s3');
  const steps = planSteps(recipe, { output: 'out', data: { radiography: '/r' }, quick: false });
  const reasons = new Map(steps.map(({ name, leftOut }) => [name, leftOut]));
  t.is(reasons.get('split-lungs'), '--data lung_masks is not given');
  t.is(reasons.get('c'), 'split-lungs is left out');
  t.is(reasons.get('c-test'), 'c is left out');
  t.is(reasons.get('e'), 'pretrain is left out');
  t.is(reasons.get('b'), null);
});

function withoutStandIns(
  data: Record<string, string>,
  known: Readonly<Record<string, { otherwise?: string | undefined }>>,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(data).filter(([key]) => known[key]?.otherwise === undefined),
  );
}
