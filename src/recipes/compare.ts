/** The figures of a recipe: theirs, ours, and what the comparison says. */
import { RoentgenError } from '../native/index.js';
import { matchingNames } from './checkRecipe.js';
import type { PlannedStep } from './plan.js';
import { readFigure } from './readFigure.js';
import type { Recipe, RecipeFigure } from './schema.js';
import { judge, reportedFigure, type Measured, type Verdict } from './verdict.js';

/** A figure of the report and ours, with what the comparison says. */
export interface ComparedFigure {
  /** As the recipe calls it. */
  name: string;
  theirs: Measured;
  /** Null where it could not be computed. */
  ours: Measured | null;
  /** `not computed` where ours is null, `not compared` in a quick run, whose figures mean nothing. */
  verdict: Verdict | 'not computed' | 'not compared';
  /** Null for a rate, a loss or a count. */
  unit: string | null;
  /** What a reader must know to compare. */
  note: string | null;
  /** Why it was not computed. */
  reason: string | null;
}

export interface StepsForFigures {
  planned: readonly PlannedStep[];
  /** Names of those that ended well. */
  done: ReadonlySet<string>;
}

/**
 * @param quick whether the images are phantoms, with which no report is compared
 * @throws RoentgenError ERR_IO
 */
export async function compareFigures(
  { figures }: Recipe,
  steps: StepsForFigures,
  quick: boolean,
): Promise<ComparedFigure[]> {
  return Promise.all(figures.map(async (figure) => compareFigure(figure, steps, quick)));
}

async function compareFigure(
  figure: RecipeFigure,
  steps: StepsForFigures,
  quick: boolean,
): Promise<ComparedFigure> {
  const { name, unit = null, note = null } = figure;
  const theirs = reportedFigure(figure);
  const base = { name, theirs, unit, note };
  const found = await findFigure(figure, steps);
  if (typeof found === 'string') {
    return { ...base, ours: null, verdict: 'not computed', reason: found };
  }
  const verdict = quick ? 'not compared' : judge(found, theirs, figure);
  return { ...base, ours: found, verdict, reason: null };
}

/** The figure, or why there is none. */
async function findFigure(
  { step, file, at }: RecipeFigure,
  { planned, done }: StepsForFigures,
): Promise<Measured | string> {
  const names = matchingNames(
    planned.map(({ name }) => name),
    step,
  );
  const sources = planned.filter(({ name }) => names.includes(name));
  if (sources.length === 0) return `${step} is left out of a quick run`;
  const without = sources.find(({ name }) => !done.has(name));
  if (without !== undefined) return without.leftOut ?? `${without.name} has not ended well`;
  try {
    const found = await Promise.all(sources.map(async (source) => readFigure(source, file, at)));
    return found.reduce((best, one) => (one.value > best.value ? one : best));
  } catch (error) {
    if (error instanceof RoentgenError) return error.message;
    throw error;
  }
}
