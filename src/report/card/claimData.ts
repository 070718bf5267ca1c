/** What a run knows for the items of CLAIM on data and partitions (7 to 21), in plain words. */
import type { ReportContent } from '../content.js';
import { auditCheck, groupsArePatients, headlineEvaluation, testEvaluation } from './facts.js';
import { dataName, percent, plural } from './markdown.js';
import { validationOrigin } from './dataSections.js';

export function source({ data }: ReportContent): string {
  return `${dataName(data.source)}, SHA-256 ${data.hash}.`;
}

export function preprocessing({ input, data }: ReportContent): string {
  return (
    `Images are decoded and brought to ${input} (channels × height × width); normalization: ` +
    `${data.normalization}. The model file stores both.`
  );
}

export function labels({ classes }: ReportContent): string {
  return `the classes are ${classes.join(', ')}; labels are the names of folders, or a manifest's.`;
}

export function missing(content: ReportContent): string | null {
  const check = auditCheck(content, 'unreadable');
  return check === null
    ? null
    : `The audit read every file. ${check.summary} A file that cannot be read stops the training, unless the user ` +
        'goes on without it, and is then listed in config.yaml.';
}

export function sizes(content: ReportContent): string {
  const { train, validation } = content.data;
  const test = testEvaluation(content);
  const tested =
    test === null ? 'none for test' : `${plural(test.intervals.images, 'image')} for test`;
  return `${plural(train, 'image')} for training, ${plural(validation, 'image')} for validation, ${tested}.`;
}

export function assignment(content: ReportContent): string | null {
  const test = testEvaluation(content);
  if (test === null) return null;
  const { train, validation } = content.data;
  const parts = { Training: train, validation, test: test.intervals.images };
  const total = train + validation + test.intervals.images;
  const shares = Object.entries(parts).map(
    ([name, images]) => `${name} ${plural(images, 'image')} (${percent(images / total)})`,
  );
  const testOrigin =
    test.dataHash === content.data.hash ? "the data's own test split" : 'other data';
  return `${shares.join(', ')}. Validation images: ${validationOrigin(content)}. Test images: ${testOrigin}.`;
}

/** Only an audit tells whether partitions are disjoint, and only with patient keys at which level. */
export function separation(content: ReportContent): string | null {
  const check = auditCheck(content, 'patientOverlap');
  return check === null || !groupsArePatients(content)
    ? null
    : `Of patients, as grouped by ${content.data.groupBy}; the audit's check for patients in two partitions: ` +
        `${check.status}. ${check.summary}`;
}

export function grouping(content: ReportContent): string {
  const groups = headlineEvaluation(content)?.intervals;
  const found =
    groups === undefined
      ? ''
      : `; ${plural(groups.images, 'image')} evaluated are in ${plural(groups.groups, 'group')}`;
  return `images are grouped by ${content.data.groupBy}${found}.`;
}
