/** Images as clients send them: decoded pixels, and JPEG files. */
import { readFile } from 'node:fs/promises';
import { scanSource } from '../../../src/data/index.js';
import { randomNumbers } from './random.js';

export type PayloadKind = 'pixels' | 'jpeg';

const side = 224;
const count = 64;

/** Several, so that nobody answers from a cache. `folder` has the JPEG files. */
export async function readPayloads(kind: PayloadKind, folder: string): Promise<Uint8Array[]> {
  if (kind === 'pixels') {
    const draw = randomNumbers(9);
    return Array.from({ length: count }, () =>
      Uint8Array.from({ length: side * side }, () => Math.floor(256 * draw())),
    );
  }
  const { samples } = await scanSource(folder, { unlabeled: true });
  return Promise.all(samples.slice(0, count).map(({ path }) => readFile(path)));
}
