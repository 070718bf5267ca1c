/** Reads a YAML file of training settings, and says with line and key what is wrong with it. */
import { readFile } from 'node:fs/promises';
import { isMap, isScalar, LineCounter, parseDocument, type Document } from 'yaml';
import type { z } from 'zod';
import { nearest } from '../models/index.js';
import { isMissing, RoentgenError } from '../native/index.js';
import type { Given, GivenValues } from './flags.js';
import { schemaNodes } from './schemaNode.js';

/** What a run's own config.yaml records besides its settings; a repetition finds these anew. */
const recorded = new Set(['resolved', 'images', 'dataHash', 'maskHash', 'skipped', 'versions']);

/**
 * The values of a file whose keys are those of `schema`, camelCase as there. The values are not checked yet.
 * @throws RoentgenError ERR_NOT_FOUND, ERR_IO; ERR_INVALID_CONFIG with line and column, or with the unknown key
 * and the nearest known one
 */
export async function readConfigFile(file: string, schema: z.ZodObject): Promise<GivenValues> {
  const lines = new LineCounter();
  const document = parseDocument(await readText(file), { lineCounter: lines });
  const [syntaxError] = document.errors;
  if (syntaxError) {
    const [reason = ''] = syntaxError.message.split(/ at line \d+/);
    const { line, col } = lines.linePos(syntaxError.pos[0]);
    throw invalidConfig(file, `line ${line}, column ${col}: ${reason}`);
  }
  const known = [...schemaNodes(schema).keys()];
  const given = new Map<string, Given>();
  for (const { key, value, offset } of entriesOf(document, file)) {
    if (recorded.has(key)) continue;
    const place = `line ${lines.linePos(offset).line}`;
    if (!known.includes(key)) {
      const suggestion = nearest(key, known);
      const hint = suggestion ? `; did you mean ${suggestion}?` : `. Known: ${known.join(', ')}`;
      throw invalidConfig(file, `${place}: unknown key ${key}${hint}`);
    }
    const refuse = (expected: string): RoentgenError =>
      invalidConfig(file, `${place}: expected ${expected} for ${key}, found ${show(value)}`);
    given.set(key, { value, refuse });
  }
  return given;
}

interface Entry {
  key: string;
  value: unknown;
  /** Of the key, in characters from the start of the file. */
  offset: number;
}

function entriesOf({ contents }: Document.Parsed, file: string): Entry[] {
  if (contents === null) return [];
  if (!isMap(contents)) throw invalidConfig(file, 'expected `key: value` lines');
  return contents.items.map(({ key, value }) => ({
    key: isScalar(key) ? String(key.value) : key.toString(),
    value: value === null ? null : (value.toJSON() as unknown),
    offset: key.range[0],
  }));
}

function show(value: unknown): string {
  return value === null ? 'nothing' : JSON.stringify(value);
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    const missing = isMissing(cause);
    if (missing) {
      throw new RoentgenError('ERR_NOT_FOUND', `The configuration file ${file} does not exist`);
    }
    throw new RoentgenError('ERR_IO', `The configuration file ${file} cannot be read`, { cause });
  }
}

function invalidConfig(file: string, message: string): RoentgenError {
  return new RoentgenError('ERR_INVALID_CONFIG', `${file}, ${message}`);
}
