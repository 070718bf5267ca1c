/** The model card: README.md of a run, as the Hugging Face Hub shows it. */
import type { ReportContent } from '../content.js';
import { closingSections } from './closing.js';
import { dataSections } from './dataSections.js';
import { decisionSections } from './decisionSections.js';
import { disciplineSections } from './disciplineSections.js';
import { evaluationSections } from './evaluationSections.js';
import { frontMatter } from './frontMatter.js';
import { introduction, openingSections } from './opening.js';
import { blocks, escapeMarkdown } from './markdown.js';
import type { Section } from './section.js';

const sections: readonly Section[] = [
  ...openingSections,
  ...dataSections,
  ...evaluationSections,
  ...decisionSections,
  ...disciplineSections,
  ...closingSections,
];

/**
 * A run's model card: YAML front matter with a `model-index`, then Markdown. Every section is there for every run:
 * where the run knows nothing of its subject, it says so and how to find out. What only a person can know stands
 * behind the words "A person must say". Names from outside are escaped; of paths only the last part is shown.
 */
export function modelCard(content: ReportContent): string {
  const body = blocks(
    `# ${escapeMarkdown(content.title)}`,
    introduction(content),
    ...sections.map(({ title, body }) => `## ${title}\n\n${body(content)}`),
  );
  return `${frontMatter(content)}\n${body}\n`;
}
