/** The exam as files: a CSV with a row for each image and method, and a JSON summary. */
import { join } from 'node:path';
import { csvLine } from '../../evaluation/index.js';
import { writeFileAtomic } from '../../native/index.js';
import { measureNames, measures, type ExamReport, type ExamRow } from './types.js';

/**
 * Writes `exam.csv` and `exam.json` to an existing folder.
 * @throws RoentgenError ERR_NO_SPACE, ERR_IO
 */
export async function writeExam(folder: string, report: ExamReport): Promise<void> {
  await writeFileAtomic(join(folder, 'exam.csv'), examCsv(report.rows));
  const { rows, output, ...summary } = report;
  const document = { ...summary, measures };
  await writeFileAtomic(join(folder, 'exam.json'), `${JSON.stringify(document, null, 2)}\n`);
}

/** What was not measured is an empty cell; `failed` lists checks. */
export function examCsv(rows: readonly ExamRow[]): string {
  const header = ['image', 'method', 'target', 'probability', ...measureNames, 'verdict', 'failed'];
  const lines = rows.map(({ image, method, target, probability, measures: found, ...row }) => {
    const values = measureNames.map((name) => found[name] ?? '');
    const failed = Object.entries(row.checks).flatMap(([name, verdict]) =>
      verdict === 'fail' ? name : [],
    );
    return csvLine([image, method, target, probability, ...values, row.verdict, failed.join(' ')]);
  });
  return [csvLine(header), ...lines].join('');
}
