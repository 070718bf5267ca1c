/** `roentgen reproduce`: reports repeated from recipes, and their figures beside ours. */
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { mapConcurrently } from '../data/index.js';
import { invalidArgument, RoentgenError, writeFileAtomic } from '../native/index.js';
import {
  defaultOutput,
  listRecipes,
  overviewHtml,
  pageFile,
  planSteps,
  readRecipe,
  readReproductions,
  requireData,
  reproduce,
  writeResults,
  verdictCounts,
  type ComparedFigure,
  type Recipe,
  type ReproduceEvent,
  type Reproduction,
} from '../recipes/index.js';
import { UsageError } from './failure.js';
import type { Session } from './session.js';
import type { Terminal } from './terminal.js';
import { alignColumns, formatSeconds, plural } from './text.js';
import type { Verb } from './verb.js';

const flags = z.strictObject({
  data: z
    .array(z.string())
    .optional()
    .describe(
      'Where data is, as NAME=PATH; repeated for each that a recipe needs [phantoms, with --quick]',
    ),
  quick: z
    .boolean()
    .default(false)
    .describe('Phantoms, small images and an epoch: only to see that everything runs'),
  output: z
    .string()
    .default(defaultOutput)
    .describe('Folder of all reproductions; each has one of its own in it'),
  jobs: z
    .number()
    .int()
    .min(1)
    .default(1)
    .describe('With all: recipes at work at once, which share the cores'),
  results: z
    .string()
    .optional()
    .describe('Markdown file to write: a table for each reproduction in --output'),
});

const everything = 'all';

export const reproduceVerb: Verb = {
  description:
    'Repeats the experiment of a report from its recipe: every step is a command of roentgen, all that it ' +
    "writes is collected in one folder with a page, and each figure is compared with the report's. What was " +
    'done before with the same command on the same inputs is not done again. Without a recipe it lists them. ' +
    'The exit code is 1 where a step failed.',
  positionals: { recipe: 'A name that it lists, all, or the path of a YAML file' },
  flags: { Reproduction: flags },
  examples: [
    { command: 'reproduce all --quick', explanation: 'minutes, on phantoms' },
    {
      command: 'reproduce s4 --data chest_xray=DIR --data radiography=DIR',
      explanation: 'hours, on radiographs',
    },
    {
      command: 'reproduce --results results.md',
      explanation: 'tables of all that was reproduced, here and in the file before',
    },
  ],
  async run(args, session) {
    const { data = [], results, output, quick, jobs } = args.flags(flags);
    const name = args.optional('recipe');
    if (name === undefined && results === undefined) return describeRecipes();
    const chosen = name === undefined ? [] : await chooseRecipes(name);
    const paths = namedPaths(data);
    const known = new Set(chosen.flatMap(({ recipe }) => Object.keys(recipe.data)));
    const unknown = [...paths.keys()].find((key) => !known.has(key));
    if (unknown !== undefined) {
      const words = known.size === 0 ? 'none, without a recipe' : [...known].join(', ');
      throw new UsageError(
        `No recipe that runs needs data named ${unknown}; known: ${words}`,
        'roentgen reproduce',
      );
    }
    const named = chosen.map(({ source, recipe }) => {
      const own = Object.fromEntries([...paths].filter(([key]) => key in recipe.data));
      requireData(recipe, own, quick);
      return { source, recipe, own };
    });
    for (const { recipe, own } of named) await checkSteps(recipe, { own, output, quick }, session);
    const signal = session.catchInterrupt('Stopping; the same command goes on from here …');
    const threads = jobs > 1 ? Math.max(1, Math.floor(availableParallelism() / jobs)) : undefined;
    const done = await mapConcurrently(named, jobs, async ({ source, recipe, own }) => {
      const { terminal } = session;
      const onEvent = createStepsReporter(terminal, recipe.name);
      return reproduce({ recipe: source, data: own, output, quick, threads }, { signal, onEvent });
    });
    const all = await readReproductions(output);
    const overview = join(output, pageFile);
    await writeFileAtomic(overview, overviewHtml(all, output));
    if (results !== undefined) await writeResults(results, all);
    const files = [overview, ...(results === undefined ? [] : [results])];
    return {
      text: [...done.map(describeReproduction), `${files.join('\n')}\n`].join('\n'),
      json: { reproductions: name === undefined ? all : done, overview, results: results ?? null },
      failed: done.some(({ steps }) => steps.some(({ state }) => state === 'failed')),
    };
  },
};

interface Chosen {
  /** As `reproduce` takes it. */
  source: string;
  recipe: Recipe;
}

/** All are read before any runs, so that a mistake in the last one is told at once. */
async function chooseRecipes(name: string): Promise<Chosen[]> {
  const names = name === everything ? await listRecipes() : [name];
  return Promise.all(names.map(async (source) => ({ source, recipe: await readRecipe(source) })));
}

/** A wrong flag in the last step is told before the hours of the first. */
async function checkSteps(
  recipe: Recipe,
  { own, output, quick }: { own: Record<string, string>; output: string; quick: boolean },
  session: Session,
): Promise<void> {
  // What is drawn later, or may be absent, is called by its name: only flags are looked at.
  const names = Object.keys(recipe.data).filter(
    (name) => recipe.data[name]?.otherwise === undefined,
  );
  const data = { ...Object.fromEntries(names.map((name) => [name, name])), ...own };
  for (const { name, command } of planSteps(recipe, { output, data, quick })) {
    await session.checkCommand(command).catch((cause: unknown) => {
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new RoentgenError('ERR_INVALID_CONFIG', `${recipe.name}, step ${name}: ${reason}`, {
        cause,
      });
    });
  }
}

function namedPaths(entries: readonly string[]): Map<string, string> {
  return new Map(
    entries.map((entry) => {
      const at = entry.indexOf('=');
      if (at < 1 || at === entry.length - 1) throw invalidArgument('--data', 'NAME=PATH', entry);
      return [entry.slice(0, at), entry.slice(at + 1)];
    }),
  );
}

async function describeRecipes(): Promise<{ text: string; json: unknown }> {
  const recipes = await Promise.all((await listRecipes()).map(readRecipe));
  const rows = recipes.map(({ name, title, data, steps, figures }) => [
    name,
    title,
    `${steps.length} steps`,
    `${figures.length} figures`,
    Object.keys(data).join(', '),
  ]);
  return {
    text: `${alignColumns([['recipe', 'what', '', '', 'data'], ...rows], 'llrrl').join('\n')}\n`,
    json: recipes,
  };
}

function createStepsReporter(terminal: Terminal, recipe: string): (event: ReproduceEvent) => void {
  const { style } = terminal;
  return (event) => {
    if (event.kind === 'line') {
      terminal.live((width) => style.dim(`  ${event.line}`.slice(0, width)));
      return;
    }
    if (event.kind === 'step') {
      const { number, of, command } = event;
      terminal.print(`${style.bold(`${recipe} ${number}/${of}`)} ${command}`);
      return;
    }
    const { name, state, seconds, reason } = event;
    if (state === 'failed') {
      const text = (reason ?? '').replaceAll('\n', '\n      ');
      terminal.print(`    ${name} ${style.red('failed')} after ${formatSeconds(seconds)}. ${text}`);
      return;
    }
    const time = formatSeconds(seconds);
    const words = {
      finished: time,
      kept: `done before, in ${time}`,
      'left out': `left out: ${reason ?? ''}`,
    };
    terminal.print(style.dim(`    ${name}: ${words[state]}`));
  };
}

function describeReproduction({
  recipe,
  title,
  figures,
  steps,
  seconds,
  page,
}: Reproduction): string {
  const rows = figures.map(({ name, theirs, ours, verdict }) => [
    name,
    figureText(theirs),
    ours === null ? '–' : figureText(ours),
    verdict,
  ]);
  const failed = steps.filter(({ state }) => state === 'failed');
  const failures = failed.map(({ name, log }) => `  step ${name} failed: ${log ?? ''}\n`).join('');
  const counts = figures.length === 0 ? '' : `${verdictCounts(figures)}\n`;
  const table =
    rows.length === 0 ? [] : alignColumns([['', 'report', 'ours', 'verdict'], ...rows], 'lrrl');
  const body = table.map((line) => `  ${line}\n`).join('');
  return `${recipe}: ${title}\n${body}${counts}${failures}${plural(steps.length, 'step')} in ${formatSeconds(seconds)}: ${page}\n`;
}

function figureText({ value, interval }: ComparedFigure['theirs']): string {
  const digits = (number: number): string =>
    Number.isInteger(number) ? String(number) : number.toFixed(3);
  const range = interval === null ? '' : ` (${digits(interval.low)}-${digits(interval.high)})`;
  return `${digits(value)}${range}`;
}
