/** What makes two packed datasets the same: the digests that name and find them. */
import { createHash } from 'node:crypto';
import sharp from 'sharp';
import type { ImageFormat, ImageSource } from './types.js';

/** Raised whenever the same files and options would give another packed file. */
export const packVersion = 1;

/** What decodes: other versions may give other pixels. */
export const software = { sharp: sharp.versions.sharp, vips: sharp.versions.vips };

/** SHA-256 in hexadecimal. */
export function sha256(data: Uint8Array | string): string {
  return createHash('sha256').update(data).digest('hex');
}

/**
 * The digest of all that can be known before a file is read: options, versions, and each sample's name, class,
 * group and split. Two packings that share it may differ in the files' content only.
 */
export function listingKey(source: ImageSource, format: ImageFormat, pixelLimit: number): string {
  const { channels, height, width, fit, repairs = [], lungs } = format;
  return sha256(
    JSON.stringify([
      packVersion,
      software,
      [
        ...[channels, height, width, fit, pixelLimit],
        ...repairs,
        ...(lungs === undefined ? [] : [lungs]),
      ],
      source.classes,
      source.samples.map(({ name, label, group, split }) => [name, label, group, split]),
      source.problems.map(({ file, code }) => [file, code]),
    ]),
  );
}

/**
 * The digest of the data alone, whatever they are packed for: classes, and each sample's name, class, group,
 * split and content. `hashes` has one entry per sample, null where the file could not be read.
 */
export function sourceHash(source: ImageSource, hashes: readonly (string | null)[]): string {
  return sha256(
    JSON.stringify([
      source.classes,
      source.samples.map(({ name, label, group, split }, at) => [
        name,
        label,
        group,
        split,
        hashes[at],
      ]),
    ]),
  );
}

/** Of the contents of one sample's files. */
export function contentHash(image: string, mask: string | null): string {
  return mask === null ? image : sha256(image + mask);
}

/** The digest of the masks' contents alone; undefined where the format needs none. */
export function maskHash(
  { lungs }: ImageFormat,
  hashes: readonly { mask: string | null }[],
): string | undefined {
  return lungs && sha256(JSON.stringify(hashes.map(({ mask }) => mask)));
}

/** The digest that tells one packed dataset from every other: its listing and its files' content. */
export function packKey(
  listing: string,
  hashes: readonly (string | null)[],
  masks: string | undefined,
): string {
  return sha256(JSON.stringify([listing, hashes, ...(masks === undefined ? [] : [masks])]));
}
