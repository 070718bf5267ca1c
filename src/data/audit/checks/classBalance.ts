/** How many images each class has, and whether the splits agree on it. */
import { splits } from '../../types.js';
import { independenceScore } from '../statistics.js';
import type { AuditSource } from '../material.js';
import { formatCount, percent } from '../../words.js';
import { worst, type Check, type Verdict } from './check.js';

/** Images of the largest class for each of the smallest: beyond this weights or sampling are needed. */
const steepest = 5;

/** A difference between splits is told where chance would hardly do it and where it matters. */
const beyondChance = 3.09;
const leastDifference = 0.05;

export const classBalance: Check = {
  name: 'classBalance',
  title: 'Class balance',
  inspect: ({ sources }) => combine(sources.map(balance)),
};

export const splitPrevalence: Check = {
  name: 'splitPrevalence',
  title: 'Class shares of the splits',
  inspect: ({ sources }) => combine(sources.map(prevalence)),
};

interface Part {
  summary: string;
  message: string | null;
}

function combine(parts: readonly Part[]): Verdict {
  const findings = parts.flatMap(({ message }) =>
    message === null ? [] : { status: 'warn' as const, files: [], message },
  );
  return {
    status: worst(findings.map(({ status }) => status)),
    count: findings.length,
    summary: parts.map(({ summary }) => summary).join('; '),
    findings,
  };
}

function balance({ packed: { index } }: AuditSource): Part {
  const { classes, labels } = index;
  const counts = classes.map((_, label) => labels.filter((own) => own === label).length);
  const listed = classes.map((name, label) => `${name} ${formatCount(counts[label] ?? 0)}`);
  const ratio = Math.max(...counts) / Math.min(...counts);
  if (classes.length < 2) return { summary: listed.join(', ') || 'no classes', message: null };
  const summary = `${listed.join(', ')}: ${ratio.toFixed(1)} to 1`;
  return { summary, message: ratio > steepest ? `unequal classes: ${summary}` : null };
}

function prevalence({ packed: { index } }: AuditSource): Part {
  const { classes, labels } = index;
  const present = splits.filter((split) => index.splits.includes(split));
  if (present.length < 2 || classes.length < 2)
    return { summary: 'no splits to compare', message: null };
  const table = present.map((split) =>
    classes.map(
      (_, label) => labels.filter((own, at) => own === label && index.splits[at] === split).length,
    ),
  );
  const shares = table.map((row) => {
    const total = row.reduce((a, b) => a + b, 0);
    return row.map((count) => count / total);
  });
  const widest = classes
    .map((name, label) => ({ name, own: shares.map((row) => row[label] ?? 0) }))
    .map((entry) => ({ ...entry, spread: Math.max(...entry.own) - Math.min(...entry.own) }))
    .reduce((a, b) => (b.spread > a.spread ? b : a));
  const listed = present
    .map((split, at) => `${percent(widest.own[at] ?? 0)} of ${split}`)
    .join(', ');
  const summary = `${widest.name} is ${listed}`;
  const differs = independenceScore(table) > beyondChance && widest.spread > leastDifference;
  return { summary, message: differs ? `the splits differ beyond chance: ${summary}` : null };
}
