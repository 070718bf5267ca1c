/** Reports as recipes: read, run step by step, compared with what the report found, and shown. */
export { listRecipes, readRecipe } from './readRecipe.js';
export { planSteps, requireData } from './plan.js';
export { defaultOutput, pageFile } from './files.js';
export { reproduce } from './reproduce.js';
export { overviewHtml } from './page/index.js';
export { readReproductions, writeResults } from './results.js';
export type { ComparedFigure } from './compare.js';
export type { Recipe } from './schema.js';
export { judge, reportedFigure } from './verdict.js';
export type { Interval, Measured, Verdict } from './verdict.js';
export { verdictCounts } from './words.js';
export type {
  Reproduction,
  ReproduceEvent,
  ReproduceHooks,
  ReproduceOptions,
  StepResult,
  StepState,
} from './types.js';
