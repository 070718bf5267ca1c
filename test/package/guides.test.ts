/** The script that runs the guides: it does what they say, in order, and stops where one is wrong. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';

function run(...args: string[]) {
  const options = { encoding: 'utf8' } as const;
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['scripts/guides.mjs', ...args],
    options,
  );
  return { status, text: stdout + stderr };
}

function guide(t: ExecutionContext, ...blocks: (readonly [kind: string, text: string])[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'roentgen-guides-'));
  t.teardown(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  const text = blocks.map(([kind, content]) => `Words.\n\n\`\`\`${kind}\n${content}\n\`\`\`\n`);
  writeFileSync(join(folder, 'mine.md'), text.join('\n'));
  return folder;
}

test('blocks share a folder, ts blocks are files, and what is no sh or ts is not run', (t) => {
  const folder = guide(
    t,
    ['sh', 'echo kept > note.txt'],
    ['ts', '// one.mts\nconsole.log(1);'],
    ['json', '{ "no": "command" }'],
    ['sh', 'grep -q kept note.txt && grep -q "console.log(1)" one.mts'],
    ['sh', 'roentgen --version'],
  );
  const { status, text } = run('--folder', folder);
  t.is(status, 0, text);
  t.is(text.match(/^mine\.md/gm)?.length, 3);
});

test('the first block that fails ends it, with its line and output, whatever came last in it', (t) => {
  const folder = guide(t, ['sh', 'true'], ['sh', 'echo why; false\necho on'], ['sh', 'echo never']);
  const { status, text } = run('--folder', folder);
  t.is(status, 1);
  t.regex(text, /guides: mine\.md, line 9: exit code 1\nwhy\n/);
  t.notRegex(text, /^on$|^never$/m);
});

test('a command that fails within a pipe fails, and so does an unset variable', (t) => {
  for (const block of ['false | cat', 'echo "$no_such_variable"']) {
    t.is(run('--folder', guide(t, ['sh', block])).status, 1, block);
  }
});

test('jobs end with their block, and kill %1 reaches what a job has started', (t) => {
  const folder = guide(
    t,
    [
      'sh',
      "bash -c 'sleep 987 & echo $! > child; wait' &\nuntil [ -s child ]; do :; done\nkill %1\nwait",
    ],
    ['sh', 'sleep 986 & echo $! > job'],
    // A process that has ended but waits for its parent has no command line any more.
    ['sh', '! grep --quiet --no-messages sleep "/proc/$(cat child)/cmdline"'],
    ['sh', '! grep --quiet --no-messages sleep "/proc/$(cat job)/cmdline"'],
  );
  const { status, text } = run('--folder', folder);
  t.is(status, 0, text);
});

test('a ts block without a name, and a block without an end, are said to be wrong', (t) => {
  const nameless = run('--folder', guide(t, ['ts', 'console.log(1);']));
  t.is(nameless.status, 1);
  t.regex(nameless.text, /line 3: its first line must name its file/);
  const folder = guide(t);
  writeFileSync(join(folder, 'mine.md'), '```sh\ntrue\n');
  t.regex(run('--folder', folder).text, /the block of line 1 does not end/);
});

test('a guide that is not there is named with those that are', (t) => {
  const { status, text } = run('--guide', 'nothing.md');
  t.is(status, 1);
  t.regex(text, /no guide nothing\.md, only README\.md, architecture\.md, own-data\.md/);
});

test('it explains itself, and refuses what it does not know', (t) => {
  const help = run('--help');
  t.is(help.status, 0);
  t.regex(help.text, /^Usage: npm run check:guides -- /);
  t.regex(run('--guides').text, /unknown option --guides/);
});
