/** A figure of ours, from a file that a step has written. */
import { readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { z } from 'zod';
import { parseCsv } from '../data/index.js';
import { median } from '../evaluation/index.js';
import { RoentgenError } from '../native/index.js';
import type { PlannedStep } from './plan.js';
import type { Place } from './schema.js';
import type { Measured } from './verdict.js';

/** An estimate as evaluations write it, or the mean over runs. */
const estimateSchema = z
  .object({
    value: z.number().optional(),
    mean: z.number().optional(),
    low: z.number(),
    high: z.number(),
  })
  .transform(({ value, mean, low, high }, context) => {
    const middle = value ?? mean;
    if (middle !== undefined) return { value: middle, interval: { low, high } };
    context.addIssue('neither value nor mean');
    return z.NEVER;
  });

/**
 * @param step whose file it is, by its name relative to the step's directory: messages stand in pages and tables, where
 * no place of this machine belongs
 * @throws RoentgenError ERR_INVALID_FILE where there is no such figure; ERR_IO
 */
export async function readFigure(
  { name, directory }: Pick<PlannedStep, 'name' | 'directory'>,
  relative: string,
  place: Place,
): Promise<Measured> {
  const file = `${relative} of ${name}`;
  const text = await readFile(join(directory, relative), 'utf8').catch((cause: unknown) => {
    throw new RoentgenError('ERR_IO', `Cannot read ${file}`, { cause });
  });
  if (typeof place === 'object') return { value: fromColumn(text, file, place), interval: null };
  if (extname(relative) === '.csv') throw noFigure(file, `${place}: a CSV file has columns`);
  const found = follow(parse(text, file), place);
  if (typeof found === 'number') return { value: found, interval: null };
  const estimate = estimateSchema.safeParse(found);
  if (!estimate.success) throw noFigure(file, place);
  return estimate.data;
}

function parse(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw noFigure(file, 'it is no JSON');
  }
}

/** RFC 6901 without escapes; a part `class=NORMAL` finds the entry of a list whose `class` is NORMAL. */
function follow(root: unknown, pointer: string): unknown {
  return pointer
    .split('/')
    .slice(1)
    .reduce<unknown>((value, part) => {
      if (typeof value !== 'object' || value === null) return undefined;
      const [key = '', wanted] = part.split('=');
      if (wanted === undefined || !Array.isArray(value)) return Reflect.get(value, part) as unknown;
      return value.find((entry: Record<string, unknown>) => entry[key] === wanted) as unknown;
    }, root);
}

const takes = {
  first: (values) => values[0],
  last: (values) => values.at(-1),
  median,
  highest: (values) => Math.max(...values),
  lowest: (values) => Math.min(...values),
} satisfies Record<string, (values: readonly number[]) => number | undefined>;

function fromColumn(
  text: string,
  file: string,
  { column, take, dividing }: Exclude<Place, string>,
): number {
  const [header, ...rows] = parseCsv(text, file).map(({ cells }) => cells);
  const at = header?.indexOf(column) ?? -1;
  const cells = rows.map((row) => row[at] ?? '').filter((cell) => cell !== '');
  const taken = cells.length === 0 ? NaN : (takes[take](cells.map(Number)) ?? NaN);
  const value = dividing === undefined ? taken : dividing / taken;
  if (!Number.isFinite(value)) throw noFigure(file, `column ${column}`);
  return value;
}

function noFigure(file: string, where: string): RoentgenError {
  return new RoentgenError('ERR_INVALID_FILE', `${file} holds no figure at ${where}`);
}
