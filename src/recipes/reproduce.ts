/** Runs a recipe step by step, compares its figures with the report's, and writes a page of it all. */
import { mkdir } from 'node:fs/promises';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { packageVersion, systemInfo, writeFileAtomic } from '../native/index.js';
import { compareFigures } from './compare.js';
import { defaultOutput, pageFile, reproductionFile } from './files.js';
import { reproductionHtml } from './page/index.js';
import { drawPhantoms } from './phantoms.js';
import { planSteps, requireData, type PlannedStep } from './plan.js';
import { readRecipe } from './readRecipe.js';
import { isWell, runSteps } from './runSteps.js';
import type { Reproduction, ReproduceHooks, ReproduceOptions } from './types.js';

/** What training takes where it is not told; see its settings. */
const usualSeed = '42';

/**
 * Runs all steps that have not been done before with the same command on the same inputs. A step that fails stops only
 * those that need it. Writes `index.html` and `reproduction.json` into `<output>/<recipe>`, or `<output>/<recipe>-quick`.
 * @throws RoentgenError as `readRecipe`; ERR_INVALID_ARGUMENT for data that is missing or unknown; ERR_NOT_FOUND;
 * ERR_NO_SPACE; ERR_IO; ABORT_ERR, after which the next call goes on
 */
export async function reproduce(
  options: ReproduceOptions,
  hooks: ReproduceHooks = {},
): Promise<Reproduction> {
  const { quick = false, output: parent = defaultOutput, data: given = {}, threads } = options;
  const recipe = await readRecipe(options.recipe);
  const output = join(parent, quick ? `${recipe.name}-quick` : recipe.name);
  requireData(recipe, given, quick);
  const drawn = quick ? await drawPhantoms(recipe, given, output, hooks.signal) : {};
  const data = { ...drawn, ...given };
  const planned = planSteps(recipe, { output, data, quick });
  await mkdir(output, { recursive: true });
  const steps = await runSteps(planned, { output, threads }, hooks);

  const done = new Set(steps.filter(({ state }) => isWell(state)).map(({ name }) => name));
  const { title, report, about, gaps } = recipe;
  const result: Reproduction = {
    ...{ recipe: recipe.name, title, report, about, quick, gaps, data },
    figures: await compareFigures(recipe, { planned, done }, quick),
    steps,
    seeds: seedsOf(planned),
    machine: describeMachine(threads),
    seconds: steps.reduce((sum, { seconds }) => sum + seconds, 0),
    finishedAt: new Date().toISOString(),
    ...{ output, page: join(output, pageFile) },
  };
  await writeFileAtomic(join(output, reproductionFile), `${JSON.stringify(result, null, 2)}\n`);
  await writeFileAtomic(result.page, reproductionHtml(result));
  return result;
}

/** Those that training steps are given, or take where they are not. */
function seedsOf(planned: readonly PlannedStep[]): string[] {
  const training = planned.filter(({ verb, leftOut }) => verb === 'train' && leftOut === null);
  const seeds = training.map(({ command }) => {
    const at = command.indexOf('--seed');
    return at < 0 ? usualSeed : (command[at + 1] ?? usualSeed);
  });
  return [...new Set(seeds)];
}

function describeMachine(threads: number | undefined): string {
  const { cuda, torchVersion, autoPrecision, threads: usual } = systemInfo();
  const count = threads ?? usual;
  const model = cpus()[0]?.model.trim() ?? 'an unknown processor';
  const processor = `${count} ${count === 1 ? 'thread' : 'threads'} of ${model}`;
  const device = cuda.available ? (cuda.devices[0] ?? 'CUDA') : `${processor}, ${autoPrecision}`;
  return `${device}; roentgen ${packageVersion}, LibTorch ${torchVersion}, Node ${process.versions.node}`;
}
