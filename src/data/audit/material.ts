/** What the checks of an audit look at: the images of one dataset, or of two side by side. */
import type { PackedDataset } from '../pack.js';
import type { ImageFormat, Problem, Split } from '../types.js';
import type { Copy } from './copies/findCopies.js';
import type { FileFacts } from './fileFacts.js';
import type { PixelFacts } from './pixelFacts.js';

/** A dataset as the user named it. */
export interface AuditSource {
  path: string;
  packed: PackedDataset;
  /** In the order of the packed images; null where no files are at hand, as behind a packed file. */
  files: readonly (FileFacts | null)[] | null;
}

export interface AuditImage {
  /** As in its source; behind the source's path where there are two. */
  file: string;
  /** Position of its source. */
  source: number;
  /** Without folders and source, for reading patients off it. */
  name: string;
  /** Null where it is unknown. */
  className: string | null;
  group: string;
  split: Split | null;
  /** SHA-256 of the file, in hexadecimal. */
  hash: string;
}

export interface Material {
  sources: readonly AuditSource[];
  images: readonly AuditImage[];
  format: ImageFormat;
  /** C·H·W bytes. */
  read: (position: number) => Uint8Array;
  /** One per image, as are the digests of its pixels. */
  pixels: readonly PixelFacts[];
  digests: readonly string[];
  copies: readonly Copy[];
  problems: readonly Problem[];
}

/** All images of the sources, in their order. */
export function listImages(sources: readonly AuditSource[]): AuditImage[] {
  return sources.flatMap(({ path, packed: { index } }, source) =>
    index.names.map((name, position) => ({
      file: sources.length > 1 ? `${path}/${name}` : name,
      source,
      name,
      className: index.classes[index.labels[position] ?? -1] ?? null,
      group: index.groups[position] ?? name,
      split: index.splits[position] ?? null,
      hash: index.hashes[position] ?? '',
    })),
  );
}

/** NORMAL here and Normal there are one class. */
export function sameClass(a: string | null, b: string | null): boolean {
  return a === null || b === null || a.toLowerCase() === b.toLowerCase();
}
