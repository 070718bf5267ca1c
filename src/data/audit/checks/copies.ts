/** Whether an image is there twice: as it is, or changed a little. */
import { exactClusters, nearClusters, type CopyCluster } from '../copyClusters.js';
import type { Flip } from '../copies/perceptualHash.js';
import { splits } from '../../types.js';
import { leakFinder } from '../leakage.js';
import type { Material } from '../material.js';
import { formatCount, plural } from '../../words.js';
import { worst, type Check, type Verdict } from './check.js';

export const exactDuplicates: Check = {
  name: 'exactDuplicates',
  title: 'Exact duplicates',
  inspect: (material) =>
    judge(material, exactClusters(material), ({ sameBytes }) =>
      sameBytes ? 'the same file' : 'the same pixels in files of different bytes',
    ),
};

export const nearDuplicates: Check = {
  name: 'nearDuplicates',
  title: 'Near duplicates',
  inspect: (material) => {
    const clusters = nearClusters(material);
    const told = clusters.filter((cluster) => !harmless(cluster, material));
    const verdict = judge(material, told, ({ similarity, flips }) => {
      const mirrored = flips.map((flip) => `, ${mirrorWords[flip]}`).join('');
      return `the same picture${mirrored}, similarity ${similarity.toFixed(3)}`;
    });
    const others = clusters.length - told.length;
    const exposures = `${plural(others, 'picture')} of one patient in one split much alike`;
    return others === 0 ? verdict : { ...verdict, summary: `${verdict.summary}; ${exposures}` };
  },
};

const mirrorWords: Readonly<Record<Flip, string>> = {
  none: 'as it is',
  horizontal: 'mirrored left to right',
  vertical: 'mirrored top to bottom',
  both: 'turned upside down',
};

/** Two exposures of one patient may be much alike; they stay together in any split by patient. */
function harmless({ members }: CopyCluster, { images }: Material): boolean {
  const [first, ...others] = members.map((position) => images[position]);
  return others.every(
    (image) =>
      image?.source === first?.source &&
      image?.group === first?.group &&
      image?.split === first?.split,
  );
}

function judge(
  { images, sources }: Material,
  clusters: readonly CopyCluster[],
  describe: (cluster: CopyCluster) => string,
): Verdict {
  const leaks = leakFinder(images);
  const findings = clusters.map((cluster) => {
    const members = cluster.members.flatMap((position) => images[position] ?? []);
    const files = members.map(({ file }) => file);
    if (!leaks(cluster.members)) {
      return { status: 'warn' as const, files, message: describe(cluster) };
    }
    const places = splits.filter((split) => members.some((image) => image.split === split));
    const where = places.length > 1 ? `in ${places.join(' and ')}` : 'across the datasets';
    const message = `${describe(cluster)}, ${where}`;
    return { status: 'fail' as const, files, message, code: 'ERR_SPLIT_LEAK' as const };
  });
  const leaking = findings.filter(({ status }) => status === 'fail');
  const count = findings.reduce((sum, { files }) => sum + files.length, 0);
  const acrossSets = clusters.filter(
    ({ members }) => new Set(members.map((position) => images[position]?.source)).size > 1,
  );
  const pictures = `${plural(clusters.length, 'picture')} in ${plural(count, 'image')}`;
  const parts = [
    pictures,
    leaking.length > 0 ? `${formatCount(leaking.length)} leaking` : 'none across splits',
    ...(sources.length > 1 ? [`${formatCount(acrossSets.length)} across the two datasets`] : []),
  ];
  return {
    status: worst(findings.map(({ status }) => status)),
    count,
    summary: count === 0 ? 'none' : parts.join(', '),
    findings: [...leaking, ...findings.filter(({ status }) => status !== 'fail')],
  };
}
