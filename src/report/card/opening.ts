/** The top of the card: what the model is, what it reaches, what to know first, what it is for. */
import type { ReportContent } from '../content.js';
import { figureNames, headlineFigures, intervalName, withInterval } from './figures.js';
import { headlineEvaluation, looksAt, splitName, testEvaluation } from './facts.js';
import {
  blocks,
  bullets,
  count,
  dataName,
  escapeMarkdown,
  factTable,
  plural,
  toFillIn,
} from './markdown.js';
import type { Section } from './section.js';

export const openingSections: readonly Section[] = [
  { title: 'Headline', body: headline },
  { title: 'Warnings', body: warnings },
  { title: 'Model', body: identity },
  { title: 'Intended use', body: intendedUse },
  { title: 'Out of scope', body: outOfScope },
];

/** One sentence of what it is, and the one that comes before all use. */
export function introduction({
  architecture,
  classes,
  data,
  created,
  versions,
}: ReportContent): string {
  const version = versions.find(({ name }) => name === 'roentgen')?.value ?? '';
  const words = [architecture, classes.join(', '), dataName(data.source), `roentgen ${version}`];
  const [network = '', answers = '', source = '', tool = ''] = words.map(escapeMarkdown);
  return blocks(
    `A classifier of chest radiographs: ${network}, which answers with one of ${answers}; trained with ${tool} on ` +
      `${source} on ${day(created)}.`,
    '> **Research and education only; not a medical device.** It is not FDA-cleared and not CE-marked. No answer ' +
      'of it may guide the care of a patient.',
  );
}

/** An ISO 8601 time's date. */
function day(time: string): string {
  return escapeMarkdown(time.slice(0, 10));
}

function headline(content: ReportContent): string {
  return blocks(headlineFiguresOf(content), auditLine(content));
}

function headlineFiguresOf(content: ReportContent): string {
  const split = headlineEvaluation(content);
  if (split === null) {
    return 'The run was not evaluated on labeled images: there is no figure to quote. `roentgen evaluate` finds them.';
  }
  const { overall, images, groups, confidence } = split.intervals;
  const figures = headlineFigures.filter((figure) => overall[figure] !== null);
  return blocks(
    `On ${plural(images, 'image')} in ${plural(groups, 'group')} (${escapeMarkdown(splitName(split))}), with ` +
      `${intervalName(confidence)}:`,
    bullets(
      figures.map((figure) => `${figureNames[figure].title} **${withInterval(overall[figure])}**`),
    ),
    testEvaluation(content) === null
      ? 'There is no evaluation on test images. These images chose the epoch or were learned from: the figures are ' +
          'too good, and by how much is unknown.'
      : `By the run's ledger, ${escapeMarkdown(split.name)} evaluated ${plural(looksAt(split, content), 'time')}.`,
  );
}

function auditLine({ audit }: ReportContent): string {
  return audit === null
    ? 'The data were not audited for leakage.'
    : `Audit of the data: **${audit.verdict}**. ${escapeMarkdown(audit.headline)}`;
}

function warnings({ warnings }: ReportContent): string {
  return warnings.length === 0
    ? 'The run raised none.'
    : bullets(warnings.map((warning) => `**${escapeMarkdown(warning)}**`));
}

const averaged = { name: 'Answers', value: 'the mean over an image and its mirror image' };

function identity(content: ReportContent): string {
  const { architecture, parameters, input, classes, tta, created } = content;
  return blocks(
    factTable([
      { name: 'Architecture', value: architecture },
      { name: 'Parameters', value: count(parameters) },
      { name: 'Input (channels × height × width)', value: input },
      { name: 'Classes, in the order of the outputs', value: classes.join(', ') },
      ...(tta === 'none' ? [] : [averaged]),
      { name: 'Created', value: created },
    ]),
    'The model file is safetensors and describes itself: architecture, classes, preprocessing, provenance.',
  );
}

function intendedUse(): string {
  return blocks(
    'Research on the classification of chest radiographs, and teaching: to reproduce the figures below, to compare ' +
      'methods on the same images, to study where such a model fails.',
    `${toFillIn} the question that this model was trained to answer, and for whom.`,
  );
}

function outOfScope({ classes }: ReportContent): string {
  return bullets([
    'Diagnosis, triage, screening, second reading, or anything else that touches the care of a patient.',
    'Images unlike those it learned from: other ages, projections, devices, hospitals, file conversions.',
    `Findings other than ${escapeMarkdown(classes.join(', '))}: it distributes its belief over these classes for any ` +
      'image, also for one that is no radiograph.',
    'Learning who a patient is, or anything else about a patient that is not one of the classes.',
  ]);
}
