/** Which predictions.csv a path on the command line means: a file, an evaluation folder, or a run directory. */
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { RoentgenError } from '../native/index.js';

const predictionsName = 'predictions.csv';

/** Later evaluations of a run stand beside the first, with -1, -2 … behind the name. */
const testFolder = /^evaluation-test(?:-(\d+))?$/;

/**
 * A run directory's own predictions.csv is of its validation images, by which its epoch was chosen: of a run the
 * newest evaluation on the test split is taken.
 * @throws RoentgenError ERR_NOT_FOUND where the path, or an evaluation in it, does not exist
 */
export async function findPredictions(path: string): Promise<string> {
  const kind = await stat(path).catch((cause: unknown) => {
    throw notFound(`${path} does not exist: name a run, an evaluation folder or a file`, cause);
  });
  if (!kind.isDirectory()) return path;
  const names = await readdir(path);
  const [newest] = names
    .filter((name) => testFolder.test(name))
    .sort((a, b) => repetition(b) - repetition(a));
  if (newest !== undefined) return join(path, newest, predictionsName);
  if (names.includes('config.yaml')) {
    const others = names.filter((name) => name.startsWith('evaluation-'));
    const choice = others.length > 0 ? `, or name one of its folders: ${others.join(', ')}` : '';
    throw notFound(
      `${path} was not evaluated on a test split: run \`roentgen evaluate ${path} <data>\` first${choice}`,
    );
  }
  if (names.includes(predictionsName)) return join(path, predictionsName);
  throw notFound(`${path} is no run, and has no ${predictionsName}: name an evaluation folder`);
}

function repetition(folder: string): number {
  return Number(testFolder.exec(folder)?.[1] ?? 0);
}

function notFound(message: string, cause?: unknown): RoentgenError {
  return new RoentgenError('ERR_NOT_FOUND', message, { cause });
}
