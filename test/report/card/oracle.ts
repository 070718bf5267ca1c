/** The oracle's fixture, typed: what the Hugging Face Hub's client and a Markdown parser read. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { contents } from './cards.js';

/** A document as its reader sees it. */
interface Reading {
  headings: { level: number; text: string }[];
  items: string[];
  tables: string[][][];
  /** markdown-it's names for all markup in the document. */
  kinds: string[];
}

export interface CardReading extends Reading {
  frontMatter: string;
  tableLines: string[];
  /** The metadata as the Hub's client writes it anew. */
  data: object;
}

interface Fixture {
  cards: Record<keyof typeof contents, CardReading>;
  words: Reading & { markdown: string };
}

const file = join(__dirname, '../../../../test/fixtures/report/cards.json');
export const fixture = JSON.parse(readFileSync(file, 'utf8')) as Fixture;

/** What is left of a text on one line without control characters, in other words than the escaping's. */
export function onOneLine(text: string): string {
  const unseen = new RegExp('[\\p{Cc}\\u202e]', 'gu');
  return text.split(/\s+/).filter(Boolean).join(' ').replace(unseen, '\ufffd');
}

/** The first table whose first head is `head`. */
export function tableOf(reading: Reading, head: string): string[][] {
  const table = reading.tables.find(([header]) => header?.[0] === head);
  if (table === undefined) throw new Error(`no table starts with ${head}`);
  return table;
}
