/** Finds a recipe by its name or path, and says what is wrong with its file. */
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LineCounter, parseDocument } from 'yaml';
import { z } from 'zod';
import { nearest } from '../models/index.js';
import { packageRoot, RoentgenError } from '../native/index.js';
import { checkRecipe } from './checkRecipe.js';
import { recipeSchema, type Recipe } from './schema.js';

const folder = join(packageRoot, 'recipes');
const extension = '.yaml';

/** The names of the recipes that come with roentgen, in order. */
export async function listRecipes(): Promise<string[]> {
  const files = await readdir(folder);
  return files
    .filter((file) => file.endsWith(extension))
    .map((file) => file.slice(0, -extension.length))
    .sort();
}

/**
 * @param name one of `listRecipes`, or the path of a YAML file
 * @throws RoentgenError ERR_NOT_FOUND naming the nearest recipe; ERR_INVALID_CONFIG with line or key; ERR_IO
 */
export async function readRecipe(name: string): Promise<Recipe> {
  const isPath = name.includes('/') || /\.ya?ml$/.test(name);
  const file = isPath ? name : join(folder, `${name}${extension}`);
  if (!existsSync(file)) throw await unknownRecipe(name, isPath);
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new RoentgenError('ERR_IO', `The recipe ${file} cannot be read`, { cause });
  });
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, merge: true });
  const [syntaxError] = document.errors;
  if (syntaxError) {
    const [reason = ''] = syntaxError.message.split(/ at line \d+/);
    const { line, col } = lines.linePos(syntaxError.pos[0]);
    throw invalidRecipe(file, `line ${line}, column ${col}: ${reason}`);
  }
  const parsed = recipeSchema.safeParse(document.toJS({ maxAliasCount: -1 }));
  if (!parsed.success) throw invalidRecipe(file, z.prettifyError(parsed.error));
  const [mistake] = checkRecipe(parsed.data);
  if (mistake !== undefined) throw invalidRecipe(file, mistake);
  return parsed.data;
}

async function unknownRecipe(name: string, isPath: boolean): Promise<RoentgenError> {
  if (isPath) return new RoentgenError('ERR_NOT_FOUND', `The recipe ${name} does not exist`);
  const known = await listRecipes();
  const suggestion = nearest(name, known);
  const hint = suggestion === undefined ? '' : ` Did you mean ${suggestion}?`;
  return new RoentgenError(
    'ERR_NOT_FOUND',
    `There is no recipe ${name}.${hint} Known are ${known.join(', ')}, all of them (all), and paths of YAML files`,
  );
}

function invalidRecipe(file: string, message: string): RoentgenError {
  return new RoentgenError('ERR_INVALID_CONFIG', `${file}: ${message}`);
}
