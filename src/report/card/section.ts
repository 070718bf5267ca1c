/** A section of the model card. */
import type { ReportContent } from '../content.js';

export interface Section {
  title: string;
  /** Markdown, never empty: where there is nothing to tell, the sentence that says why. */
  body: (content: ReportContent) => string;
}
