/** What a run's contents say when asked: which evaluation speaks first, what was looked at how often. */
import type { AuditCheck } from '../../data/index.js';
import { testReads, type LedgerEntry } from '../../evaluation/index.js';
import type { EvaluatedSplit, ReportContent } from '../content.js';
import { dataName } from './markdown.js';

/** The images that chose the epoch. */
const validationName = 'validation';

/** Images that took no part in training or selection: the test split, or data of another hash. */
function isUnseen({ name, dataHash }: EvaluatedSplit, { data }: ReportContent): boolean {
  return dataHash === data.hash
    ? name === 'test' && data.validationFrom !== 'test'
    : name !== validationName;
}

/** The first evaluation of images that took no part in training or selection; null where there is none. */
export function testEvaluation(content: ReportContent): EvaluatedSplit | null {
  return content.evaluations.find((split) => isUnseen(split, content)) ?? null;
}

/** The evaluation that stands for the run: of test images where there are any. */
export function headlineEvaluation(content: ReportContent): EvaluatedSplit | null {
  return testEvaluation(content) ?? content.evaluations[0] ?? null;
}

/** Evaluations on data of another hash than those the run was trained on. */
export function otherData(content: ReportContent): EvaluatedSplit[] {
  return content.evaluations.filter(
    (split) => isUnseen(split, content) && split.dataHash !== content.data.hash,
  );
}

/** `test of chest_xray`, or the name of the data alone where the set is called so; unescaped. */
export function splitName({ name, data }: Pick<EvaluatedSplit, 'name' | 'data'>): string {
  const source = dataName(data);
  return name === source ? name : `${name} of ${source}`;
}

/** How often the ledger says that these images were looked at, alone or among others of the same data. */
export function looksAt({ dataHash }: EvaluatedSplit, { ledger }: ReportContent): number {
  return testReads(ledger, dataHash);
}

export interface Looks {
  split: string;
  data: string;
  dataHash: string;
  times: number;
}

/** How often the ledger says that each set of images was evaluated, in the order of first looks. */
export function countLooks(ledger: readonly LedgerEntry[]): Looks[] {
  const looks = new Map<string, Looks>();
  for (const { split, data, dataHash } of ledger) {
    const key = JSON.stringify([split, dataHash]);
    const { times } = looks.get(key) ?? { times: 0 };
    looks.set(key, { split, data, dataHash, times: times + 1 });
  }
  return [...looks.values()];
}

/** Whether file names or a manifest told which images belong to one patient: some group then has several. */
export function groupsArePatients({ data, audit, evaluations }: ReportContent): boolean {
  const counts = [
    ...(audit === null ? [] : [audit]),
    ...evaluations.map((split) => split.intervals),
  ];
  return data.groupBy !== 'file' && counts.some(({ groups, images }) => groups < images);
}

/** A check of the audit by its stable name; null without an audit, or where it was not made. */
export function auditCheck({ audit }: ReportContent, name: string): AuditCheck | null {
  return audit?.checks.find((check) => check.name === name) ?? null;
}
