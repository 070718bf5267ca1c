/** Calibration, operating point, prior shift, prediction sets and abstention of one evaluation. */
import type { DecisionEvaluation, OperatingRule } from '../../../evaluation/index.js';
import type { EvaluationCharts } from '../../charts/ofEvaluation.js';
import type { EvaluatedSplit, ReportContent } from '../../content.js';
import { html, type Html } from '../html.js';
import { absent, figure, table } from '../parts.js';
import { count, counted, fixed, percent, withEnds } from '../words.js';

export async function decisionSection(
  { decision, metrics }: EvaluatedSplit,
  charts: EvaluationCharts,
  rule: ReportContent['decisionRule'],
  label: string,
): Promise<Html> {
  const reliability = await figure(
    charts.reliability,
    'Share of right answers over the mean probability of the predicted class, in 15 bins of equal width, with Wilson’s 95% intervals; below, the images in each bin',
  );
  const { classes } = metrics;
  return html`<h3>Calibration and decisions</h3>
    ${
      decision === null
        ? html`${absent('No decision rule was fitted: the most probable class is the answer.')}
          ${reliability}`
        : html`${rule !== null && fittedOn(rule)}
            <div class="charts">${reliability} ${calibration(decision, label)}</div>
            ${operatingPoint(decision, classes, label)} ${priorShift(decision, classes, label)}
            ${conformal(decision, classes, metrics.samples, label)}
            ${
              decision.unfamiliar !== null &&
              html`<p>
                ${counted(decision.unfamiliar, 'image')} of ${count(metrics.samples)} look unlike
                the images that the model learned from: it abstains there.
              </p>`
            }`
    } `;
}

function fittedOn({
  fittedOn: split,
  images,
  groups,
}: NonNullable<ReportContent['decisionRule']>): Html {
  return html`<p>
    Fitted on ${counted(images, 'image')} of ${counted(groups, 'patient')}: ${split}.
  </p>`;
}

function calibration({ temperature, raw, calibrated }: DecisionEvaluation, label: string): Html {
  return table({
    caption: `Calibration, ${label}; lower is better`,
    columns: ['Figure', 'Raw', `Temperature ${fixed(temperature, 2)}`],
    rows: [
      ['Expected calibration error', fixed(raw.ece), fixed(calibrated.ece)],
      ['Brier score', fixed(raw.brier), fixed(calibrated.brier)],
      ['Log loss', fixed(raw.logLoss), fixed(calibrated.logLoss)],
    ],
  });
}

/** Rules as the command line takes them, and what they mean. */
const ruleWords: readonly { pattern: RegExp; words: string }[] = [
  { pattern: /^youden$/, words: 'the largest sum of sensitivity and specificity' },
  { pattern: /^sensitivity=(.+)$/, words: 'a sensitivity of at least ' },
  { pattern: /^specificity=(.+)$/, words: 'a specificity of at least ' },
  { pattern: /^cost=(.+)$/, words: 'the least cost, missed to false alarms ' },
];

export function describeRule(rule: OperatingRule): string {
  for (const { pattern, words } of ruleWords) {
    const match = pattern.exec(rule);
    if (match !== null) return `${words}${match[1] ?? ''}`;
  }
  return rule;
}

function operatingPoint(
  { operatingPoint: point }: DecisionEvaluation,
  classes: readonly string[],
  label: string,
): Html | null {
  if (point === null) return null;
  return html`<p>
      Operating point: the answer is ${point.positive} at a calibrated probability of
      ${fixed(point.threshold)} or more, chosen for ${describeRule(point.rule)}.
    </p>
    <div class="charts">
      ${table({
        caption: `At the operating point, ${label}`,
        columns: ['Figure', 'Value (95% interval)'],
        rows: [
          ['Accuracy', withEnds(point.accuracy)],
          ['Sensitivity', withEnds(point.sensitivity)],
          ['Specificity', withEnds(point.specificity)],
        ],
      })}
      ${table({
        caption: `Answers at the operating point, ${label}: true classes down`,
        columns: ['True class', ...classes],
        rows: point.confusionMatrix.map((row, truth) => [classes[truth] ?? '', ...row.map(count)]),
      })}
    </div>`;
}

function priorShift(
  { priorShift: shift }: DecisionEvaluation,
  classes: readonly string[],
  label: string,
): Html {
  return html`<div class="charts">
    ${table({
      caption: `Class shares, as fitted and as estimated from these images without labels, ${label}`,
      columns: ['Class', 'Fitted', 'Estimated'],
      rows: classes.map((name, index) => [
        name,
        percent(shift.fittedPrior[index] ?? null),
        percent(shift.estimatedPrior[index] ?? null),
      ]),
    })}
    ${table({
      caption: `Adjusted to the estimated shares (Saerens 2002), ${label}`,
      columns: ['Figure', 'Raw', 'Adjusted'],
      rows: [
        ['Accuracy', fixed(shift.raw.accuracy), fixed(shift.adjusted.accuracy)],
        [
          'Balanced accuracy',
          fixed(shift.raw.balancedAccuracy),
          fixed(shift.adjusted.balancedAccuracy),
        ],
      ],
    })}
  </div>`;
}

function conformal(
  { conformal: sets }: DecisionEvaluation,
  classes: readonly string[],
  samples: number,
  label: string,
): Html {
  if (sets === null) return absent('No prediction sets: too few images of a class to fit them.');
  return html`${table({
      caption: `Prediction sets that should hold the true class in ${percent(1 - sets.alpha)} of cases, ${label}`,
      columns: ['Class', 'Share that does (95% interval)'],
      rows: classes.map((name, index) => [name, withEnds(sets.coverage[index] ?? null)]),
    })}
    <p>
      Sets hold ${fixed(sets.meanSetSize, 2)} classes on average. ${count(sets.answered)} of
      ${counted(samples, 'image')} have a set of one class, which is the answer; accuracy of these:
      ${withEnds(sets.accuracyOfAnswered)}. On the others the model says that it is uncertain.
    </p>`;
}
