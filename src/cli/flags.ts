/** Flags from a zod schema: the camelCase key `batchSize` is the flag --batch-size, and so for all. */
import type { Options } from 'yargs';
import type { z } from 'zod';
import { invalidArgument } from '../native/index.js';
import { choicesOf, expectationOf, schemaNodes, type SchemaNode } from './schemaNode.js';

/** One letter where timm has one. */
const aliases: Readonly<Record<string, string>> = { batchSize: 'b', workers: 'j', config: 'c' };

/** Lists that go on to the next flag, as `--runs a b c`; what follows others may be a positional. */
const greedy: ReadonlySet<string> = new Set(['runs', 'new']);

/** A value for a schema's key from somewhere, and the error for one that does not do. */
export interface Given {
  value: unknown;
  refuse(expected: string): Error;
}
export type GivenValues = ReadonlyMap<string, Given>;

/** What yargs found, by flag as it is written: booleans, or text still to be read, a list if repeated. */
export type RawFlags = Readonly<Record<string, string | boolean | readonly string[] | undefined>>;

/** batchSize → batch-size. */
export function flagName(key: string): string {
  return key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** The options table for yargs; `group` is the heading in the help. */
export function flagOptions(schema: z.ZodObject, group: string): Record<string, Options> {
  const entries = [...schemaNodes(schema)].map(([key, node]) => {
    const alias = aliases[key];
    const options: Options = {
      group,
      describe: describe(node),
      ...(alias === undefined ? {} : { alias }),
      ...valueOptions(key, node),
    };
    return [flagName(key), options] as const;
  });
  return Object.fromEntries(entries);
}

/** Values stay text until the schema's kind is known; yargs would name them all [string]. */
function valueOptions(key: string, { type }: SchemaNode): Options {
  if (type === 'boolean') return { type };
  return greedy.has(key) ? { array: true } : { nargs: 1 };
}

/** The description, what may be chosen, and the default in brackets: the description's own, or the schema's. */
function describe(node: SchemaNode): string {
  const [, text = '', brackets = ''] = /^(.*?)( \[[^\]]*\])?$/.exec(node.description ?? '') ?? [];
  const choices = choicesOf(node);
  const listed = choices.some((choice) => typeof choice === 'string');
  const { default: preset } = node;
  const usual = preset === undefined || preset === false ? brackets : ` [${String(preset)}]`;
  return `${text}${listed ? ` (${choices.join(', ')})` : ''}${usual}`;
}

/** The flags of `schema` among those that were given. */
export function givenFlags(schema: z.ZodObject, raw: RawFlags): GivenValues {
  const given = new Map<string, Given>();
  for (const [key, node] of schemaNodes(schema)) {
    const flag = flagName(key);
    const value = raw[flag];
    if (value === undefined) continue;
    const texts = typeof value === 'object' ? value : [String(value)];
    given.set(key, {
      value: typeof value === 'boolean' ? value : readTexts(texts, node),
      refuse: (expected) => invalidArgument(`--${flag}`, expected, texts.join(',') || 'nothing'),
    });
  }
  return given;
}

/** Lists take commas and repeated flags; of a repeated single value the last counts, as shells' aliases need. */
function readTexts(texts: readonly string[], node: SchemaNode): unknown {
  const list = node.type === 'array' ? node : node.anyOf?.find(({ type }) => type === 'array');
  const items = texts.flatMap((text) => text.split(',')).map((item) => item.trim());
  if (list && (node === list || items.length > 1)) {
    const item = list.prefixItems?.[0] ?? (list.items || {});
    return items.map((text) => readText(text, item));
  }
  const single = node.anyOf?.find(({ type }) => type !== 'array') ?? node;
  return readText(texts.at(-1) ?? '', single);
}

/** A number where the schema wants one and the text is one; the schema refuses what stays text. */
function readText(text: string, { type }: SchemaNode): unknown {
  if (type === 'boolean' && /^(true|false)$/.test(text)) return text === 'true';
  const number = Number(text);
  const isNumber = (type === 'number' || type === 'integer') && text.trim() !== '';
  return isNumber && !Number.isNaN(number) ? number : text;
}

/**
 * All values of `schema`: those given and, for the rest, its defaults.
 * @throws what `refuse` of the first wrong value makes
 */
export function settle<Schema extends z.ZodObject>(
  schema: Schema,
  given: GivenValues,
): z.output<Schema> {
  const values = Object.fromEntries([...given].map(([key, { value }]) => [key, value]));
  const result = schema.safeParse(values);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const key = String(issue?.path[0]);
  const node = schemaNodes(schema).get(key);
  const wrong = given.get(key);
  throw wrong && node ? wrong.refuse(expectationOf(node)) : result.error;
}
