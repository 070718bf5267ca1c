/** The report that stands at the end of the verbs that change a run. */
import { writeReport } from '../reporting/index.js';
import { toFailure } from './failure.js';

/**
 * Writes the run's report anew, and says where it is. A run whose files no report can be made of, one of an early version
 * say, is told of, and no reason to lose what the verb has found out.
 */
export async function writeRunReport(runDirectory: string): Promise<string> {
  try {
    const { html, card } = await writeReport(runDirectory);
    return `  report ${html}\n  card   ${card}\n`;
  } catch (error) {
    const { message, code } = toFailure(error);
    return `  report not written: ${message} [${code}]\n`;
  }
}
