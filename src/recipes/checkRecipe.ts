/** What a schema cannot see: that a recipe names only data and steps that it has. */
import { partsOf, placeholdersOf } from './placeholders.js';
import type { Recipe, RecipeStep } from './schema.js';

/** Names in the output folder that are not for steps. */
const reserved = ['logs', 'records', 'phantoms'];

/** The names of a step's repetitions, those of a quick run included; its own where it is not repeated. */
export function namesOf({ name, each, quick }: RecipeStep): string[] {
  const rounds = [...(each ?? []), ...(quick.each ?? [])];
  if (rounds.length === 0) return [name];
  return [...new Set(rounds.map((round) => name.replaceAll('${each}', round)))];
}

/** Every mistake, as a sentence; empty where the recipe holds together. */
export function checkRecipe(recipe: Recipe): string[] {
  const mistakes: string[] = [];
  const before = new Set<string>();
  for (const step of recipe.steps) {
    const where = `step ${step.name}`;
    mistakes.push(...checkPlaceholders(step, recipe, before).map((text) => `${where}: ${text}`));
    if (step.name.includes('${each}') !== (step.each !== undefined)) {
      mistakes.push(`${where}: \${each} in the name and \`each\` belong together`);
    }
    for (const name of namesOf(step)) {
      if (before.has(name)) mistakes.push(`${where}: another step has that name`);
      if (reserved.includes(name)) mistakes.push(`${where}: ${reserved.join(', ')} are reserved`);
      before.add(name);
    }
    if (step.unless !== undefined && !(step.unless in recipe.data)) {
      mistakes.push(`${where}: unless names no data: ${step.unless}`);
    }
  }
  for (const [name, { otherwise }] of Object.entries(recipe.data)) {
    for (const placeholder of placeholdersOf(otherwise ?? '')) {
      const [kind, rest] = partsOf(placeholder);
      if (kind !== 'steps' || !before.has(rest)) {
        mistakes.push(`data ${name}: otherwise names no step: \${${placeholder}}`);
      }
    }
  }
  for (const { name, step } of recipe.figures) {
    if (!matchingNames([...before], step).length) {
      mistakes.push(`figure "${name}": there is no step ${step}`);
    }
  }
  return mistakes;
}

/** Those of `names` that a figure's `step` means: one, or with * several. */
export function matchingNames(names: readonly string[], step: string): string[] {
  const [start = '', end] = step.split('*');
  if (end === undefined) return names.filter((name) => name === step);
  return names.filter((name) => name.startsWith(start) && name.endsWith(end));
}

function checkPlaceholders(
  step: RecipeStep,
  { data }: Recipe,
  before: ReadonlySet<string>,
): string[] {
  const texts = [
    ...step.arguments,
    ...Object.values(step.options).flat(),
    ...Object.values(step.quick.options).flat(),
    ...step.visits.map(({ upload = '' }) => upload),
    step.directory ?? '',
  ].filter((value) => typeof value === 'string');
  if (step.each === undefined && texts.some((text) => text.includes('${each}'))) {
    return ['${each} without `each`'];
  }
  // It may stand inside of another: ${steps.seed-${each}} is some step whose name fits.
  const placeholders = texts.flatMap((text) => placeholdersOf(text.replaceAll('${each}', '*')));
  return placeholders.flatMap((placeholder) => {
    const [kind, rest] = partsOf(placeholder);
    if (kind === 'data' && !(rest in data)) return `no data is named ${rest}`;
    if (kind === 'steps' && matchingNames([...before], rest).length === 0) {
      return `no step before is named ${rest}`;
    }
    const known = ['data', 'steps', 'here', 'output'];
    return known.includes(kind) ? [] : `unknown placeholder \${${placeholder}}`;
  });
}
