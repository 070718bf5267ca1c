/** Images that are unlike all others: blank, inverted, of another shape or color. */
import { countValues } from '../../collections.js';
import { correlation } from '../copies/alignment.js';
import { faintest } from '../copyClusters.js';
import type { Material } from '../material.js';
import { robustScores } from '../statistics.js';
import { plural } from '../../words.js';
import type { Check } from './check.js';

/** Beyond this many robust standard deviations; of 6,000 radiographs some ten are beyond 4. */
const farOut = 6;

/** The least unit of those: sets that are all alike have some spread to be judged by. */
const leastSpread = { grayLevels: 4, aspect: 0.05 };

/**
 * Correlation with the mean image, in −1 … 1. Of 6,856 radiographs none is below −0.2, and of their negatives one in
 * a thousand is above −0.3 in one collection, one in fifty in a mixed one.
 */
const negative = -0.3;

/** Gray levels that leave nothing to see. */
const [black, white] = [5, 250];

type Oddity = (material: Material) => Iterable<[position: number, message: string]>;

const oddities: readonly Oddity[] = [blank, unusualBrightness, inverted, unusualShape, otherColor];

export const oddImages: Check = {
  name: 'oddImages',
  title: 'Odd images',
  inspect: (material) => {
    const found = oddities.flatMap((oddity) => [...oddity(material)]);
    const findings = found.flatMap(([position, message]) => {
      const image = material.images[position];
      return image === undefined ? [] : { status: 'warn' as const, files: [image.file], message };
    });
    const count = new Set(found.map(([position]) => position)).size;
    return {
      status: count > 0 ? 'warn' : 'pass',
      count,
      summary: count > 0 ? `${plural(count, 'image')} unlike the others` : 'none',
      findings,
    };
  },
};

function* blank({ pixels }: Material): ReturnType<Oddity> {
  for (const [position, { mean, contrast }] of pixels.entries()) {
    if (contrast < faintest) yield [position, 'every pixel is the same'];
    else if (mean < black) yield [position, `nearly black, ${mean.toFixed(1)} of 255 on average`];
    else if (mean > white) yield [position, `nearly white, ${mean.toFixed(1)} of 255 on average`];
  }
}

function* unusualBrightness({ pixels }: Material): ReturnType<Oddity> {
  const means = pixels.map(({ mean }) => mean);
  for (const [position, score] of robustScores(means, leastSpread.grayLevels).entries()) {
    if (Math.abs(score) > farOut) {
      const level = (means[position] ?? 0).toFixed(0);
      yield [
        position,
        `much ${score > 0 ? 'brighter' : 'darker'} than the others, ${level} of 255 on average`,
      ];
    }
  }
}

/** An inverted image is dark where the others are bright: the negative of what they have in common. */
function* inverted({ pixels }: Material): ReturnType<Oddity> {
  const common = new Float32Array(pixels[0]?.coarse.length ?? 0);
  for (const { coarse } of pixels) {
    for (let at = 0; at < common.length; at += 1) {
      common[at] = (common[at] ?? 0) + (coarse[at] ?? 0) / pixels.length;
    }
  }
  for (const [position, { coarse }] of pixels.entries()) {
    if (correlation(common, coarse) < negative) {
      yield [position, 'dark where the others are bright: inverted?'];
    }
  }
}

function* unusualShape(material: Material): ReturnType<Oddity> {
  const files = fileEntries(material);
  const aspects = files.map(({ facts: { width, height } }) => Math.log(width / height));
  for (const [at, score] of robustScores(aspects, leastSpread.aspect).entries()) {
    const file = files[at];
    if (file !== undefined && Math.abs(score) > farOut) {
      yield [
        file.position,
        `${file.facts.width}×${file.facts.height} pixels, another shape than most`,
      ];
    }
  }
}

function* otherColor(material: Material): ReturnType<Oddity> {
  const files = fileEntries(material);
  const counts = [...countValues(files.map(({ facts }) => facts.color))];
  const [most] = counts.sort(([, a], [, b]) => b - a);
  if (most === undefined || most[1] < 0.9 * files.length) return;
  for (const { position, facts } of files) {
    if (facts.color !== most[0]) yield [position, `stored as ${facts.color}, most as ${most[0]}`];
  }
}

function fileEntries({
  sources,
}: Material): { position: number; facts: { width: number; height: number; color: string } }[] {
  let start = 0;
  return sources.flatMap(({ files, packed }) => {
    const offset = start;
    start += packed.index.names.length;
    return (files ?? []).flatMap((facts, at) =>
      facts === null ? [] : { position: offset + at, facts },
    );
  });
}
