/** Whether an image is there twice: as it is, or changed a little. */
import { exactClusters, nearClusters, type CopyCluster } from '../copyClusters.js';
import type { Flip } from '../copies/perceptualHash.js';
import { leakFinder } from '../leakage.js';
import type { Material } from '../material.js';
import { plural, worst, type Check, type Verdict } from './check.js';

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
  inspect: (material) =>
    judge(material, nearClusters(material), ({ similarity, flips }) => {
      const mirrored = flips.map((flip) => mirrorWords[flip]).join(' and ');
      return `the same picture${mirrored && `, ${mirrored}`}, similarity ${similarity.toFixed(3)}`;
    }),
};

const mirrorWords: Readonly<Record<Flip, string>> = {
  none: 'as it is',
  horizontal: 'mirrored left to right',
  vertical: 'mirrored top to bottom',
  both: 'turned upside down',
};

function judge(
  material: Material,
  clusters: readonly CopyCluster[],
  describe: (cluster: CopyCluster) => string,
): Verdict {
  const { images, sources } = material;
  const leaks = leakFinder(images);
  const findings = clusters.map((cluster) => {
    const members = cluster.members.flatMap((position) => images[position] ?? []);
    const across = leaks(cluster.members);
    const places = new Set(members.flatMap(({ split }) => split ?? []));
    const where = !across
      ? ''
      : places.size > 1
        ? `, in ${[...places].join(' and ')}`
        : ', learned from here and unseen there';
    return {
      status: across ? ('fail' as const) : ('warn' as const),
      files: members.map(({ file }) => file),
      message: `${describe(cluster)}${where}`,
      ...(across ? { code: 'ERR_SPLIT_LEAK' as const } : {}),
    };
  });
  findings.sort((a, b) => Number(a.status === 'warn') - Number(b.status === 'warn'));
  const count = clusters.reduce((sum, { members }) => sum + members.length, 0);
  const acrossSplits = findings.filter(({ status }) => status === 'fail').length;
  const acrossSets = clusters.filter(
    ({ members }) => new Set(members.map((position) => images[position]?.source)).size > 1,
  ).length;
  const pictures = `${plural(clusters.length, 'picture')} in ${plural(count, 'image')}`;
  const parts = [
    ...(acrossSplits > 0
      ? [`${acrossSplits.toLocaleString('en-US')} across splits`]
      : ['none across splits']),
    ...(sources.length > 1
      ? [`${acrossSets.toLocaleString('en-US')} across the two datasets`]
      : []),
  ];
  return {
    status: worst(findings.map(({ status }) => status)),
    count,
    summary: count === 0 ? 'none' : `${pictures}, ${parts.join(', ')}`,
    findings,
  };
}
