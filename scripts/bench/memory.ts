/** Whether memory stays flat over many epochs, and how much of it a dataset takes. */
import { join } from 'node:path';
import { program, run, runForOne, type Command } from './child.js';
import type { Finding } from './finding.js';
import type { Part } from './part.js';
import { slope } from './statistics.js';

const epochs = { full: 30, quick: 12 };
/** Epochs in which caches still fill. */
const warmUp = 5;
const megabyte = 1e6;

export const memory: Part = {
  name: 'memory',
  method:
    'Resident memory of the process. Growth: the slope over the epochs of cnn-binary at 128² after the first ' +
    `${warmUp}. Dataset: 6,000 images of 224², opened in a process that has trained before, evaluated, which ` +
    'touches every page, then disposed of, before the process trained on as at first; both as a share of the images’ own size.',
  async measure({ effort, folder, say }) {
    const count = epochs[effort];
    say(`memory: ${count} epochs, then a dataset of 301 MB`);
    return [await growth(count), ...(await residence(join(folder, 'large.safetensors')))];
  },
};

async function growth(count: number): Promise<Finding> {
  const samples = await run<{ bytes: number }>(collecting(program('growth', String(count))));
  const values = samples.slice(warmUp).map(({ bytes }) => bytes / megabyte);
  return {
    what: `growth over ${count} epochs`,
    value: slope(values),
    unit: 'MB/epoch',
    bar: { atMost: 0.5 },
    series: [{ label: 'resident', unit: 'MB', values }],
  };
}

async function residence(path: string): Promise<Finding[]> {
  const written = await runForOne<{ bytes: number }>(program('residence', 'write', path));
  const seen = await runForOne<{ held: number; left: number }>(
    collecting(program('residence', 'observe', path)),
  );
  const share = (what: string, bytes: number, atMost: number): Finding => ({
    what,
    value: bytes / written.bytes,
    unit: '×',
    bar: { atMost },
    series: [{ label: 'resident', unit: 'MB', values: [bytes / megabyte] }],
  });
  return [
    share('dataset in use, over its own size', seen.held, 1.1),
    share('left after dispose(), over its size', seen.left, 0.1),
  ];
}

/** With the garbage collector at hand, so that only what is kept counts. */
function collecting({ file, args }: Command): Command {
  return { file, args: ['--expose-gc', ...args] };
}
