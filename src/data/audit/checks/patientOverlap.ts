/** Whether a patient is in more than one split. */
import { groupItems } from '../../collections.js';
import { groupingBy } from '../../groups.js';
import { checkSplits } from '../../leaks.js';
import type { AuditImage } from '../material.js';
import { formatCount, plural } from '../../words.js';
import { worst, type Check, type Verdict } from './check.js';

export const patientOverlap: Check = {
  name: 'patientOverlap',
  title: 'Patient keys',
  inspect: ({ sources, images }) => {
    const perSource = sources.map((_, source) => images.filter((image) => image.source === source));
    const findings = perSource.flatMap((members) => overlaps(members));
    const shared = findings.filter(({ status }) => status === 'fail').length;
    const numbers = findings.length - shared;
    const patients = perSource.reduce((sum, members) => sum + countGroups(members), 0);
    const soft =
      numbers > 0
        ? `; ${plural(numbers, 'person number')} in several splits under different labels, other patients as far as is known`
        : '';
    return {
      status: worst(findings.map(({ status }) => status)),
      count: shared,
      summary:
        shared > 0
          ? `${plural(shared, 'patient')} of ${formatCount(patients)} in more than one split${soft}`
          : `none of ${plural(patients, 'patient')}${soft}`,
      findings,
    };
  },
};

function countGroups(images: readonly AuditImage[]): number {
  return new Set(images.map(({ group }) => group)).size;
}

/** Patients by the source's own key, then those whom only a stricter reading of Kermany's names suspects. */
function overlaps(images: readonly AuditImage[]): Verdict['findings'] {
  const leaks = namesInSeveralSplits(images, ({ group }) => group, 'fail');
  const kermany = groupingBy('kermany');
  const numbered = images.filter(
    ({ name, group }) => group === kermany(name) && group.startsWith('person'),
  );
  const person = groupingBy('person');
  const suspected = namesInSeveralSplits(numbered, ({ name }) => person(name), 'warn');
  const known = new Set(leaks.flatMap(({ files }) => files));
  return [...leaks, ...suspected.filter(({ files }) => !files.some((file) => known.has(file)))];
}

function namesInSeveralSplits(
  images: readonly AuditImage[],
  keyOf: (image: AuditImage) => string,
  status: 'fail' | 'warn',
): Verdict['findings'] {
  const byKey = groupItems(images, keyOf);
  const problems = checkSplits(
    images.map((image) => ({ name: image.file, group: keyOf(image), split: image.split })),
  );
  const byFile = new Map(images.map((image) => [image.file, image]));
  return problems.map(({ file, code, message }) => {
    const image = byFile.get(file);
    const members = image === undefined ? [] : (byKey.get(keyOf(image)) ?? []);
    return {
      status,
      files: members.map((member) => member.file),
      message,
      ...(status === 'fail' ? { code } : {}),
    };
  });
}
