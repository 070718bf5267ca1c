/** Whether the images are those of the results: each one's content, class, patient and split. */
import { extname } from 'node:path';
import type { Checksums, ListedImage } from '../checksums/index.js';
import type { Split } from '../data/index.js';
import type { PresentImages } from './present.js';
import { toCheck, unchecked, type VerificationCheck, type VerificationFinding } from './types.js';

/** @param within images of other splits are not counted as new: an evaluation lists those of its own split alone */
export function checkImages(
  listed: readonly ListedImage[],
  present: PresentImages,
  { maskHash }: Checksums['data'],
  within: Split | 'all',
): Omit<VerificationCheck, 'folder'> {
  const { index } = present.packed;
  const names = new Set(listed.map(({ name }) => name));
  const added = index.names.flatMap((name, at) => {
    const counts = within === 'all' || index.splits[at] === within;
    return counts && !names.has(name) ? [{ name, hash: index.hashes[at] ?? '' }] : [];
  });
  const addedByHash = new Map(added.map(({ name, hash }) => [hash, name]));
  const findings = listed.flatMap((image) => compare(image, present, addedByHash));
  const kept = listed.filter(({ name }) => present.positions.has(name));
  const originals = new Map(kept.map(({ name, hash }) => [hash, name]));
  const missing = listed.filter(({ name }) => !present.positions.has(name));
  const gone = new Set(missing.map(({ hash }) => hash));
  for (const { name, hash } of added) {
    if (gone.has(hash)) continue;
    const original = originals.get(hash);
    findings.push({
      subject: name,
      message: original ? `is new, a copy of ${original}` : 'is new',
    });
  }
  if (index.maskHash !== maskHash) {
    findings.push({ subject: 'masks', message: 'the lung masks have changed' });
  }
  const changed = new Set(findings.map(({ subject }) => subject)).size;
  if (changed > 0) {
    const summary = `${changed} of ${listed.length} images of ${present.place} differ`;
    return toCheck('images', findings, summary);
  }
  if (extname(present.place).toLowerCase() === '.safetensors') {
    const why = 'of a packed file the hashes alone: name the folder that was packed';
    return unchecked('images', `${why}, to compare ${listed.length} images`);
  }
  const summary = `${listed.length} images of ${present.place}, by content, class, patient and split`;
  return toCheck('images', findings, summary);
}

function compare(
  { name, className, split, group, hash }: ListedImage,
  { packed, positions }: PresentImages,
  addedByHash: ReadonlyMap<string, string>,
): VerificationFinding[] {
  const { index, problems } = packed;
  const at = positions.get(name);
  const found = (message: string): VerificationFinding => ({ subject: name, message });
  if (at === undefined) {
    const problem = problems.find(({ file }) => file === name);
    if (problem !== undefined) return [found(`can no longer be read: ${problem.message}`)];
    const place = addedByHash.get(hash);
    return [found(place === undefined ? 'is missing' : `has moved to ${place}`)];
  }
  const rows = [
    ['class', className, index.classes[index.labels[at] ?? -1] ?? ''],
    ['split', split ?? '', index.splits[at] ?? ''],
    ['patient', group, index.groups[at] ?? ''],
  ] as const;
  return [
    ...(index.hashes[at] === hash ? [] : [found('its content has changed')]),
    ...rows
      .filter(([, kept, now]) => kept !== now)
      .map(([what, kept, now]) =>
        found(`${what} ${kept || 'none'} in images.csv, ${now || 'none'} in the data`),
      ),
  ];
}
