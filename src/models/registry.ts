/** Finds architectures: those of this package by name, a user's own by path. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isMissing, packageRoot, RoentgenError } from '../native/index.js';
import { findJsonError } from './jsonError.js';
import { nearest } from './nearest.js';
import { parseModelSpec } from './parse.js';
import type { ModelSpec } from './schema.js';

const folder = join(packageRoot, 'models');
const suffix = '.json';

/** Names of the architectures that come with the package, sorted. */
export function listModels(): string[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith(suffix))
    .map((file) => file.slice(0, -suffix.length))
    .sort();
}

/**
 * Reads an architecture by name (`listModels`) or from a JSON file of one's own: whatever holds a slash or ends
 * in `.json` is a path, relative to the working directory.
 * @throws RoentgenError ERR_UNKNOWN_MODEL with the nearest name; ERR_NOT_FOUND, ERR_IO; ERR_INVALID_SPEC naming
 * file, layer and field, or the line and column where the JSON breaks
 * @example loadModelSpec('resnet18').input.height // 224
 */
export function loadModelSpec(nameOrPath: string): ModelSpec {
  if (nameOrPath.includes('/') || nameOrPath.endsWith(suffix)) {
    return readSpec(nameOrPath, nameOrPath);
  }
  const names = listModels();
  if (names.includes(nameOrPath)) {
    return readSpec(join(folder, nameOrPath + suffix), `models/${nameOrPath}${suffix}`);
  }
  const suggestion = nearest(nameOrPath, names);
  const hint = suggestion === undefined ? '' : `; did you mean ${suggestion}?`;
  throw new RoentgenError(
    'ERR_UNKNOWN_MODEL',
    `There is no architecture "${nameOrPath}"${hint}\nKnown: ${names.join(', ')}, or the path of a JSON file`,
  );
}

function readSpec(path: string, file: string): ModelSpec {
  const text = readText(path, file);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new RoentgenError('ERR_INVALID_SPEC', `${file}: ${describeBreak(text)}`, { cause });
  }
  return parseModelSpec(value, file);
}

function describeBreak(text: string): string {
  const position = findJsonError(text);
  const before = text.slice(0, position).split('\n');
  const [unexpected = ''] = text.slice(position, position + 20).split('\n');
  const place = `line ${before.length}, column ${(before.at(-1) ?? '').length + 1}`;
  return `${place}: not valid JSON: ${unexpected === '' ? 'it ends too early' : `unexpected ${unexpected}`}`;
}

function readText(path: string, file: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    const missing = isMissing(cause);
    if (missing) {
      throw new RoentgenError('ERR_NOT_FOUND', `The architecture file ${file} does not exist`);
    }
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new RoentgenError('ERR_IO', `The architecture file ${file} cannot be read: ${reason}`, {
      cause,
    });
  }
}
