/** What the model learned from, how the epoch was chosen, and what the audit of the data found. */
import type { ReportContent } from '../content.js';
import { groupsArePatients } from './facts.js';
import {
  blocks,
  bullets,
  count,
  dataName,
  escapeMarkdown,
  factTable,
  plural,
  toFillIn,
  wordTable,
} from './markdown.js';
import type { Section } from './section.js';

export const dataSections: readonly Section[] = [
  { title: 'Training data', body: trainingData },
  { title: 'Population', body: population },
  { title: 'Training and selection', body: training },
  { title: 'Audit of the data', body: audit },
];

/** Where the validation images came from, by the names that a run's configuration uses. */
const validationOrigins: Readonly<Record<string, string>> = {
  train: 'set aside from the training images, no group cut in two',
  val: "the data's own validation split",
  test: 'the test images, whose figures are therefore too good',
  none: 'there are none',
};

/** In words; what is none of these is in words already. */
export function validationOrigin({ data }: ReportContent): string {
  return validationOrigins[data.validationFrom] ?? data.validationFrom;
}

function trainingData(content: ReportContent): string {
  const { data } = content;
  return blocks(
    factTable([
      { name: 'Source', value: dataName(data.source) },
      { name: 'SHA-256 of the data', value: data.hash },
      { name: 'Training images', value: count(data.train) },
      { name: 'Validation images', value: count(data.validation) },
      { name: 'Validation images are', value: validationOrigin(content) },
      { name: 'Grouped by', value: data.groupBy },
      { name: 'Normalization', value: data.normalization },
    ]),
    groupsArePatients(content)
      ? 'A group is what shares a patient key; splits and bootstrap never divide one.'
      : 'Nothing recorded shows that images were grouped by patient: they count as independent, and one ' +
          'patient may stand on both sides of a split.',
  );
}

function population(): string {
  return blocks(
    'A run sees pixels and file names. It cannot know whose images these are, and does not guess.',
    bullets(
      [
        'ages, sexes and other characteristics of the patients, in each split',
        'where, when and with which devices and projections the images were made',
        'who was included and who was not, and why',
        'who labeled the images, by which standard, and how disagreement was settled',
        "the data's license, consent and de-identification",
      ].map((topic) => `${toFillIn} ${topic}.`),
    ),
  );
}

function training(content: ReportContent): string {
  const { settings, history, bestEpoch, evalMetric, stopReason, seconds, data } = content;
  const epochs = plural(history.length, 'epoch');
  return blocks(
    data.validation === 0
      ? `Trained for ${epochs} without validation images: no epoch was selected, the last one is kept.`
      : `Trained for ${epochs}; epoch ${count(bestEpoch)} is kept, the best by ${escapeMarkdown(evalMetric)} on the ` +
          'validation images.',
    `Training ended: ${escapeMarkdown(stopReason)}, after ${duration(seconds)}.`,
    `Initial weights: ${escapeMarkdown(content.initialization ?? 'see the settings')}.`,
    settings.length === 0 ? 'The settings are in `config.yaml`.' : factTable(settings),
  );
}

function duration(seconds: number): string {
  return seconds < 120
    ? plural(Math.round(seconds), 'second')
    : plural(Math.round(seconds / 60), 'minute');
}

function audit({ audit }: ReportContent): string {
  if (audit === null) {
    return 'None was made: whether patients or images are in more than one split is unknown. `roentgen audit DATA` finds out.';
  }
  const { verdict, images, groups, checks, findings } = audit;
  return blocks(
    `Verdict: **${verdict}**. ${escapeMarkdown(audit.headline)}`,
    `${plural(images, 'image')} in ${plural(groups, 'group')} were compared; ${plural(findings.length, 'finding')} ` +
      'in `audit.json`.',
    checks.length === 0
      ? 'No check is listed.'
      : wordTable(
          ['Check', 'Status', 'Count', 'What was found'],
          checks.map(({ title, status, count: found, summary }) => [
            title,
            status,
            count(found),
            summary,
          ]),
        ),
  );
}
