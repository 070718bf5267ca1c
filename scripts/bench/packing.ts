/** Packing a folder into a dataset against sharp alone, which only decodes. */
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { inTurn, program, runForOne, type Command } from './child.js';
import { rateRatio, type Finding, type Series } from './finding.js';
import { fullSizeRadiographs, radiographs } from './images.js';
import type { Context, Part } from './part.js';
import type { Cost } from './programs/measure.js';

interface Pass extends Cost {
  images: number;
}

const efforts = {
  full: { rounds: 5, copies: 32, small: 3000 },
  quick: { rounds: 2, copies: 4, small: 400 },
};

/** What sharp alone does with each file. */
const sharpSides = ['sharp to gray', 'sharp to RGB'];

/** libuv's default of 4 leaves cores idle on larger machines. */
const environment = { UV_THREADPOOL_SIZE: String(Math.max(4, availableParallelism())) };

/** Images in work at once, among which sharp's best is sought. */
const concurrencies = [1, 2, 4, 8].map((factor) => factor * availableParallelism());

export const packing: Part = {
  name: 'packing',
  method:
    'Images per second from JPEG files to 224² gray. Ours: `packDataset` into an empty cache: reading, hashing, ' +
    'decoding, storing and the finished file, synchronized to the disk. sharp alone, to gray: ' +
    '`resize().grayscale().raw()` on each file; to RGB: the operations of sharp that `packDataset` uses, which ' +
    'turns RGB into gray itself. Both in a pool of promises of the width that served it best, the pixels thrown ' +
    'away. All with a thread for every core.',
  async measure(context) {
    const { copies, small } = efforts[context.effort];
    const { folder } = context;
    const large = await fullSizeRadiographs(join(folder, 'fullsize'), copies);
    const sets = [
      { name: 'radiographs of 1,500×1,100', images: large },
      { name: 'radiographs of 224²', images: await radiographs(join(folder, 'small'), small) },
    ];
    const findings: Finding[] = [];
    for (const { name, images } of sets) {
      if (images === undefined) context.say(`packing ${name}: left out, there are none here`);
      else findings.push(...(await compare(name, images, context)));
    }
    return findings;
  },
};

async function compare(
  name: string,
  images: string,
  { effort, folder, say }: Context,
): Promise<Finding[]> {
  const { rounds } = efforts[effort];
  let cache = 0;
  const packing = (): Promise<number> => {
    cache += 1;
    return pass(program('pack', 'roentgen', images, join(folder, `cache ${name} ${cache}`)));
  };
  const rivals: (() => Promise<number>)[] = [];
  for (const side of sharpSides) {
    const decoding = (width: number): Promise<number> =>
      pass(program('pack', side, images, '', String(width)));
    const width = await fastest(concurrencies, decoding);
    say(`packing ${name}: ${side} is fastest with ${width} images in work`);
    rivals.push(() => decoding(width));
  }
  const [ours = [], ...theirs] = await inTurn(rounds, [packing, ...rivals]);
  return sharpSides.map((side, at) =>
    rateRatio(
      `${name}, packing against ${side}`,
      rates('ours', ours),
      rates(side, theirs[at] ?? []),
      { atLeast: 0.9 },
    ),
  );
}

/** Images per second of one process. */
async function pass(command: Command): Promise<number> {
  const { images, seconds } = await runForOne<Pass>({ ...command, environment });
  return images / seconds;
}

async function fastest(
  candidates: readonly number[],
  speedOf: (candidate: number) => Promise<number>,
): Promise<number> {
  let best = { candidate: NaN, speed: -Infinity };
  for (const candidate of candidates) {
    const speed = await speedOf(candidate);
    if (speed > best.speed) best = { candidate, speed };
  }
  return best.candidate;
}

function rates(label: string, values: readonly number[]): Series {
  return { label, unit: 'img/s', values };
}
