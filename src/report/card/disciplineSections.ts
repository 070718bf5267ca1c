/** What keeps the figures honest: shortcut probes, the ledger of looks at test images, the limits of it all. */
import type { ReportContent } from '../content.js';
import { rate, range } from './figures.js';
import { countLooks, groupsArePatients, otherData, splitName, testEvaluation } from './facts.js';
import {
  blocks,
  bullets,
  dataName,
  escapeMarkdown,
  percent,
  plural,
  table,
  toFillIn,
  wordTable,
} from './markdown.js';
import type { Section } from './section.js';

export const disciplineSections: readonly Section[] = [
  { title: 'Shortcut probes', body: probes },
  { title: 'Ledger', body: ledger },
  { title: 'Limitations', body: limitations },
];

function probes({ probes }: ReportContent): string {
  if (probes === null) {
    return 'None were run: how much can be told without seeing the lungs is unknown. `roentgen probe` finds out.';
  }
  return blocks(
    'What classifiers reach that see only a part of what the model sees. The explained share is their balanced accuracy above chance as a ' +
      "part of the model's.",
    table(
      ['Probe', 'Accuracy', 'Balanced accuracy', 'AUROC (95% CI)', 'Explained share', 'Flagged'],
      probes.map((probe) => [
        escapeMarkdown(probe.title),
        rate(probe.accuracy),
        rate(probe.balancedAccuracy),
        probe.aurocInterval === null
          ? rate(probe.auroc)
          : `${rate(probe.auroc)} (${range(...probe.aurocInterval)})`,
        probe.explainedShare === null ? 'no model' : percent(probe.explainedShare),
        probe.decides === false ? 'informs only' : probe.flagged ? '**yes**' : 'no',
      ]),
    ),
  );
}

function ledger({ ledger }: ReportContent): string {
  if (ledger.length === 0) {
    return 'The ledger of the run has no entry: test evaluated 0 times.';
  }
  const looks = countLooks(ledger).map(
    ({ split, data, dataHash, times }) =>
      `${escapeMarkdown(splitName({ name: split, data }))} (data ${escapeMarkdown(dataHash.slice(0, 12))}) ` +
      `evaluated ${plural(times, 'time')}`,
  );
  return blocks(
    bullets(looks),
    wordTable(
      ['When', 'Split', 'Data', 'Images', 'Model', 'Why'],
      ledger.map(({ when, split, data, images, modelHash, why }) => [
        when,
        split,
        dataName(data),
        String(images),
        modelHash.slice(0, 12),
        why,
      ]),
    ),
  );
}

/** Each with the condition under which it holds. */
const limits: readonly { holds: (content: ReportContent) => boolean; text: string }[] = [
  {
    holds: () => true,
    text: 'One training run with one seed: how much another seed would differ is not in the intervals.',
  },
  {
    holds: (content) => testEvaluation(content) === null,
    text: 'No figure comes from images that took no part in training or selection.',
  },
  {
    holds: (content) => otherData(content).length === 0,
    text: 'No figure comes from data other than those it was trained on: expect worse elsewhere.',
  },
  {
    holds: (content) => !groupsArePatients(content),
    text: 'Patients are unknown, so intervals are too narrow where a patient has several images.',
  },
  {
    holds: ({ audit }) => audit === null,
    text: 'The data were not audited, so leakage between splits cannot be excluded.',
  },
  {
    holds: ({ audit }) => audit?.verdict === 'fail',
    text: 'The audit of the data failed: figures from these splits cannot be defended.',
  },
  {
    holds: ({ decisionRule }) => decisionRule?.fittedOn === 'test',
    text: 'The decision rule was fitted on test images: what it reaches on them is too good.',
  },
  {
    holds: ({ probes }) => probes?.some(({ flagged }) => flagged) ?? false,
    text: 'A probe that cannot see the lungs explains much of the result: the model may use shortcuts.',
  },
  {
    holds: ({ probes }) => probes === null,
    text: 'Shortcuts were not looked for.',
  },
];

function limitations(content: ReportContent): string {
  const known = limits.filter(({ holds }) => holds(content)).map(({ text }) => text);
  return bullets([
    ...known,
    `${toFillIn} what the population, the labels and the way the images were collected mean for these figures.`,
  ]);
}
