/** How the model was trained: curves, and every epoch with its seconds. */
import { trainingPanels } from '../../charts/trainingCurves.js';
import type { ReportContent } from '../../content.js';
import { html, type Html } from '../html.js';
import { absent, figure, table } from '../parts.js';
import { counted, duration, fixed, shortHash } from '../words.js';

/** How the validation images came about. */
const validationWords: Readonly<Record<string, string>> = {
  train: 'carved from the training images by patient',
  val: 'the source’s own',
  none: 'none',
};

export async function trainingSection(content: ReportContent): Promise<Html> {
  const { history, bestEpoch, evalMetric, stopReason, seconds, data } = content;
  const options = { bestEpoch };
  const charts = await Promise.all(
    trainingPanels(history, options).map(async (chart) =>
      figure(chart, `${chart.title} The vertical line marks the epoch that was kept.`),
    ),
  );
  return html`<section id="training" aria-labelledby="training-title">
    <h2 id="training-title">Training</h2>
    <p>
      ${counted(data.train, 'image')} to learn from, ${counted(data.validation, 'image')} to
      validate with (${validationWords[data.validationFrom] ?? data.validationFrom}), patients by
      ${data.groupBy}, data ${shortHash(data.hash)}.
    </p>
    ${
      history.length === 0
        ? absent('No epoch is recorded.')
        : html`<p>
              ${counted(history.length, 'epoch')} in ${duration(seconds)} (${stopReason}); epoch
              ${bestEpoch} was kept, for its ${evalMetric}.
            </p>
            <div class="charts">${charts}</div>
            ${table({
              caption: 'Epochs',
              columns: [
                'Epoch',
                'Training loss',
                'Training accuracy',
                'Validation loss',
                'Validation accuracy',
                'Validation AUROC',
                'Learning rate',
                'Seconds',
              ],
              rows: history.map((point) => [
                point.epoch === bestEpoch ? `${point.epoch} (kept)` : point.epoch,
                fixed(point.trainLoss, 4),
                fixed(point.trainAccuracy, 4),
                fixed(point.valLoss, 4),
                fixed(point.valAccuracy, 4),
                fixed(point.valAuroc, 4),
                point.learningRate.toExponential(2).replace('-', '−'),
                fixed(point.seconds, 1),
              ]),
            })}`
    }
  </section> `;
}
