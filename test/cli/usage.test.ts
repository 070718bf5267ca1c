/** What the command line says of itself, and of what it does not understand; one process at a time. */
import test from 'ava';
import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { listModels } from '../../src/index.js';
import type { Verb } from '../../src/cli/verb.js';
import { verbs, type VerbEntry } from '../../src/cli/verbs.js';
import { roentgen, startRoentgen } from './program.js';

const folder = tmpdir();

test.serial('the help lists every verb and says that this is not a medical device', async (t) => {
  const { exitCode, stdout } = await roentgen(folder, '--help');
  t.is(exitCode, 0);
  for (const verb of [
    'demo',
    'train',
    'evaluate',
    'predict',
    'models',
    'data',
    'doctor',
    'setup',
  ]) {
    t.regex(stdout, new RegExp(`roentgen ${verb}\\b`), verb);
  }
  t.regex(stdout, /not a medical device/);
});

test.serial("a verb's help has its flags, their defaults in brackets, and examples", async (t) => {
  const { exitCode, stdout } = await roentgen(folder, 'train', '--help');
  t.is(exitCode, 0);
  t.regex(stdout, /-b, --batch-size +Images per step \[32\]/);
  t.regex(stdout, /--opt +Optimizer \(adam, adamw, sgd, rmsprop,\s+lion\) \[adam\]/);
  t.regex(stdout, /roentgen train chest_xray/);
});

async function loadAll(entries: readonly VerbEntry[]): Promise<Verb[]> {
  const loaded = await Promise.all(
    entries.map(async (entry) => ('verbs' in entry ? loadAll(entry.verbs) : [await entry.load()])),
  );
  return loaded.flat();
}

test('every verb describes itself in one paragraph, which the help breaks into lines', async (t) => {
  for (const { description } of await loadAll(verbs)) t.notRegex(description, /\n| {2}/);
});

test.serial('the version is that of the package', async (t) => {
  const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
  const { exitCode, stdout } = await roentgen(folder, '--version');
  t.is(exitCode, 0);
  t.is(stdout, `${version}\n`);
});

const misuses: readonly (readonly [args: string[], message: RegExp])[] = [
  [[], /A verb is missing/],
  [['trian'], /Unknown verb trian; did you mean train\?/],
  [['data', 'inspct', '.'], /Unknown verb inspct; did you mean inspect\?/],
  [['train', '.', '--epoch', '3'], /Unknown flag --epoch; did you mean --epochs\?/],
  [['train', '.', '--epochs'], /A value is missing for --epochs/],
  [['train', '.', '--epochs', 'ten'], /Expected an integer of at least 1 for --epochs .* ten/],
  [['train'], /DATA is missing/],
  [['train', '.', 'extra'], /Unexpected argument extra/],
  [['evaluate', 'model'], /Expected MODEL and DATA, or --runs/],
  [['predict', 'model'], /Expected 2 arguments but received 1/],
  [['models', 'resnt18'], /did you mean resnet18\?/],
];
for (const [args, message] of misuses) {
  test.serial(`misuse ends with exit code 2 and a hint: roentgen ${args.join(' ')}`, async (t) => {
    const { exitCode, stdout, stderr } = await roentgen(folder, ...args);
    t.is(exitCode, 2);
    t.is(stdout, '');
    t.regex(stderr, message);
    t.regex(stderr, /^roentgen: .*\[ERR_\w+\]\n$/s);
    t.notRegex(stderr, /^ +at /m, 'no stack trace');
  });
}

test.serial('with --json an error is an object on stdout, and a line on stderr', async (t) => {
  const { exitCode, stdout, stderr } = await roentgen(folder, 'train', 'nowhere', '--json');
  t.is(exitCode, 2);
  const { error } = JSON.parse(stdout) as { error: Record<string, unknown> };
  t.is(error['code'], 'ERR_NOT_FOUND');
  t.deepEqual(Object.keys(error), ['code', 'message', 'details']);
  t.true(stderr.includes(String(error['message'])));
});

test.serial('--verbose says where an error arose', async (t) => {
  const { stderr } = await roentgen(folder, 'train', 'nowhere', '--verbose');
  t.regex(stderr, /^ +at /m);
});

test.serial('models lists the architectures, for people and for machines', async (t) => {
  const [people, machines] = await Promise.all([
    roentgen(folder, 'models'),
    roentgen(folder, 'models', '--json'),
  ]);
  const listed = JSON.parse(machines.stdout) as { name: string }[];
  t.deepEqual(
    listed.map(({ name }) => name),
    listModels(),
  );
  for (const name of listModels()) t.regex(people.stdout, new RegExp(`^${name} `, 'm'));
});

test.serial('models NAME counts the parameters of the shape asked for', async (t) => {
  const args = ['models', 'cnn-binary', '--num-classes', '3', '--json'];
  const { stdout } = await roentgen(folder, ...args);
  const { total } = JSON.parse(stdout) as { total: number };
  // The report's 3,404,674 are for two classes; the third has 128 weights and a bias.
  t.is(total, 3_404_674 + 129);
});

test.serial('a reader that closes the pipe early is no failure', async (t) => {
  const { child, finished } = startRoentgen(folder, ['models']);
  child.stdout?.destroy();
  const { exitCode, stderr } = await finished;
  t.is(exitCode, 0);
  t.is(stderr, '');
});
