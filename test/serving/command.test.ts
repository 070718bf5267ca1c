/** `roentgen serve` as a process: what it prints, and how signals end it. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import anyTest, { type TestFn } from 'ava';
import { roentgen, startRoentgen, type Running } from '../cli/program.js';
import { smallModel } from './support.js';

const test = anyTest as TestFn<Awaited<ReturnType<typeof smallModel>>>;
test.before(async (t) => {
  t.context = await smallModel();
});
test.after.always((t) => t.context.remove());

/** Started, and where it listens. */
async function listening(running: Running): Promise<string> {
  await running.stderrMatches(/listening on http[^"]*"/);
  const entries = running.soFar.stderr.trim().split('\n');
  const { msg } = JSON.parse(entries[0] ?? '') as { msg: string };
  return msg.replace('listening on ', '');
}

test('--json prints one line once it listens, and SIGTERM ends it with 0', async (t) => {
  const { root, file } = t.context;
  const running = startRoentgen(root, ['serve', `chest=${file}`, '--port', '0', '--json']);
  const url = await listening(running);
  t.is((await fetch(`${url}/health`)).status, 200);
  running.child.kill('SIGTERM');
  const { exitCode, stdout } = await running.finished;
  t.is(exitCode, 0);
  t.is(stdout.trim().split('\n').length, 1);
  const [{ name, version }] = (
    JSON.parse(stdout) as { models: [{ name: string; version: string }] }
  ).models;
  t.deepEqual(
    { ...(JSON.parse(stdout) as object), models: name + version },
    {
      ...{ url, authenticated: false, models: 'chest1' },
    },
  );
});

test('people are told what is served, to whom, with which limits', async (t) => {
  const { root, file } = t.context;
  await writeFile(join(root, 'token'), 'a-token-of-the-tests-0123456789');
  const flags = ['--host', '0.0.0.0', '--port', '0', '--token-file', 'token', '--max-images', '7'];
  const running = startRoentgen(root, ['serve', file, ...flags]);
  const url = await listening(running);
  running.child.kill('SIGINT');
  const { exitCode, stdout, stderr } = await running.finished;
  t.is(exitCode, 0);
  const shown = `http://0.0.0.0:${new URL(url).port}`;
  for (const part of [
    shown,
    'lenet5',
    '1×32×32',
    'with the token',
    '7 images',
    'not a medical device',
  ]) {
    t.true(stdout.includes(part), part);
  }
  t.regex(stdout, /Stopped\.\n$/);
  t.regex(stderr, /Finishing what was accepted/);
  t.notRegex(stdout + stderr, /a-token-of/);
});

test('a second signal ends it at once', async (t) => {
  const { root, file } = t.context;
  const flags = ['--port', '0', '--shutdown-delay', '60'];
  const running = startRoentgen(root, ['serve', file, ...flags]);
  await listening(running);
  running.child.kill('SIGTERM');
  await running.stderrMatches(/Finishing what was accepted/);
  running.child.kill('SIGTERM');
  t.is((await running.finished).signal, 'SIGTERM');
});

test('wrong use ends with 2, and says what to do', async (t) => {
  const { root, file } = t.context;
  const open = await roentgen(root, 'serve', file, '--host', '0.0.0.0');
  t.is(open.exitCode, 2);
  t.regex(open.stderr, /--token-file or ROENTGEN_TOKEN.*--allow-unauthenticated/);
  const port = await roentgen(root, 'serve', file, '--port', '65536');
  t.is(port.exitCode, 2);
  t.regex(port.stderr, /--port/);
  t.is((await roentgen(root, 'serve', 'nothing-there')).exitCode, 2);
});
