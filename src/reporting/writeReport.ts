/** The files that tell a run to people. */
import { join } from 'node:path';
import { writeFileAtomic } from '../native/index.js';
import { modelCard, reportHtml, writePlots, type ReportContent } from '../report/index.js';
import { gatherReport } from './gather.js';

/** Where the report of a run is. */
export interface WrittenReport {
  /** One page that needs nothing else. */
  html: string;
  /** The model card. */
  card: string;
  /** Folder of every chart as SVG and PNG. */
  plots: string;
  content: ReportContent;
}

/**
 * Writes `report.html`, `README.md` (the model card) and `plots/` into a run directory, from what lies there; earlier
 * ones are replaced. Nothing is computed on images: figures come from the predictions that the run and
 * `roentgen evaluate` left.
 * @throws RoentgenError as `gatherReport`; ERR_NO_SPACE, ERR_IO
 */
export async function writeReport(runDirectory: string): Promise<WrittenReport> {
  const content = await gatherReport(runDirectory);
  const [html, card, plots] = ['report.html', 'README.md', 'plots'].map((name) =>
    join(runDirectory, name),
  ) as [string, string, string];
  await writeFileAtomic(html, await reportHtml(content));
  await writeFileAtomic(card, modelCard(content));
  await writePlots(plots, content);
  return { html, card, plots, content };
}
