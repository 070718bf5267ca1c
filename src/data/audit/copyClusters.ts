/** Images that show one picture, as clusters. */
import { groupItems } from '../collections.js';
import { Clusters, type Copy } from './copies/findCopies.js';
import type { Flip } from './copies/perceptualHash.js';
import type { Material } from './material.js';
import type { PixelFacts } from './pixelFacts.js';

/** Gray levels below which an image shows nothing: all such are alike, and none is a copy. */
export const faintest = 1;

export interface CopyCluster {
  /** Positions, ascending; two at least. */
  members: number[];
  /** Whether all have the same bytes; otherwise `exact` clusters have the same pixels once decoded. */
  sameBytes: boolean;
  /** The least of the links that hold it together; 1 for equal pixels. */
  similarity: number;
  /** Of the links, without `none`. */
  flips: Flip[];
}

/** One position for each different picture, in order. */
export function differentPictures(
  digests: readonly string[],
  pixels: readonly PixelFacts[],
): number[] {
  const first = new Set<string>();
  return [...digests.keys()].filter((position) => {
    const digest = digests[position] ?? '';
    if (first.has(digest) || (pixels[position]?.contrast ?? 0) < faintest) return false;
    first.add(digest);
    return true;
  });
}

/** Images with equal pixels. */
export function exactClusters({ images, digests, pixels }: Material): CopyCluster[] {
  const keyOf = (position: number): string =>
    ((pixels[position]?.contrast ?? 0) < faintest ? images[position]?.hash : digests[position]) ??
    '';
  return [...groupItems(images.keys(), keyOf).values()]
    .filter((members) => members.length > 1)
    .map((members) => ({
      members,
      sameBytes: new Set(members.map((position) => images[position]?.hash)).size === 1,
      similarity: 1,
      flips: [],
    }));
}

/** Images that were copied with some change, with those that have the same pixels as one of them. */
export function nearClusters({ digests, copies }: Material): CopyCluster[] {
  const clusters = new Clusters(digests.length);
  for (const { a, b } of copies) clusters.join(a, b);
  const byDigest = groupItems(digests.keys(), (position) => digests[position]);
  const links = groupItems(copies, ({ a }) => clusters.find(a));
  return [...links.values()].map((own: Copy[]) => {
    const linked = new Set(own.flatMap(({ a, b }) => [a, b]));
    const members = [...linked].flatMap((position) => byDigest.get(digests[position]) ?? []);
    return {
      members: members.sort((a, b) => a - b),
      sameBytes: false,
      similarity: Math.min(...own.map(({ similarity }) => similarity)),
      flips: [...new Set(own.map(({ flip }) => flip))].filter((flip) => flip !== 'none'),
    };
  });
}
