/** Where the lungs lie in a collection: one region for all images, so that no mask's own shape can tell a class. */
import { decodeImages, type Problem } from '../data/index.js';
import { side, type Material, type NoView } from './types.js';

export interface LungRegion {
  /** [side, side]: 1 where lungs may be. */
  region: Uint8Array;
  /** What it covers, in words. */
  note: string;
  /** Masks that could not be read. */
  problems: readonly Problem[];
}

/** A pixel that is lung in more than 1 of 100 masks belongs to the region: one odd mask does not blacken all. */
const rareShare = 0.01;
/** Pixels that the region grows by, 3% of the side: soft edges, and lungs that reach further than most. */
const growth = 2;
/** Spread over the training images; more would not move the region. */
const mostMasks = 1000;
/** A mask's lungs are white. */
const threshold = 128;

/**
 * The union of the lungs of the training images, without the rarest pixels and grown by 3% of the side. Painting each
 * image's own mask would leave its outline to be seen, and segmentation draws consolidated lungs smaller.
 * @throws RoentgenError ABORT_ERR
 */
export async function lungRegion(
  { files, train, index }: Material,
  signal: AbortSignal | undefined,
): Promise<LungRegion | NoView> {
  if (files === null) return { reason: 'a packed file does not hold lung masks' };
  const learned = files.slice(0, train);
  const stride = Math.ceil(learned.length / mostMasks);
  const asked = learned.filter((_, position) => position % stride === 0);
  const found = asked.flatMap(({ mask }) =>
    mask === undefined ? [] : [{ image: mask, name: mask }],
  );
  if (found.length === 0) {
    return { reason: 'no lung masks: name them in a manifest (column mask) or a folder (--masks)' };
  }
  const format = { channels: 1, height: side, width: side, fit: index.format.fit } as const;
  const { pixels, kept, problems } = await decodeImages(found, format, { signal });
  if (kept.length === 0) {
    return { reason: `none of ${found.length} lung masks can be read`, problems };
  }
  const region = grow(frequentLungs(pixels, kept.length));
  const covered = region.reduce((sum, value) => sum + value, 0) / region.length;
  const left = 1 - shareInside(pixels, region);
  const note =
    `lungsBlackedOut paints ${percent(covered)} of every image black; ` +
    `${percent(left)} of the lung pixels of ${kept.length} masks lie outside`;
  return { region, note, problems };
}

/** @param pixels uint8 [masks, side, side] */
function frequentLungs(pixels: Uint8Array, masks: number): Uint8Array {
  const counts = new Uint32Array(side ** 2);
  pixels.forEach((value, at) => {
    const place = at % side ** 2;
    if (value >= threshold) counts[place] = (counts[place] ?? 0) + 1;
  });
  return Uint8Array.from(counts, (count) => (count > rareShare * masks ? 1 : 0));
}

function grow(region: Uint8Array): Uint8Array {
  return region.map((_, at) => {
    const [row, column] = [Math.floor(at / side), at % side];
    for (let y = Math.max(0, row - growth); y <= Math.min(side - 1, row + growth); y += 1) {
      const from = y * side + Math.max(0, column - growth);
      const until = y * side + Math.min(side - 1, column + growth);
      if (region.subarray(from, until + 1).includes(1)) return 1;
    }
    return 0;
  });
}

/** Of all lung pixels of the masks. */
function shareInside(pixels: Uint8Array, region: Uint8Array): number {
  let [inside, all] = [0, 0];
  pixels.forEach((value, at) => {
    if (value < threshold) return;
    all += 1;
    inside += region[at % side ** 2] ?? 0;
  });
  return all === 0 ? 1 : inside / all;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)}%`;
}
