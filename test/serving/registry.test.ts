/** Models by name and version, and what becomes of them when their files change. */
import { cp, mkdir, rm, truncate, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import anyTest, { type ExecutionContext, type TestFn } from 'ava';
import { trainQuickly } from '../inference/images.js';
import { loaderWith } from '../../src/serving/registry/loading.js';
import { ModelRegistry, type ReloadEvent } from '../../src/serving/registry/registry.js';
import type { ServedModel } from '../../src/serving/registry/types.js';
import { putFile, smallModel } from './support.js';

const test = anyTest as TestFn<Awaited<ReturnType<typeof smallModel>>>;
test.before(async (t) => {
  t.context = await smallModel();
});
test.after.always((t) => t.context.remove());

type Context = ExecutionContext<Awaited<ReturnType<typeof smallModel>>>;

/** Looks only when it is told to. */
async function open(t: Context, ...models: string[]) {
  const events: ReloadEvent[] = [];
  const registry = await ModelRegistry.open(models, {
    load: loaderWith({ workers: 1 }),
    reloadInterval: 0,
    onReload: (event) => events.push(event),
  });
  t.teardown(() => registry.close());
  const lookTwice = async (): Promise<void> => {
    await registry.look();
    await registry.look();
  };
  return { registry, events, lookTwice };
}

function namesOf(registry: ModelRegistry): string[] {
  return registry
    .entries()
    .map((entry) => `${entry.name}@${entry.version}${entry.default ? '*' : ''}`);
}

/** What a request would get. */
function servedNow(registry: ModelRegistry, ...asked: string[]): ServedModel {
  using lease = registry.lease(...asked);
  return lease.served;
}

let folders = 0;
async function newFolder(t: Context): Promise<string> {
  folders += 1;
  const folder = join(t.context.root, `folder${folders}`);
  await mkdir(folder);
  return folder;
}

test('a run goes by its folder, a file by its own name, and both by what they are given', async (t) => {
  const { file } = t.context;
  const run = dirname(file);
  const folder = await newFolder(t);
  await putFile(file, join(folder, 'my model=2.safetensors'));
  const { registry } = await open(
    t,
    run,
    join(folder, 'my model=2.safetensors'),
    `a=${file}`,
    `a@7=${run}`,
  );
  t.deepEqual(namesOf(registry), [`${basename(run)}@1*`, 'my-model-2@1*', 'a@7*', 'a@1']);
});

test('a folder of names and versions is a repository, where 10 is above 9', async (t) => {
  const root = await newFolder(t);
  for (const place of ['b/9', 'b/10', 'a/1']) {
    await putFile(t.context.file, join(root, place, 'model.safetensors'));
  }
  await writeFile(join(root, 'readme.txt'), 'no model');
  const { registry } = await open(t, root);
  t.deepEqual(namesOf(registry), ['a@1*', 'b@10*', 'b@9']);
  t.is(servedNow(registry, 'b').version, '10');
  t.is(servedNow(registry, 'b', '9').version, '9');
  t.is(servedNow(registry).name, 'a', 'the first where none is named');
});

test('a folder of runs serves the best model of each', async (t) => {
  const root = await newFolder(t);
  await putFile(t.context.file, join(root, 'chest/model_best.safetensors'));
  await putFile(t.context.file, join(root, 'chest/checkpoints/1.safetensors'));
  await putFile(t.context.file, join(root, 'other/model_best.safetensors'));
  const { registry } = await open(t, root);
  t.deepEqual(namesOf(registry), ['chest@1*', 'other@1*']);
});

test('who asks for what is not there is told what is', async (t) => {
  const { registry } = await open(t, `chest=${t.context.file}`);
  const code = 'ERR_UNKNOWN_MODEL';
  t.throws(() => registry.lease('chets'), { code, message: /did you mean chest\?/ });
  t.throws(() => registry.lease('chest', '2'), { code, message: /no version "2".*Known: 1/ });
  t.throws(() => registry.lease('constructor'), { code });
});

test('what cannot be served is refused at the start', async (t) => {
  const { file } = t.context;
  const root = await newFolder(t);
  await t.throwsAsync(open(t, join(root, 'none')), { code: 'ERR_NOT_FOUND' });
  await t.throwsAsync(open(t, root), { code: 'ERR_INVALID_ARGUMENT' });
  await t.throwsAsync(open(t, `a=${file}`, `a@1=${dirname(file)}`), { message: /a@1 twice/ });
  await t.throwsAsync(open(t, `a b=${file}`), { code: 'ERR_INVALID_ARGUMENT' });
  await putFile(file, join(root, 'a/1/one.safetensors'));
  await putFile(file, join(root, 'a/1/two.safetensors'));
  await t.throwsAsync(open(t, root), { message: /several model files/ });
  const damaged = join(await newFolder(t), 'damaged.safetensors');
  await putFile(file, damaged);
  await truncate(damaged, 1000);
  await t.throwsAsync(open(t, damaged), { code: 'ERR_INVALID_FILE' });
});

test('a model that reconstructs images is no classifier, and refused', async (t) => {
  const root = await newFolder(t);
  const { model } = await trainQuickly(root, { model: 'autoencoder', epochs: 1, imgSize: 32 });
  await t.throwsAsync(open(t, model), { code: 'ERR_UNSUPPORTED', message: /only classifiers/ });
});

test('a new file takes the place of the old one, which stays for those who have it', async (t) => {
  const file = join(await newFolder(t), 'a.safetensors');
  await putFile(t.context.file, file);
  const { registry, events, lookTwice } = await open(t, file);
  const lease = registry.lease('a');
  const old = lease.served;
  const other = registry.lease('a');
  await putFile(t.context.file, file);
  await registry.look();
  t.is(servedNow(registry), old, 'it may still be written to');
  await registry.look();
  const fresh = servedNow(registry);
  t.not(fresh, old);
  t.deepEqual(events, [{ outcome: 'reloaded', name: 'a', version: '1' }]);
  const blank = new Uint8Array(32 * 32);
  await t.notThrowsAsync(old.model.predictTensor(blank));
  lease[Symbol.dispose]();
  lease[Symbol.dispose]();
  await t.notThrowsAsync(old.model.predictTensor(blank), 'another one has it still');
  other[Symbol.dispose]();
  await lookTwice();
  await t.throwsAsync(old.model.predictTensor(blank), { code: 'ERR_DISPOSED' });
  await t.notThrowsAsync(fresh.model.predictTensor(blank));
  t.is(events.length, 1, 'and nothing is loaded again');
});

test('a damaged file changes nothing, is told of once, and a good one mends it', async (t) => {
  const file = join(await newFolder(t), 'a.safetensors');
  await putFile(t.context.file, file);
  const { registry, events, lookTwice } = await open(t, file);
  const old = servedNow(registry);
  await truncate(file, 1000);
  await lookTwice();
  await lookTwice();
  t.deepEqual(
    events.map(({ outcome }) => outcome),
    ['failed'],
  );
  t.like(events[0]?.error, { code: 'ERR_INVALID_FILE' });
  t.is(servedNow(registry), old);
  await rm(file);
  await lookTwice();
  t.is(servedNow(registry), old, 'a file that is gone changes nothing either');
  await putFile(t.context.file, file);
  await lookTwice();
  t.deepEqual(
    events.map(({ outcome }) => outcome),
    ['failed', 'reloaded'],
  );
});

test('versions come to a repository and go', async (t) => {
  const root = await newFolder(t);
  await putFile(t.context.file, join(root, 'a/1/m.safetensors'));
  const { registry, events, lookTwice } = await open(t, root);
  await cp(join(root, 'a/1'), join(root, 'a/2'), { recursive: true });
  await cp(join(root, 'a/1'), join(root, 'b/1'), { recursive: true });
  await registry.look();
  t.deepEqual(namesOf(registry), ['a@1*'], 'it may still be written to');
  await registry.look();
  t.deepEqual(namesOf(registry), ['a@2*', 'a@1', 'b@1*']);
  await rm(join(root, 'a/2'), { recursive: true });
  await rm(join(root, 'b'), { recursive: true });
  await lookTwice();
  t.deepEqual(namesOf(registry), ['a@1*']);
  t.deepEqual(
    events.map(({ outcome, name, version }) => `${outcome} ${name ?? ''}@${version ?? ''}`),
    ['added a@2', 'added b@1', 'removed a@2', 'removed b@1'],
  );
});

test('a folder that becomes unclear keeps its model, and is told of once', async (t) => {
  const root = await newFolder(t);
  await putFile(t.context.file, join(root, 'a/1/m.safetensors'));
  const { registry, events, lookTwice } = await open(t, root);
  await putFile(t.context.file, join(root, 'a/1/n.safetensors'));
  await lookTwice();
  await lookTwice();
  t.deepEqual(namesOf(registry), ['a@1*']);
  t.deepEqual(
    events.map(({ outcome }) => outcome),
    ['failed'],
  );
});

test('layers can be asked by one at a time, and an error ends no queue', async (t) => {
  const { registry } = await open(t, t.context.file);
  const served = servedNow(registry);
  let inside = 0;
  const work = async (): Promise<number> => {
    inside += 1;
    await new Promise((resolve) => setTimeout(resolve, 5));
    inside -= 1;
    return inside;
  };
  const fails = served.alone(() => Promise.reject(new Error('once')));
  const works = Array.from({ length: 4 }, async () => served.alone(work));
  await t.throwsAsync(fails, { message: 'once' });
  t.deepEqual(await Promise.all(works), [0, 0, 0, 0]);
});
