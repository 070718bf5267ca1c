/** The flags, the lock and the two commands as a shell sees them. */
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import test from 'ava';
import {
  load,
  repository,
  silentReporter,
  temporaryFolder,
  writeFiles,
  type Reporter,
} from './support.js';

interface Options {
  parseOptions: (argv: string[]) => Record<string, string | boolean>;
  helpText: (command: string) => string;
}

test('flags become options, values with a space or an equals sign', async (t) => {
  const { parseOptions } = await load<Options>('options.mjs');
  const digest = 'ab'.repeat(32);
  t.deepEqual(
    parseOptions(['--cuda', '--core-tests', '--libtorch', '/a=b', `--sha256=${digest}`]),
    {
      cuda: true,
      coreTests: true,
      libtorch: '/a=b',
      sha256: digest,
    },
  );
});

const wrongFlags = [['--cud'], ['extra'], ['--libtorch'], ['--sha256', 'abc'], ['--force=yes']];
for (const argv of wrongFlags) {
  test(`${argv.join(' ')} is refused`, async (t) => {
    const { parseOptions } = await load<Options>('options.mjs');
    t.throws(() => parseOptions(argv), { name: 'SetupError' });
  });
}

test('help names every flag', async (t) => {
  const { helpText } = await load<Options>('options.mjs');
  const text = helpText('npm run setup --');
  const flags = ['cuda', 'libtorch', 'sha256', 'offline', 'force', 'core-tests', 'help'];
  for (const flag of flags) t.true(text.includes(`--${flag}`), flag);
});

type Acquire = (
  root: string,
  report: Reporter,
  options: { pollMs: number; limitMs: number },
) => Promise<() => void>;

test('a second set-up waits for the first, then goes on', async (t) => {
  const root = temporaryFolder(t);
  const { acquireLock } = await load<{ acquireLock: Acquire }>('lock.mjs');
  const { report, text } = await silentReporter();
  const release = await acquireLock(root, report, { pollMs: 10, limitMs: 10_000 });
  let held = false;
  const second = acquireLock(root, report, { pollMs: 10, limitMs: 10_000 }).then((done) => {
    held = true;
    done();
  });
  await sleep(50);
  t.false(held);
  t.regex(text(), /waiting +for the set-up that process \d+ runs/);
  release();
  await second;
  t.true(held);
  t.false(existsSync(join(root, 'build/setup/lock')));
});

test('the lock of a process that has died is taken over', async (t) => {
  const root = temporaryFolder(t);
  const { acquireLock } = await load<{ acquireLock: Acquire }>('lock.mjs');
  const { report } = await silentReporter();
  const { pid } = spawnSync('true');
  writeFiles(root, { 'build/setup/lock': String(pid) });
  const release = await acquireLock(root, report, { pollMs: 10, limitMs: 1000 });
  t.is(readFileSync(join(root, 'build/setup/lock'), 'utf8'), String(process.pid));
  release();
});

/** Runs scripts/roentgen.mjs in a copy of the scripts, laid out as in an installed package. */
function roentgen(root: string, ...args: string[]) {
  cpSync(join(repository, 'scripts/setup'), join(root, 'scripts/setup'), { recursive: true });
  for (const name of ['setup.mjs', 'roentgen.mjs']) {
    cpSync(join(repository, 'scripts', name), join(root, 'scripts', name));
  }
  return spawnSync(process.execPath, [join(root, 'scripts/roentgen.mjs'), ...args], {
    encoding: 'utf8',
  });
}

test('before set-up, every verb says in one line what to do, and exits with 1', (t) => {
  const { status, stderr } = roentgen(temporaryFolder(t), 'demo');
  t.is(status, 1);
  t.is(stderr, 'roentgen: dist/src/cli/main.js is missing; run: npx roentgen setup\n');
});

test('after set-up, every other verb goes to the command line', (t) => {
  const root = temporaryFolder(t);
  writeFiles(root, {
    'dist/src/cli/main.js': 'console.log(process.argv.slice(2).join(" "))',
    'build/native/Release/roentgen.node': '',
  });
  t.is(roentgen(root, 'train', 'data', '--json').stdout, 'train data --json\n');
});

test('roentgen setup takes the flags of set-up', (t) => {
  const root = temporaryFolder(t);
  t.regex(roentgen(root, 'setup', '--help').stdout, /^Usage: npx roentgen setup/);
  const { status, stdout } = roentgen(root, 'setup', '--libtorch', '/nowhere');
  t.is(status, 1);
  t.regex(stdout, /--libtorch: skipped, the folder does not exist/);
  t.notRegex(stdout, /npm packages|TypeScript/);
});

test('on a terminal, progress is one line that moves and then goes; elsewhere nothing moves', async (t) => {
  interface Terminal {
    isTTY?: boolean;
    columns?: number;
    write: (text: string) => void;
  }
  const { createReporter } = await load<{
    createReporter: (stream: Terminal) => Reporter & { progress(text: string): void };
  }>('console.mjs');
  const printed = (terminal: object) => {
    let text = '';
    const report = createReporter({ ...terminal, write: (more) => (text += more) });
    report.progress('[1/2] a long name');
    report.step('addon', 'built');
    return text;
  };
  const line = 'setup: addon        built\n';
  t.is(printed({ isTTY: true, columns: 19 }), `\r\x1b[K       [1/2] a lon\r\x1b[K${line}`);
  t.is(printed({}), line);
});
