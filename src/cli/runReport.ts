/** The report that stands at the end of the verbs that change a run. */
import { writeReport } from '../reporting/index.js';

/** Writes the run's report anew, and says where it is. */
export async function writeRunReport(runDirectory: string): Promise<string> {
  const { html, card } = await writeReport(runDirectory);
  return `  report ${html}\n  card   ${card}\n`;
}
