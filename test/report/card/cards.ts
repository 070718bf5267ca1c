/** What the oracle reads, and a program that prints it: `node dist/test/report/card/cards.js`. */
import { modelCard, type ReportContent } from '../../../src/report/index.js';
import { blocks, bullets, escapeMarkdown, wordTable } from '../../../src/report/card/markdown.js';
import { randomSource } from '../../evaluation/fixtures.js';
import { bareContent, fullContent, hostileContent } from './content.js';

export const contents = {
  binary: fullContent(),
  ternary: fullContent(['BACTERIA', 'NORMAL', 'VIRAL']),
  bare: bareContent(),
  hostile: hostileContent(),
} as const satisfies Record<string, ReportContent>;

/** What Markdown, HTML and their readers take for more than a letter, and a few letters to stand between. */
const pieces = [
  ...Array.from('|\\`*_[]()<>&#-+.=~!$^"\':@{}1a é\n\t\u202e\u0007'),
  ...[
    '&amp;',
    '<b>',
    '</b>',
    '<!--',
    'https://a.example',
    '](x)',
    '---',
    '* * *',
    '1.',
    '1) ',
    '```',
  ],
];

/** Seeded strings that are hard on a parser; none is empty. */
export const hardWords: readonly string[] = (() => {
  const random = randomSource(20200029);
  const piece = (): string => pieces[Math.floor(random() * pieces.length)] ?? '';
  const word = (): string => Array.from({ length: 1 + Math.floor(random() * 9) }, piece).join('');
  return Array.from({ length: 180 }, word).filter((text) => text.trim() !== '');
})();

/** The same words as cells of a table and as items of a list. */
export function hardDocument(): string {
  return blocks(
    wordTable(
      ['Word'],
      hardWords.map((word) => [word]),
    ),
    bullets(hardWords.map(escapeMarkdown)),
  );
}

if (require.main === module) {
  const cards = Object.entries(contents).map(([name, content]) => [name, modelCard(content)]);
  const printed = { cards: Object.fromEntries(cards) as object, words: hardDocument() };
  process.stdout.write(JSON.stringify(printed));
}
