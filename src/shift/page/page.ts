/** A comparison as one HTML file: the verdict, why, what was tried, and what it changed. */
import { notice } from '../../models/index.js';
import { figure, html, htmlDocument, Html, pageStyle, table } from '../../report/index.js';
import { ruleText } from '../grading.js';
import { describeRepair, outcomes } from '../ladder/index.js';
import { outcomeFigures, outcomeTitles } from '../outcome.js';
import type { RepairReport } from '../repairReport.js';
import type { Study } from '../study.js';
import type { ShiftReport } from '../types.js';
import { histogramChart } from './histogram.js';
import { withInterval, withShares } from './words.js';

/** More charts than these are looked at by nobody. */
const mostCharts = 6;

/**
 * Works from a file, without a network. The same report gives the same bytes.
 * @param sheet PNG of the images
 */
export async function shiftHtml(
  report: ShiftReport & Partial<RepairReport>,
  { columns }: Pick<Study, 'columns'>,
  sheet: Buffer,
): Promise<string> {
  const charts = await Promise.all(
    report.figures.slice(0, mostCharts).map(async (drift) => {
      const [source, target] = [columns.source[drift.name] ?? [], columns.target[drift.name] ?? []];
      return figure(histogramChart(drift, source, target), `${drift.title}: ${drift.grade}`);
    }),
  );
  const body = html`
    <main>
      <p class="eyebrow">Domain shift</p>
      <h1>${report.target} against ${report.source}</h1>
      <p class="headline">${report.verdict}</p>
      <p class="notice">${notice}</p>
      <p>
        ${report.targetImages} images of the target, ${report.sourceImages} of the source
        (${report.sourcePart}).
      </p>
      ${list(report.reasons)} ${list(report.notes)} ${imagesSection(sheet)} ${withoutLabels(report)}
      ${ladderSection(report)} ${outcomeSection(report)}
      <h2>Figures</h2>
      ${figuresTable(report)}
      <div class="charts figures">${charts}</div>
      <h2>Rules</h2>
      <p>${ruleText}</p>
    </main>
    <footer><p>Written by roentgen.</p></footer>
  `;
  return htmlDocument({ title: `Domain shift: ${report.target}`, style: pageStyle, body });
}

function list(sentences: readonly string[]): Html | null {
  if (sentences.length === 0) return null;
  return html`<ul class="facts">
    ${sentences.map((sentence) => html`<li>${sentence}</li>`)}
  </ul>`;
}

function imagesSection(sheet: Buffer): Html {
  const source = `data:image/png;base64,${sheet.toString('base64')}`;
  return html`<h2>Images</h2>
    <div class="wide" role="group" aria-label="Images" tabindex="0">
      <img src="${source}" alt="Some images of the source, and of the target before and after" />
    </div>`;
}

function figuresTable({ figures }: ShiftReport): Html {
  return table({
    caption: 'Medians of the images, and how their distributions differ',
    columns: ['Figure', 'Source', 'Target', 'KS', 'KS of halves', 'p (Holm)', 'PSI', 'Shift'],
    rows: figures.map((drift) => [
      drift.title,
      drift.source.toFixed(drift.decimals),
      drift.target.toFixed(drift.decimals),
      drift.statistic.toFixed(2),
      drift.usual.toFixed(2),
      drift.corrected < 0.001 ? '< 0.001' : drift.corrected.toFixed(3),
      drift.stabilityIndex.toFixed(2),
      drift.grade,
    ]),
  });
}

function withoutLabels({
  embedding,
  accuracy,
  accepted,
  shares,
  classes,
}: ShiftReport): Html | null {
  if (embedding === null) return null;
  const { layer, squared, usual, remaining, auroc, grade } = embedding;
  const rows = [
    [
      `MMD² of embeddings at ${layer}`,
      `${squared.toFixed(4)} (halves of the source ${usual.toFixed(4)})`,
    ],
    ['what is left of it in the best shares of classes', remaining.toFixed(4)],
    ['AUROC of telling target from source', `${auroc.toFixed(3)} (${grade})`],
    ...(accuracy
      ? [
          ['accuracy on the source', accuracy.source.toFixed(3)],
          ['accuracy on the target, estimated by ATC', withInterval(accuracy.atc)],
          ['… by the difference of confidences', withInterval(accuracy.doc)],
        ]
      : []),
    ...(accepted
      ? [
          ['accepted by the gate, source', withInterval(accepted.source)],
          ['accepted by the gate, target', withInterval(accepted.target)],
        ]
      : []),
    ...(shares
      ? [
          ['classes in the source', withShares(classes, shares.source)],
          ['classes in the target, by answers', withShares(classes, shares.byAnswers)],
          ['… by embeddings', withShares(classes, shares.byEmbeddings)],
        ]
      : []),
  ];
  return html`<h2>Without labels</h2>
    ${table({ caption: 'What the model makes of the target', columns: ['', ''], rows })}`;
}

function ladderSection({ ladder, repairedModel }: Partial<RepairReport>): Html | null {
  if (!ladder) return null;
  const number = (value: number | null): string => value?.toFixed(4) ?? '–';
  return html`<h2>Repair ladder</h2>
    <p>${repairedModel ? `Kept: ${describeRepair(ladder)}.` : 'Nothing was kept.'}</p>
    ${table({
      caption: 'What was tried',
      columns: ['Rung', 'Round', 'MMD² left', 'Gain', 'Standard error', 'Accepted', 'Outcome'],
      rows: ladder.trials.map((trial) => [
        trial.title,
        trial.round,
        number(trial.remaining),
        number(trial.gain),
        number(trial.error),
        trial.accepted?.toFixed(3) ?? '–',
        trial.reason ?? outcomes[trial.outcome],
      ]),
    })}
    <p>${ladder.criterion}</p>`;
}

function outcomeSection({ outcome }: Partial<RepairReport>): Html | null {
  if (!outcome) return null;
  const { before, after, comparison, images, groups } = outcome;
  return html`<h2>With labels, once</h2>
    <p>${images} images of ${groups} patients; intervals of 95%.</p>
    ${table({
      caption: 'Before and after the repair',
      columns: ['Figure', 'Before', 'After'],
      rows: outcomeFigures.map((name) => [
        outcomeTitles[name],
        withInterval(before[name]),
        after ? withInterval(after[name]) : '–',
      ]),
    })}
    ${comparison && html`<p>Before (A) and after (B): ${comparison.verdict}.</p>`}`;
}
