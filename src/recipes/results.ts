/** All reproductions of a folder as Markdown: one table for each report, theirs beside ours. */
import { existsSync } from 'node:fs';
import { mkdir, readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { readJsonFile, readTextFile, RoentgenError, writeFileAtomic } from '../native/index.js';
import { reproductionFile } from './files.js';
import type { Reproduction } from './types.js';
import { ruleText } from './verdict.js';
import { measuredText, quickText, settingText, verdictCounts } from './words.js';

/** What tells a reproduction's file from another's; its inside is our own. */
const reproductionSchema = z.custom<Reproduction>(
  (value) => typeof value === 'object' && value !== null && 'recipe' in value && 'figures' in value,
);

/**
 * What `reproduce` left in the folders below `folder`, by name.
 * @throws RoentgenError ERR_NOT_FOUND where there is none; ERR_INVALID_FILE, ERR_IO
 */
export async function readReproductions(folder: string): Promise<Reproduction[]> {
  const names = existsSync(folder) ? (await readdir(folder)).sort() : [];
  const read = await Promise.all(
    names.map(async (name) =>
      readJsonFile(
        join(folder, name, reproductionFile),
        reproductionSchema,
        'Run the reproduction again.',
      ).catch((error: unknown) => {
        // A file among the folders.
        if (error instanceof RoentgenError && error.code === 'ERR_IO') return null;
        throw error;
      }),
    ),
  );
  const found = read.filter((one) => one !== null);
  if (found.length > 0) return found;
  throw new RoentgenError(
    'ERR_NOT_FOUND',
    `${folder} holds no reproduction: run \`roentgen reproduce\` first, or name its folder with --output`,
  );
}

const head = '# The reports, reproduced';

/**
 * Writes one section for each reproduction into the Markdown file `path`. Sections of an earlier file are kept where
 * their recipe is not among them, so that recipes that ran on several machines come together.
 * @throws RoentgenError ERR_INVALID_FILE where the file is something else; ERR_IO; ERR_NO_SPACE
 */
export async function writeResults(
  path: string,
  reproductions: readonly Reproduction[],
): Promise<void> {
  const sections = await readSections(path);
  for (const one of reproductions) sections.set(one.recipe, section(one));
  const intro = `${head}\n\nWritten by \`roentgen reproduce --results\`, not by hand. ${ruleText}\n`;
  const sorted = [...sections.keys()].sort().map((recipe) => sections.get(recipe));
  await mkdir(dirname(path), { recursive: true });
  await writeFileAtomic(path, [intro, ...sorted].join('\n'));
}

/** The sections of an earlier file by recipe; none where there is no file. */
async function readSections(path: string): Promise<Map<string, string>> {
  const text = (await readTextFile(path)) ?? head;
  if (!text.startsWith(head)) {
    throw new RoentgenError(
      'ERR_INVALID_FILE',
      `${path} was not written by roentgen reproduce --results, and is left as it is: name another file`,
    );
  }
  const sections = text.split(/^(?=## )/m).slice(1);
  return new Map(
    sections.map((one) => [/^## ([^:]+):/.exec(one)?.[1] ?? one, `${one.trimEnd()}\n`]),
  );
}

function section(reproduction: Reproduction): string {
  const { recipe, title, report, about, quick, figures, gaps } = reproduction;
  const rows = figures.map(({ name, theirs, ours, unit, verdict, reason, note }) => [
    name,
    measuredText(theirs, unit),
    ours === null ? '–' : measuredText(ours, unit),
    verdict,
    [reason, note].filter((text) => text !== null).join('. '),
  ]);
  return [
    `## ${recipe}: ${title}`,
    `${report}. ${about}`,
    ...(quick ? [`**${quickText}**`] : []),
    settingText(reproduction),
    ...(rows.length === 0
      ? []
      : [
          markdownTable(['Figure', 'Report', 'Ours', 'Verdict', 'To know'], rows),
          `${verdictCounts(figures)}.`,
        ]),
    ...(gaps.length === 0
      ? []
      : [
          'Gaps that were filled:',
          gaps.map(({ what, taken, why }) => `- ${what}: ${taken} ${why}`).join('\n'),
        ]),
  ]
    .map((part) => `${part}\n`)
    .join('\n');
}

/** Aligned as Prettier aligns it, so that a generated file passes the format check. */
function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const escaped = [head, ...rows].map((row) => row.map((cell) => cell.replaceAll('|', '\\|')));
  const widths = head.map((_, at) => Math.max(3, ...escaped.map((row) => row[at]?.length ?? 0)));
  const line = (row: readonly string[]): string =>
    `| ${widths.map((width, at) => (row[at] ?? '').padEnd(width)).join(' | ')} |`;
  const [first = [], ...others] = escaped;
  const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`;
  return [line(first), rule, ...others.map(line)].join('\n');
}
