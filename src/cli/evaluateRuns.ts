/** `roentgen evaluate --runs`: what the figures of runs from several seeds come to. */
import {
  aggregateSeeds,
  evaluateClassification,
  formatAggregate,
  readPredictions,
  type ClassificationMetrics,
} from '../evaluation/index.js';
import { RoentgenError } from '../native/index.js';
import { UsageError } from './failure.js';
import { findPredictions } from './findPredictions.js';
import type { Arguments, Outcome } from './verb.js';

/** Runs that were evaluated already: looking at the test images once more would tell nothing new. */
export async function aggregateRuns(
  runs: readonly string[],
  args: Arguments,
  positive: string | undefined,
): Promise<Outcome> {
  const surplus = args.optional('model');
  if (surplus !== undefined) {
    throw new UsageError(
      `--runs takes runs that were evaluated already: leave out ${surplus}`,
      'roentgen evaluate',
    );
  }
  const files = await Promise.all(runs.map(findPredictions));
  const results = await Promise.all(files.map(async (file) => figuresOf(file, positive)));
  const aggregate = aggregateSeeds(results);
  const sources = files.map((file) => `  ${file}\n`).join('');
  return { text: `${formatAggregate(aggregate)}\n${sources}`, json: { ...aggregate, files } };
}

async function figuresOf(
  file: string,
  positive: string | undefined,
): Promise<ClassificationMetrics> {
  const { classes, probabilities, targets } = await readPredictions(file);
  if (targets === undefined) {
    throw new RoentgenError(
      'ERR_INVALID_FILE',
      `${file} holds no true classes: name an evaluation of labeled images.`,
    );
  }
  const chosen = positive === undefined ? {} : { positive };
  return evaluateClassification({ classes, probabilities, labels: targets, ...chosen });
}
