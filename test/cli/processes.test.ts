/** Runs that several processes share: as one would train them, through deaths, and ended in words. */
import { readFileSync } from 'node:fs';
import { copyFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort } from '../../src/cli/freePort.js';
import { readTensors } from '../training/tensors.js';
import { testOnImages, writeImages, writeSplits } from '../inference/images.js';
import { roentgen, startRoentgen, type Running } from './program.js';

const test = testOnImages();

/** Batch normalization, dropout and an average; draws everything that can be drawn. */
const settings = [
  ...['--model', 'cnn-binary', '--precision', 'fp32', '--batch-size', '8', '--val-fraction', '0.2'],
  ...['--ema-decay', '0.9', '--rotation', '10', '--single-output', '--img-size', '48'],
];

/** Without dropout, whose masks are each process's own, and well conditioned: rounding stays rounding. */
const steady = [
  ...['--model', 'lenet5', '--precision', 'fp32', '--batch-size', '16', '--val-fraction', '0.2'],
  ...['--epochs', '2', '--opt', 'sgd', '--lr', '0.01', '--rotation', '10'],
];

async function tensorsOf(path: string): Promise<Map<string, Buffer>> {
  const tensors = await readTensors(path);
  // Its seconds are the machine's, and the first process's random state is not used in a group.
  tensors.delete('training.position');
  tensors.delete('random.generator');
  return tensors;
}

/** The two processes that train. */
function childrenOf({ child }: Running): [number, number] {
  const text = readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8');
  const [first = 0, second = 0] = text.trim().split(' ').map(Number);
  // 0 would be the group that this process is of.
  if (first > 0 && second > 0) return [first, second];
  throw new Error('the run has ended before it was to be disturbed');
}

test('two processes train as one does', async (t) => {
  const { root } = t.context;
  const runs = ['one', 'two'].map((name) => join(root, 'runs', name));
  for (const [at, count] of ['1', '2'].entries()) {
    const name = ['--experiment', at === 0 ? 'one' : 'two'];
    const { exitCode, stderr } = await roentgen(
      root,
      ...['train', 'data', ...steady, ...name, '--nproc', count],
    );
    t.is(exitCode, 0, stderr);
  }
  const [one, two] = await Promise.all(
    runs.map(async (run) => tensorsOf(join(run, 'last.safetensors'))),
  );
  t.deepEqual([...(one?.keys() ?? [])].sort(), [...(two?.keys() ?? [])].sort());
  // The sums of gradients that momentum keeps.
  let [difference, size] = [0, 0];
  for (const [name, bytes] of one ?? []) {
    if (!name.startsWith('optimizer.first.')) continue;
    const values = (from: Buffer): Float32Array => new Float32Array(new Uint8Array(from).buffer);
    const others = values(two?.get(name) ?? Buffer.alloc(0));
    values(bytes).forEach((value, i) => {
      difference += (value - (others[i] ?? NaN)) ** 2;
      size += value ** 2;
    });
  }
  t.true(size > 0);
  t.true(Math.sqrt(difference / size) < 1e-5, `${Math.sqrt(difference / size)}`);
  const [lines = [], others = []] = await Promise.all(
    runs.map(async (run) => (await readFile(join(run, 'predictions.csv'), 'utf8')).split('\n')),
  );
  t.is(lines.length, others.length);
});

test('a process that is killed costs no more than the epoch: the run ends as if nothing had been', async (t) => {
  const { root } = t.context;
  const train = (name: string): string[] => [
    ...['train', 'data', ...settings, '--epochs', '24', '--experiment', name, '--nproc', '2'],
  ];
  const whole = await roentgen(root, ...train('whole'));
  t.is(whole.exitCode, 0, whole.stderr);
  const running = startRoentgen(root, [...train('killed'), '--max-restarts', '1']);
  await running.stderrMatches(/^ *2\/24 /m);
  const [, second] = childrenOf(running);
  process.kill(second, 'SIGKILL');
  const { exitCode, stderr } = await running.finished;
  t.is(exitCode, 0, stderr);
  t.regex(stderr, /Process 1 of 2 ended with SIGKILL: all go on from the last checkpoint/);
  for (const file of ['last.safetensors', 'model_best.safetensors']) {
    const [expected, actual] = await Promise.all(
      ['whole', 'killed'].map(async (name) => tensorsOf(join(root, 'runs', name, file))),
    );
    t.deepEqual(actual, expected);
  }
});

test('without a restart the death of one ends all, with a word of each', async (t) => {
  const { root } = t.context;
  const running = startRoentgen(root, [
    ...['train', 'data', ...settings, '--epochs', '500', '--experiment', 'dies', '--nproc', '2'],
  ]);
  await running.stderrMatches(/^ *2\/500 /m);
  const [, second] = childrenOf(running);
  process.kill(second, 'SIGKILL');
  const { exitCode, stderr } = await running.finished;
  t.is(exitCode, 1);
  t.regex(stderr, /Process 1 of 2 ended with SIGKILL/);
});

test('Ctrl-C stops all after the same update, and the run goes on from there', async (t) => {
  const { root } = t.context;
  const running = startRoentgen(root, [
    ...['train', 'data', ...settings, '--epochs', '500', '--experiment', 'stopped'],
    ...['--nproc', '2'],
  ]);
  await running.stderrMatches(/^ *2\/500 /m);
  // As a terminal sends it: to all processes.
  for (const pid of [...childrenOf(running), running.child.pid ?? 0]) process.kill(pid, 'SIGINT');
  const { exitCode, stderr } = await running.finished;
  t.is(exitCode, 130, stderr);
  t.regex(stderr, /The last state is saved in .*stopped/);
});

test('a mistake is told once, and not tried again', async (t) => {
  const { root } = t.context;
  const { exitCode, stderr } = await roentgen(
    root,
    ...['train', 'missing', '--nproc', '2', '--max-restarts', '3'],
  );
  t.is(exitCode, 2);
  t.is(stderr.match(/roentgen:/g)?.length, 1, stderr);
  t.notRegex(stderr, /restart/);
});

function memberOf(port: number, rank: number): Record<string, string> {
  return {
    ...{ RANK: String(rank), WORLD_SIZE: '2', LOCAL_WORLD_SIZE: '2', LOCAL_RANK: String(rank) },
    ...{ MASTER_ADDR: '127.0.0.1', MASTER_PORT: String(port), GLOO_SOCKET_IFNAME: 'lo' },
  };
}

test('a process that never comes ends the others within the time', async (t) => {
  const { root } = t.context;
  const { exitCode, stderr } = await startRoentgen(
    root,
    ['train', 'data', ...settings, '--peer-timeout', '3'],
    memberOf(await freePort(), 0),
  ).finished;
  t.is(exitCode, 1);
  t.regex(stderr, /Process 0 of 2 lost the others, or one did nothing for 3 s.*\[ERR_PEER\]/s);
});

test('processes with different images do not train together', async (t) => {
  const { root } = t.context;
  const other = join(root, 'other');
  await writeSplits(other);
  const [first = ''] = await writeImages(join(root, 'extra'), 1, 90, 9);
  await copyFile(first, join(other, 'train', 'DARK', 'extra.png'));
  const port = await freePort();
  const [leader, follower] = await Promise.all(
    ['data', 'other'].map(
      async (data, rank) =>
        startRoentgen(
          root,
          ['train', data, ...settings, '--peer-timeout', '60'],
          memberOf(port, rank),
        ).finished,
    ),
  );
  t.is(follower?.exitCode, 1);
  t.regex(follower?.stderr ?? '', /other has other images than the first process's data/);
  t.is(leader?.exitCode, 1);
  t.regex(leader?.stderr ?? '', /ERR_PEER/);
});
