/** From a recipe to commands: placeholders filled, repetitions written out, quick replacements made. */
import { join } from 'node:path';
import { RoentgenError } from '../native/index.js';
import { fill, partsOf } from './placeholders.js';
import type { OptionValue, Recipe, RecipeStep, Visit } from './schema.js';

export interface PlannedStep {
  name: string;
  /** What it is for; null where the recipe has no word for it. */
  title: string | null;
  /** What stands behind `roentgen`. */
  command: readonly string[];
  verb: string;
  directory: string;
  /** File that takes stdout; null where it goes to the log. */
  prints: string | null;
  accepts: readonly number[];
  visits: readonly Visit[];
  /** Paths of files that must be there afterwards. */
  promises: readonly string[];
  /** Earlier steps whose results it reads. */
  dependsOn: readonly string[];
  /** Paths of data that it reads. */
  reads: readonly string[];
  /** Why it is left out; null where it runs. */
  leftOut: string | null;
}

export interface PlanInput {
  /** Folder of this recipe's results. */
  output: string;
  /** Paths by the recipe's names. */
  data: Readonly<Record<string, string>>;
  quick: boolean;
}

/**
 * Every step in order, those that are left out with the reason.
 * @throws RoentgenError ERR_INVALID_ARGUMENT for data that is missing, or that the recipe does not know
 */
export function planSteps(recipe: Recipe, input: PlanInput): PlannedStep[] {
  const planned = new Map<string, PlannedStep>();
  for (const step of recipe.steps) {
    const rounds = (input.quick ? step.quick.each : undefined) ?? step.each ?? [''];
    for (const round of rounds) {
      const one = planStep({ step, round, recipe, input, planned });
      planned.set(one.name, one);
    }
  }
  return [...planned.values()];
}

/** @throws RoentgenError ERR_INVALID_ARGUMENT saying what each missing set is and how to name it */
export function requireData(
  { name: recipe, data }: Recipe,
  given: Readonly<Record<string, string>>,
  quick: boolean,
): void {
  const unknown = Object.keys(given).find((name) => !(name in data));
  if (unknown !== undefined) {
    throw new RoentgenError(
      'ERR_INVALID_ARGUMENT',
      `${recipe} needs no data named ${unknown}; it knows ${Object.keys(data).join(', ')}`,
    );
  }
  const missing = Object.entries(data).filter(
    ([name, { optional, otherwise, quick: drawable }]) =>
      given[name] === undefined &&
      !optional &&
      otherwise === undefined &&
      !(quick && drawable !== undefined),
  );
  if (missing.length === 0) return;
  const lines = missing.map(
    ([name, { needs, nearest }]) => `  --data ${name}=PATH  ${needs} Nearest: ${nearest}`,
  );
  throw new RoentgenError(
    'ERR_INVALID_ARGUMENT',
    `${recipe} needs data (or --quick, which draws phantoms):\n${lines.join('\n')}`,
  );
}

/** "roentgen train data --epochs 5", quoted as a shell needs it. */
export function commandLine({ command, prints }: Pick<PlannedStep, 'command' | 'prints'>): string {
  const words = ['roentgen', ...command].map(quoted);
  return [...words, ...(prints === null ? [] : ['>', quoted(prints)])].join(' ');
}

function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

interface StepContext {
  step: RecipeStep;
  round: string;
  recipe: Recipe;
  input: PlanInput;
  /** The steps before it. */
  planned: ReadonlyMap<string, PlannedStep>;
}

function planStep({ step, round, recipe, input, planned }: StepContext): PlannedStep {
  const name = step.name.replaceAll('${each}', round);
  const dependsOn = new Set<string>();
  const reads = new Set<string>();
  const missing = new Set<string>();
  let here = join(input.output, name);
  const lookUp = (placeholder: string): string => {
    const [kind, rest] = partsOf(placeholder);
    if (kind === 'each') return round;
    if (kind === 'output') return input.output;
    if (kind === 'here') return here;
    if (kind === 'steps') {
      dependsOn.add(rest);
      return planned.get(rest)?.directory ?? missingPath(rest, missing);
    }
    const path = input.data[rest];
    if (path !== undefined) {
      reads.add(path);
      return path;
    }
    const otherwise = recipe.data[rest]?.otherwise;
    return otherwise === undefined ? missingPath(`--data ${rest}`, missing) : filled(otherwise);
  };
  // ${each} may stand inside of another: ${steps.seed-${each}}.
  const filled = (text: string): string => fill(text.replaceAll('${each}', round), lookUp);

  if (step.directory !== undefined) here = filled(step.directory);
  const options = optionsOf(step, recipe, input.quick);
  const command = [
    ...step.run.split(' '),
    ...step.arguments.map(filled),
    ...Object.entries(options).flatMap(([flag, value]) => flagWords(flag, value, filled)),
  ];
  const visits = step.visits.map((visit) =>
    visit.upload === undefined ? visit : { ...visit, upload: filled(visit.upload) },
  );
  const promised = [...step.promises, ...visits.map(({ save }) => save)];
  return {
    ...{ name, title: step.title ?? null, command, verb: step.run, directory: here, visits },
    prints: step.prints === undefined ? null : join(here, step.prints),
    accepts: step.accepts,
    promises: promised.map((file) => join(here, filled(file))),
    dependsOn: [...dependsOn],
    reads: [...reads],
    leftOut: whyLeftOut(step, input, planned, { dependsOn, missing }),
  };
}

function missingPath(what: string, missing: Set<string>): string {
  missing.add(what);
  return what;
}

function whyLeftOut(
  { unless }: RecipeStep,
  { data }: PlanInput,
  planned: ReadonlyMap<string, PlannedStep>,
  { dependsOn, missing }: { dependsOn: ReadonlySet<string>; missing: ReadonlySet<string> },
): string | null {
  if (unless !== undefined && data[unless] !== undefined) return `--data ${unless} is given`;
  const [absent] = missing;
  if (absent !== undefined) return `${absent} is not given`;
  const skipped = [...dependsOn].find((name) => planned.get(name)?.leftOut);
  return skipped === undefined ? null : `${skipped} is left out`;
}

function optionsOf(
  { run, options, quick: own }: RecipeStep,
  { quick: common }: Recipe,
  quick: boolean,
): Record<string, OptionValue> {
  const all = quick ? { ...options, ...common[run], ...own.options } : options;
  return Object.fromEntries(
    Object.entries(all).flatMap(([flag, value]) => (value === null ? [] : [[flag, value]])),
  );
}

function flagWords(flag: string, value: OptionValue, filled: (text: string) => string): string[] {
  const dashes = flag.length === 1 ? '-' : '--';
  if (typeof value === 'boolean') return value ? [`${dashes}${flag}`] : [];
  const items = Array.isArray(value) ? value : [value];
  return [`${dashes}${flag}`, items.map((item) => filled(String(item))).join(',')];
}
