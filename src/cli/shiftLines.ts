/** A comparison of two collections as lines for the terminal. */
import {
  describeRepair,
  outcomeFigures,
  outcomeTitles,
  outcomes,
  ruleText,
  withInterval,
  withShares,
  type RepairReport,
  type ShiftReport,
} from '../shift/index.js';
import { alignColumns, plural } from './text.js';

export function shiftLines(report: ShiftReport & Partial<RepairReport>): string[] {
  const { verdict, sourceImages, sourcePart, targetImages, target, notes, output } = report;
  return [
    `${plural(targetImages, 'image')} of ${target} against ${formatSource(sourceImages, sourcePart)}`,
    '',
    ...figureLines(report),
    ...modelLines(report),
    ...ladderLines(report),
    ...outcomeLines(report),
    '',
    verdict,
    ...notes,
    ruleText,
    ...(report.ladder ? [report.ladder.criterion] : []),
    ...(output === null ? [] : ['', `Written to ${output}`]),
  ];
}

function formatSource(images: number, part: string): string {
  return `${plural(images, 'image')}: ${part}`;
}

function figureLines({ figures }: ShiftReport): string[] {
  const head = ['', 'source', 'target', 'KS', 'halves', 'p', 'PSI', 'shift'];
  const rows = figures.map((drift) => [
    drift.title,
    drift.source.toFixed(drift.decimals),
    drift.target.toFixed(drift.decimals),
    drift.statistic.toFixed(2),
    drift.usual.toFixed(2),
    drift.corrected < 0.001 ? '<0.001' : drift.corrected.toFixed(3),
    drift.stabilityIndex.toFixed(2),
    drift.grade,
  ]);
  return alignColumns([head, ...rows], 'lrrrrrrl');
}

function modelLines({ embedding, accuracy, accepted, shares, classes }: ShiftReport): string[] {
  if (embedding === null) return [];
  const { layer, squared, usual, remaining, auroc, grade } = embedding;
  const rows = [
    [
      `embeddings at ${layer}`,
      `MMD² ${squared.toFixed(4)}, of halves ${usual.toFixed(4)}, in the best shares of classes ${remaining.toFixed(4)}`,
    ],
    ['target told from source', `AUROC ${auroc.toFixed(3)}: ${grade}`],
    ...(accuracy
      ? [
          ['accuracy on the source', accuracy.source.toFixed(3)],
          ['  on the target, by ATC', withInterval(accuracy.atc)],
          ['  by confidences', withInterval(accuracy.doc)],
        ]
      : []),
    ...(accepted
      ? [
          ['accepted by the gate', `${withInterval(accepted.source)} of the source`],
          ['', `${withInterval(accepted.target)} of the target`],
        ]
      : []),
    ...(shares
      ? [
          ['classes of the source', withShares(classes, shares.source)],
          ['  of the target, by answers', withShares(classes, shares.byAnswers)],
          ['  by embeddings', withShares(classes, shares.byEmbeddings)],
        ]
      : []),
  ];
  return ['', ...alignColumns(rows)];
}

function ladderLines({ ladder }: Partial<RepairReport>): string[] {
  if (!ladder) return [];
  const number = (value: number | null): string => value?.toFixed(4) ?? '';
  const head = ['rung', 'round', 'MMD² left', 'gain', 'error', 'accepted', 'outcome'];
  const rows = ladder.trials.map((trial) => [
    trial.title,
    String(trial.round),
    number(trial.remaining),
    number(trial.gain),
    number(trial.error),
    trial.accepted?.toFixed(3) ?? '',
    trial.reason ?? outcomes[trial.outcome],
  ]);
  return ['', ...alignColumns([head, ...rows], 'lrrrrrl'), `Kept: ${describeRepair(ladder)}`];
}

function outcomeLines({ outcome }: Partial<RepairReport>): string[] {
  if (!outcome) return [];
  const { before, after, comparison, images, groups } = outcome;
  const rows = outcomeFigures.map((name) => [
    outcomeTitles[name],
    withInterval(before[name]),
    after ? withInterval(after[name]) : '',
  ]);
  return [
    '',
    `With the labels of ${plural(images, 'image')} of ${plural(groups, 'patient')}, looked at once:`,
    ...alignColumns([['', 'before', after ? 'after' : ''], ...rows]),
    ...(comparison ? [`Before (A) and after (B): ${comparison.verdict}`] : []),
  ];
}
