/** The report of a probing as text for the terminal, 80 columns at most. */
import { wrap } from '../evaluation/index.js';
import type { Judgment, ProbeFinding, ProbeReport, ProbeVerdict } from './types.js';

const verdicts: Readonly<Record<ProbeVerdict, string>> = {
  shortcut: 'SHORTCUT',
  notFlagged: 'not flagged',
  informs: 'informs only',
  tooFew: 'too few',
};

/** A probe, or the model above them. */
type Row = Judgment & { name: string } & Partial<Pick<ProbeFinding, 'explainedShare' | 'verdict'>>;

interface Column {
  title: string;
  right?: true;
  show: (row: Row) => string;
}

const columns: readonly Column[] = [
  { title: '', show: ({ name }) => name },
  { title: 'accuracy', right: true, show: ({ accuracy }) => decimals(accuracy) },
  { title: 'balanced', right: true, show: ({ balancedAccuracy }) => decimals(balancedAccuracy) },
  { title: 'AUROC [95%]', show: showAuroc },
  {
    title: 'share',
    right: true,
    show: ({ explainedShare }) => (explainedShare == null ? '' : percent(explainedShare)),
  },
  { title: 'verdict', show: ({ verdict }) => (verdict === undefined ? '' : verdicts[verdict]) },
];

/** The table, what was left out and why, and the rule. */
export function formatProbes(report: ProbeReport): string {
  const { model, probes, leftOut, notes, rule } = report;
  const rows: Row[] = [...(model ? [{ name: 'model', ...model }] : []), ...probes];
  const remarks = [
    ...probes.map(({ name, title }) => `${name}: ${title}`),
    ...leftOut.map(({ name, reason }) => `${name} left out: ${reason}`),
    ...notes,
  ];
  return [
    ...wrap(heading(report)),
    '',
    ...drawTable(rows),
    '',
    ...remarks.flatMap((line) => wrap(line)),
    '',
    ...wrap(conclusion(report)),
    ...wrap(rule),
    '',
  ].join('\n');
}

/** Columns that say nothing of any row are not in it. */
function drawTable(rows: readonly Row[]): string[] {
  const texts = columns
    .map(({ title, right, show }) => ({ right, title, cells: rows.map(show) }))
    .filter(({ cells }) => cells.some((cell) => cell !== ''))
    .map(({ right, title, cells }) => ({ right, cells: [title, ...cells] }));
  return ['', ...rows].map((_, line) =>
    texts
      .map(({ right, cells }) => {
        const columnWidth = Math.max(...cells.map(({ length }) => length));
        const cell = cells[line] ?? '';
        return right ? cell.padStart(columnWidth) : cell.padEnd(columnWidth);
      })
      .join('  ')
      .trimEnd(),
  );
}

function showAuroc({ auroc, aurocInterval }: Row): string {
  if (auroc === null) return 'undefined';
  if (aurocInterval === null) return decimals(auroc);
  const [low, high] = aurocInterval;
  return `${decimals(auroc)} [${decimals(low)}, ${decimals(high)}]`;
}

function decimals(value: number): string {
  return value.toFixed(3);
}

function percent(share: number): string {
  return `${(100 * share).toFixed(0)}%`;
}

function heading({ train, validation, validationGroups, validationFrom }: ProbeReport): string {
  const source = validationFrom === 'train' ? 'taken from train by patient' : "the data's own val";
  return (
    `Learned from ${train} images, judged on ${validation} of ${validationGroups} patients ` +
    `(${source}); the test split is not read.`
  );
}

function conclusion({ probes, flagged, model }: ProbeReport): string {
  const names = probes.filter((probe) => probe.flagged).map(({ name }) => name);
  const verdict = flagged
    ? `Shortcut: the classes can be told apart without seeing the lungs (${names.join(', ')}).`
    : 'No shortcut was proven, which does not prove that there is none.';
  return model === null
    ? verdict
    : `${verdict} "share" is a probe's balanced accuracy above chance as a part of the model's.`;
}
