/** An audit as lines for the terminal: the verdict, a line for each check, and the first findings. */
import type { Audit, AuditStatus } from '../data/index.js';
import type { Style } from './style.js';
import { alignColumns, formatSeconds, plural } from './text.js';

/** Words as well as colors, for those who see none. */
const marks: Readonly<Record<AuditStatus, { word: string; color: 'green' | 'yellow' | 'red' }>> = {
  pass: { word: 'pass', color: 'green' },
  warn: { word: 'warn', color: 'yellow' },
  fail: { word: 'FAIL', color: 'red' },
};

/** Of one check. */
const listedFindings = 3;

/** Files of one finding. */
const listedFiles = 4;

/** `all` lists every finding and file. */
export function auditLines(audit: Audit, style: Style, { all }: { all: boolean }): string[] {
  const { verdict, headline, checks, findings, sources, images, seconds } = audit;
  const painted = (status: AuditStatus): string => style[marks[status].color](marks[status].word);
  const table = alignColumns(checks.map(({ title, summary }) => [title, summary]));
  return [
    `${style.bold(painted(verdict))}  ${headline}`,
    '',
    ...checks.map(({ status }, at) => `${painted(status)}  ${table[at] ?? ''}`),
    ...checks.flatMap(({ name, title }) => {
      const own = findings.filter(({ check }) => check === name);
      if (own.length === 0) return [];
      const shown = all ? own : own.slice(0, listedFindings);
      const hidden = own.length - shown.length;
      return [
        '',
        style.bold(title),
        ...shown.map(
          ({ status, files, message }) =>
            `  ${painted(status)}  ${message}${listFiles(files, all)}`,
        ),
        ...(hidden > 0 ? [style.dim(`  and ${plural(hidden, 'other')}; --verbose lists all`)] : []),
      ];
    }),
    '',
    style.dim(
      `${plural(images, 'image')} of ${sources.join(' and ')} in ${formatSeconds(seconds)}`,
    ),
  ];
}

function listFiles(files: readonly string[], all: boolean): string {
  if (files.length === 0) return '';
  const shown = all ? files : files.slice(0, listedFiles);
  const hidden = files.length - shown.length;
  return `: ${shown.join(', ')}${hidden > 0 ? ` and ${plural(hidden, 'other')}` : ''}`;
}
