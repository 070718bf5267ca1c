/** Whether one picture has two labels. */
import { exactClusters, nearClusters } from '../copyClusters.js';
import { sameClass } from '../material.js';
import { plural } from '../../words.js';
import type { Check } from './check.js';

export const labelConflicts: Check = {
  name: 'labelConflicts',
  title: 'Label conflicts',
  inspect: (material) => {
    const { images } = material;
    const findings = [...exactClusters(material), ...nearClusters(material)].flatMap(
      ({ members }) => {
        const labeled = members.flatMap((position) => images[position] ?? []);
        const [first] = labeled.flatMap(({ className }) => className ?? []);
        if (labeled.every(({ className }) => sameClass(className, first ?? null))) return [];
        const names = [...new Set(labeled.flatMap(({ className }) => className ?? []))];
        return {
          status: 'warn' as const,
          files: labeled.map(({ file }) => file),
          message: `one picture, labeled ${names.join(' and ')}`,
        };
      },
    );
    return {
      status: findings.length > 0 ? 'warn' : 'pass',
      count: findings.length,
      summary:
        findings.length > 0
          ? `${plural(findings.length, 'picture')} under more than one class`
          : 'no picture is under two classes',
      findings,
    };
  },
};
