/** The cards that the oracle reads, and a program that prints them: `node dist/test/report/card/cards.js`. */
import type { ReportContent } from '../../../src/index.js';
import { modelCard } from '../../../src/index.js';
import { bareContent, fullContent, hostileContent } from './content.js';

export const contents: Readonly<Record<string, ReportContent>> = {
  binary: fullContent(),
  ternary: fullContent(['BACTERIA', 'NORMAL', 'VIRAL']),
  bare: bareContent(),
  hostile: hostileContent(),
};

if (require.main === module) {
  const cards = Object.entries(contents).map(([name, content]) => [name, modelCard(content)]);
  process.stdout.write(JSON.stringify(Object.fromEntries(cards)));
}
