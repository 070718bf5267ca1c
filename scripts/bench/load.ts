/** What loading the addon adds to the start of a process. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { inTurn, program, type Command } from './child.js';
import { median } from './statistics.js';
import type { Part } from './part.js';

const rounds = { full: 21, quick: 5 };

export const load: Part = {
  name: 'load',
  method:
    'Seconds from starting a process to the first call into the addon having returned, less those of a bare Node ' +
    'process to its first line; LibTorch in the page cache.',
  async measure({ effort, say }) {
    const count = rounds[effort];
    say(`load: ${count} × 2 processes`);
    await secondsToFirstWord(program('load')); // brings the libraries into the page cache
    const [loaded = [], bare = []] = await inTurn(count, [
      () => secondsToFirstWord(program('load')),
      () => secondsToFirstWord(program('bare')),
    ]);
    return [
      {
        what: 'loading the addon',
        value: median(loaded) - median(bare),
        unit: 's',
        bar: { atMost: 0.6 },
        series: [
          { label: 'addon loaded', unit: 's', values: loaded },
          { label: 'bare Node', unit: 's', values: bare },
        ],
      },
    ];
  },
};

async function secondsToFirstWord({ file, args }: Command): Promise<number> {
  const started = performance.now();
  const child = spawn(file, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'close');
  await once(child.stdout, 'data');
  const seconds = (performance.now() - started) / 1000;
  await ended;
  return seconds;
}
