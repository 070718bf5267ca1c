/** The threshold explorer: a slider, and what a threshold there would mean on the images of one evaluation. */
import { withTemperature } from '../../../evaluation/index.js';
import { scoresOf, shownClasses } from '../../charts/ofEvaluation.js';
import type { EvaluatedSplit } from '../../content.js';
import { explorerFigures, type ExplorerFigures } from '../explorerFigures.js';
import { html, scriptJson, type Html } from '../html.js';
import { fixed } from '../words.js';
import { describeRule } from './decision.js';

const rates: readonly (readonly [keyof ExplorerFigures, string])[] = [
  ['sensitivity', 'Sensitivity (recall)'],
  ['specificity', 'Specificity'],
  ['ppv', 'Positive predictive value (precision)'],
  ['npv', 'Negative predictive value'],
  ['accuracy', 'Accuracy'],
];

/** What it takes to restore every float32 exactly. */
const digits = 9;

/** @param id unique in the page */
export function explorerSection(split: EvaluatedSplit, id: string, label: string): Html {
  const { metrics, predictions, decision } = split;
  const { classes } = metrics;
  const temperature = decision?.temperature ?? 1;
  const probabilities = withTemperature(predictions.probabilities, temperature, classes.length);
  const point = decision?.operatingPoint ?? null;
  const threshold = point?.threshold ?? 0.5;
  const shown = shownClasses(metrics).map((index) => ({
    index,
    name: classes[index] ?? '',
    scores: scoresOf(probabilities, classes.length, index).map((score) =>
      Number(score.toPrecision(digits)),
    ),
  }));
  const [first] = shown;
  if (first === undefined) return html``;
  const positives = predictions.labels.map((labeled) => labeled === first.index);
  const figures = explorerFigures(first.scores, positives, threshold);
  const name = html`<span data-part="name">${first.name}</span>`;
  return html`<h3>Threshold explorer</h3>
    <p>
      What if the answer were ${name} at another probability? Look, do not choose here: a threshold
      chosen on these images would flatter its figures.
      ${temperature !== 1 && `Probabilities are those after temperature ${fixed(temperature, 2)}.`}
    </p>
    <div class="explorer" id="${id}">
      <script type="application/json">
        ${scriptJson({ threshold, labels: predictions.labels, shown })}
      </script>
      <div class="controls">
        ${shown.length > 1 && classChoice(id, shown)}
        <label for="${id}-threshold">Threshold on the probability of ${name}</label>
        <div class="slider">
          <input
            type="range"
            id="${id}-threshold"
            data-part="threshold"
            min="0"
            max="1"
            step="0.001"
            value="${threshold}"
            list="${id}-marks"
          />
          <output for="${id}-threshold" data-part="value">${fixed(threshold, 4)}</output>
        </div>
        <datalist id="${id}-marks">
          <option value="${threshold}"></option>
        </datalist>
        <p class="buttons">
          ${
            point !== null &&
            html`<button type="button" data-go="${point.threshold}">
              Operating point ${fixed(point.threshold)}: ${describeRule(point.rule)}
            </button>`
          }
          <button type="button" data-go="0.5">One half</button>
        </p>
        <p role="status" data-part="status"></p>
      </div>
      <div class="outcome">
        <div
          class="scroll"
          role="group"
          aria-label="Figures at this threshold, ${label}"
          tabindex="0"
        >
          <table class="numbers">
            <caption>
              Figures at this threshold, ${label}
            </caption>
            <tbody>
              ${rates.map(
                ([key, word]) =>
                  html`<tr>
                    <th scope="row">${word}</th>
                    <td data-figure="${key}" data-kind="rate">${fixed(figures[key])}</td>
                  </tr>`,
              )}
            </tbody>
          </table>
        </div>
        ${countsTable(figures, first.name, label)}
      </div>
    </div> `;
}

function classChoice(id: string, shown: readonly { name: string }[]): Html {
  return html`<label for="${id}-class">Class against all others</label>
    <select id="${id}-class" data-part="class">
      ${shown.map(({ name }, index) => html`<option value="${index}">${name}</option>`)}
    </select>`;
}

function countsTable(figures: ExplorerFigures, name: string, label: string): Html {
  const cell = (key: keyof ExplorerFigures): Html =>
    html`<td data-figure="${key}" data-kind="count">${figures[key]}</td>`;
  const shownName = html`<span data-part="name">${name}</span>`;
  return html`<div
    class="scroll"
    role="group"
    aria-label="Images at this threshold, ${label}"
    tabindex="0"
  >
    <table class="numbers">
      <caption>
        Images at this threshold, ${label}
      </caption>
      <thead>
        <tr>
          <td></td>
          <th scope="col">Answered ${shownName}</th>
          <th scope="col">Answered otherwise</th>
        </tr>
      </thead>
      <tbody>
        <tr>
          <th scope="row">Truly ${shownName}</th>
          ${cell('truePositives')} ${cell('falseNegatives')}
        </tr>
        <tr>
          <th scope="row">Truly otherwise</th>
          ${cell('falsePositives')} ${cell('trueNegatives')}
        </tr>
      </tbody>
    </table>
  </div>`;
}
