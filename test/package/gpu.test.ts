/** What the commands for GPU machines say before they do anything. */
import { spawnSync } from 'node:child_process';
import test from 'ava';

function run(command: string, ...args: string[]) {
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8' });
  return { status, text: stdout + stderr };
}

test('the archive for a GPU machine needs a name', (t) => {
  const { status, text } = run(process.execPath, 'scripts/pack-gpu.mjs');
  t.is(status, 1);
  t.regex(text, /no file was named; for example: npm run pack:gpu -- \S+\.tar\.xz/);
});

test('an unknown option of the script that the archive carries does nothing but say so', (t) => {
  const { status, text } = run('scripts/gpu/run.sh', '--gpu');
  t.is(status, 1);
  t.regex(text, /^unknown option --gpu\nUsage: \.\/run\.sh/);
});

for (const script of ['check-cuda', 'pack-gpu']) {
  test(`${script} explains itself, and refuses what it does not know`, (t) => {
    const help = run(process.execPath, `scripts/${script}.mjs`, '--help');
    t.is(help.status, 0);
    t.regex(help.text, /^Usage: npm run \S+ -- /);
    const unknown = run(process.execPath, `scripts/${script}.mjs`, '--gpus');
    t.is(unknown.status, 1);
    t.regex(unknown.text, /unknown option --gpus/);
  });
}

test('a release of LibTorch is named by three numbers', (t) => {
  const { status, text } = run(process.execPath, 'scripts/check-cuda.mjs', '--torch', '2.13');
  t.is(status, 1);
  t.regex(text, /--torch needs a value: --torch X\.Y\.Z/);
});
