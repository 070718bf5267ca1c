/** A reporting checklist filled as far as a run can know, and its Markdown. */
import type { ReportContent } from '../content.js';
import { blocks, bullets, escapeMarkdown, toFillIn } from './markdown.js';

/** One item of a published checklist, in our own words. */
export interface ChecklistItem {
  number: number;
  section: string;
  topic: string;
  /** What a person has to say where the run cannot. */
  ask: string;
  /** A complete answer in plain words; null where this run does not have one. */
  answer?: (content: ReportContent) => string | null;
  /** What a run contributes to the answer of a person; null for nothing. */
  known?: (content: ReportContent) => string | null;
}

/** A published checklist. */
export interface ChecklistDefinition {
  title: string;
  /** Markdown: which version this is, by whom, and which others there are. */
  source: string;
  items: readonly ChecklistItem[];
}

/** One item of a reporting checklist, filled in or left to a person. */
export interface ChecklistEntry {
  number: number;
  section: string;
  topic: string;
  /** `filled` from the run, or to be answered by a `person`. */
  status: 'filled' | 'person';
  /** The answer, or what a person has to say. */
  text: string;
  /** What the run contributes where a person has to answer; null for nothing. */
  known: string | null;
}

/** JSON-ready. */
export interface Checklist {
  title: string;
  /** Markdown: which version this is, by whom, and which others there are. */
  source: string;
  /** The run's title. */
  run: string;
  /** What the run warns of: it bears on every answer. */
  warnings: string[];
  /** In the checklist's order. */
  items: ChecklistEntry[];
  /** Items answered by the run. */
  filled: number;
  /** Items that a person must answer. */
  byPerson: number;
}

/** Answers what the run can answer; an item counts as filled only where the contents really hold its answer. */
export function fillChecklist(
  { title, source, items }: ChecklistDefinition,
  content: ReportContent,
): Checklist {
  const entries = items.map((item) => fillItem(item, content));
  const filled = entries.filter(({ status }) => status === 'filled').length;
  return {
    title,
    source,
    run: content.title,
    warnings: [...content.warnings],
    items: entries,
    filled,
    byPerson: entries.length - filled,
  };
}

function fillItem(
  { number, section, topic, ask, answer, known }: ChecklistItem,
  content: ReportContent,
): ChecklistEntry {
  const text = answer?.(content) ?? null;
  return text === null
    ? { number, section, topic, status: 'person', text: ask, known: known?.(content) ?? null }
    : { number, section, topic, status: 'filled', text, known: null };
}

/** The checklist as a Markdown document; names from outside are escaped. */
export function formatChecklist(checklist: Checklist): string {
  const { title, source, run, warnings, items, filled, byPerson } = checklist;
  const sections = [...new Set(items.map(({ section }) => section))];
  const document = blocks(
    `# ${escapeMarkdown(`${title}: ${run}`)}`,
    source,
    `The run answers **${String(filled)}** of ${String(items.length)} items; a person must answer ` +
      `**${String(byPerson)}**.`,
    warnings.length === 0 ? '' : 'The run warns:',
    bullets(warnings.map((warning) => `**${escapeMarkdown(warning)}**`)),
    ...sections.map((section) =>
      blocks(
        `## ${section}`,
        bullets(items.filter((item) => item.section === section).map(formatEntry)),
      ),
    ),
  );
  return `${document}\n`;
}

/** The box is ticked where the run has answered. */
function formatEntry({ number, topic, status, text, known }: ChecklistEntry): string {
  const head = `**${String(number)}. ${topic}.**`;
  if (status === 'filled') {
    return `[x] ${head} ${escapeMarkdown(text)}`;
  }
  const contribution = known === null ? '' : ` *The run knows:* ${escapeMarkdown(known)}`;
  return `[ ] ${head} ${toFillIn} ${text}${contribution}`;
}
