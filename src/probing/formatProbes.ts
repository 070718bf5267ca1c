/** The report of a probing as text for the terminal, 80 columns at most. */
import type { Judgment, ProbeReport, ProbeVerdict } from './types.js';

const verdicts: Readonly<Record<ProbeVerdict, string>> = {
  shortcut: 'SHORTCUT',
  notFlagged: 'not flagged',
  informs: 'informs only',
  tooFew: 'too few',
};

const width = 80;
/** Of name, accuracy, balanced accuracy, AUROC with interval, share and verdict. */
const columns = [
  { title: '', width: 16, right: false },
  { title: 'accuracy', width: 8, right: true },
  { title: 'balanced', width: 8, right: true },
  { title: 'AUROC [95%]', width: 17, right: false },
  { title: 'share', width: 6, right: true },
  { title: 'verdict', width: 12, right: false },
] as const;

/** The table, what was left out and why, and the rule. */
export function formatProbes(report: ProbeReport): string {
  const { model, probes, leftOut, notes, rule } = report;
  const rows = [
    columns.map(({ title }) => title),
    ...(model ? [['model', ...figures(model), '', '']] : []),
    ...probes.map((probe) => {
      const { explainedShare: share, verdict } = probe;
      const shown = share === null ? '' : `${(100 * share).toFixed(0)}%`;
      return [probe.name, ...figures(probe), shown, verdicts[verdict]];
    }),
  ];
  const legend = probes.map(({ name, title }) => `${name}: ${title}`);
  return [
    ...wrap(heading(report)),
    '',
    ...rows.map(formatRow),
    '',
    ...[
      ...legend,
      ...leftOut.map(({ name, reason }) => `${name} left out: ${reason}`),
      ...notes,
    ].flatMap(wrap),
    '',
    ...wrap(conclusion(report)),
    ...wrap(rule),
    '',
  ].join('\n');
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
    ? `Shortcut: ${names.join(', ')} can tell the classes apart without seeing disease.`
    : 'No shortcut was proven, which does not prove that there is none.';
  return model === null
    ? verdict
    : `${verdict} "share" is a probe's balanced accuracy above chance as a part of the model's.`;
}

function figures({ accuracy, balancedAccuracy, auroc, aurocInterval }: Judgment): string[] {
  const interval = aurocInterval?.map((bound) => decimals(bound)).join(', ');
  const area = auroc === null ? 'undefined' : `${decimals(auroc)} [${interval ?? ''}]`;
  return [decimals(accuracy), decimals(balancedAccuracy), area];
}

/** "0.973", and ".97" would save no column. */
function decimals(value: number): string {
  return value.toFixed(3);
}

function formatRow(cells: readonly string[]): string {
  return columns
    .map(({ width: columnWidth, right }, column) => {
      const cell = cells[column] ?? '';
      return right ? cell.padStart(columnWidth) : cell.padEnd(columnWidth);
    })
    .join('  ')
    .trimEnd();
}

/** Lines of at most 80 columns, broken at spaces. */
function wrap(text: string): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const line = lines.at(-1);
    if (line !== undefined && line.length + 1 + word.length <= width) {
      lines[lines.length - 1] = `${line} ${word}`;
    } else {
      lines.push(word);
    }
  }
  return lines;
}
