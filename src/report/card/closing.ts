/** The end of the card: how to use the model, with what it was made, how to cite it, its license. */
import type { ReportContent } from '../content.js';
import { blocks, dataName, escapeMarkdown, factTable, toFillIn } from './markdown.js';
import type { Section } from './section.js';

export const closingSections: readonly Section[] = [
  { title: 'How to use', body: use },
  { title: 'Versions', body: versions },
  { title: 'How to cite', body: citation },
  { title: 'License', body: license },
];

const program = `\`\`\`ts
import { loadModel } from 'roentgen';
const model = await loadModel('model_best.safetensors');
console.log((await model.predict(['image.png'])).predictions);
\`\`\``;

const command = `\`\`\`sh
npx roentgen predict model_best.safetensors image.png
\`\`\``;

function use(): string {
  return blocks('The file knows its classes and its preprocessing.', program, command);
}

function versions({ versions }: ReportContent): string {
  return versions.length === 0 ? 'Not recorded.' : factTable(versions);
}

function citation({ title, architecture, data, created }: ReportContent): string {
  const [name = '', network = '', source = '', year = ''] = [
    title,
    architecture,
    dataName(data.source),
    created.slice(0, 4),
  ].map(escapeMarkdown);
  return blocks(
    `${toFillIn} the authors, and the papers of the data.`,
    `*${name}*: ${network} trained on ${source} (data SHA-256 ${escapeMarkdown(data.hash)}) with roentgen, ${year}.`,
  );
}

function license(): string {
  return blocks(
    `${toFillIn} under which license these weights may be used, here and as \`license\` in the front matter. The ` +
      'license of the data may leave no choice.',
    'roentgen itself is under the Apache License 2.0, which does not extend to weights trained with it.',
  );
}
