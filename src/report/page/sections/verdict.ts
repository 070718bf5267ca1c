/** What a reader must know first: what the model is, how good it is, on what, and what speaks against it. */
import { testReads, type Estimate, type OverallFigure } from '../../../evaluation/index.js';
import { notice } from '../../../models/index.js';
import type { EvaluatedSplit, ReportContent } from '../../content.js';
import { html, type Html } from '../html.js';
import { badge } from '../parts.js';
import { count, counted, ends, fixed, listed, moment, percent, times, withEnds } from '../words.js';

interface Headline {
  figure: OverallFigure;
  name: string;
}

const binaryHeadlines: readonly Headline[] = [
  { figure: 'accuracy', name: 'accuracy' },
  { figure: 'auroc', name: 'AUROC' },
  { figure: 'sensitivity', name: 'sensitivity' },
  { figure: 'specificity', name: 'specificity' },
];

const severalHeadlines: readonly Headline[] = [
  { figure: 'accuracy', name: 'accuracy' },
  { figure: 'auroc', name: 'macro AUROC' },
  { figure: 'balancedAccuracy', name: 'balanced accuracy' },
  { figure: 'macroF1', name: 'macro F1' },
];

export function verdict(content: ReportContent): Html {
  const { title, created, architecture, parameters, classes, input, tta, data, audit } = content;
  const [headline] = content.evaluations;
  return html`<header id="verdict">
    <p class="eyebrow">roentgen report, ${moment(created)}</p>
    <h1>${title}</h1>
    <p class="lead">
      A ${architecture} of ${count(parameters)} parameters that tells ${listed(classes)} apart on
      radiographs of ${input}, trained on ${counted(data.train, 'image')} of ${data.source}.
      ${tta === 'hflip' && 'It answers with the mean over an image and its mirror image.'}
    </p>
    ${
      headline === undefined
        ? html`<p class="headline">
            Nothing has been evaluated yet: there is no figure to defend.
          </p>`
        : headlineOf(headline)
    }
    <ul class="facts">
      <li>
        ${
          audit === null
            ? html`<span class="badge warn"><span aria-hidden="true">!</span> no audit</span>
                Whether patients or copies are shared between splits is not known.`
            : html`${badge(audit.verdict)} Audit of the data: ${audit.headline}`
        }
      </li>
      <li>${testLooks(content)}</li>
      ${content.warnings.map(
        (warning) =>
          html`<li>
            <span class="badge warn"><span aria-hidden="true">!</span> warning</span> ${warning}
          </li>`,
      )}
    </ul>
    <p class="notice">${notice}</p>
  </header> `;
}

function headlineOf({ name, metrics, intervals }: EvaluatedSplit): Html {
  const list = metrics.binary === null ? severalHeadlines : binaryHeadlines;
  const known = list.flatMap(({ figure, name: word }) => {
    const estimate = intervals.overall[figure];
    return estimate === null ? [] : [{ word, estimate }];
  });
  const sentence = known.map(({ word, estimate }, index) => sentencePart(word, estimate, index));
  const confidence = percent(intervals.confidence).replace('.0', '');
  return html`<p class="headline">
      On ${counted(intervals.images, `${name} image`)} of ${counted(intervals.groups, 'patient')}:
      ${sentence.join(', ')}.
      ${
        name === 'validation' &&
        'The epoch was chosen on these images: expect less on images from elsewhere.'
      }
    </p>
    <dl class="tiles">
      ${known.map(
        ({ word, estimate }) =>
          html`<div>
            <dt>${word}</dt>
            <dd>
              <strong>${fixed(estimate.value)}</strong>
              <span>${confidence} interval ${ends(estimate)}</span>
            </dd>
          </div>`,
      )}
    </dl>`;
}

/** The first interval says what it is. */
function sentencePart(word: string, estimate: Estimate, index: number): string {
  return index === 0
    ? `${word} ${fixed(estimate.value)} (95% interval ${ends(estimate)})`
    : `${word} ${withEnds(estimate)}`;
}

function testLooks({ ledger, data }: ReportContent): string {
  return `Test evaluated ${times(testReads(ledger, data.hash))}, as the ledger has it.`;
}
