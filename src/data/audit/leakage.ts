/** Which images must not be seen together: those of which one teaches what the other examines. */
import { groupItems } from '../collections.js';
import type { Split } from '../types.js';
import type { AuditImage } from './material.js';

/** `elsewhere`: in a set without splits beside one that has some, which is what external test sets look like. */
type Place = Split | 'elsewhere' | null;

const learnedFrom: ReadonlySet<Place> = new Set<Place>(['train', 'val']);

/**
 * A function that says whether copies at these positions leak: they are in two splits, of one set or
 * of two, or in `train` or `val` of one and anywhere in another that has no splits and may be meant
 * for testing. Without any splits nothing leaks yet.
 */
export function leakFinder(
  images: readonly AuditImage[],
): (positions: readonly number[]) => boolean {
  const bySource = groupItems(images, ({ source }) => source);
  const split = new Set(
    [...bySource]
      .filter(([, members]) => members.some((image) => image.split !== null))
      .map(([source]) => source),
  );
  const placeOf = (image: AuditImage | undefined): Place => {
    if (image === undefined || image.split !== null) return image?.split ?? null;
    return split.size > 0 && !split.has(image.source) ? 'elsewhere' : null;
  };
  return (positions) => {
    const places = new Set(positions.map((position) => placeOf(images[position])));
    const splitPlaces = [...places].filter((place) => place !== null && place !== 'elsewhere');
    if (splitPlaces.length > 1) return true;
    return places.has('elsewhere') && splitPlaces.some((place) => learnedFrom.has(place));
  };
}
