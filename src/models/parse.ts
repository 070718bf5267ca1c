/** Checks architecture files, and words what is wrong with them. */
import { z } from 'zod';
import { RoentgenError } from '../native/index.js';
import { findFaults, type Fault } from './consistency.js';
import { nearest } from './nearest.js';
import {
  inputSchema,
  layerSchemas,
  layersForSchema,
  specSchema,
  type LayerKind,
  type ModelSpec,
} from './schema.js';

/**
 * Checks the content of an architecture file; `file` is what messages call it.
 * @throws RoentgenError ERR_INVALID_SPEC with one line for each fault, naming file, layer and field
 */
export function parseModelSpec(value: unknown, file: string): ModelSpec {
  const result = specSchema.safeParse(value);
  const faults = result.success
    ? findFaults(result.data)
    : result.error.issues.flatMap((issue) => describeIssue(issue, value));
  if (result.success && faults.length === 0) return result.data;
  const lines = faults.map(({ path, message }) => `${file}: ${placeOf(path, value)}${message}`);
  throw new RoentgenError('ERR_INVALID_SPEC', lines.join('\n'), { details: { file, faults } });
}

function describeIssue(issue: z.core.$ZodIssue, root: unknown): Fault[] {
  const { path } = issue;
  if (issue.code === 'unrecognized_keys') {
    const known = fieldsAt(path, root);
    return issue.keys.map((key) => {
      const suggestion = nearest(key, known);
      const hint =
        suggestion === undefined ? `. Known: ${known.join(', ')}` : `; did you mean ${suggestion}?`;
      return { path, message: `unknown field "${key}"${hint}` };
    });
  }
  const received = valueAt(path, root);
  const field = fieldOf(path);
  if (field === 'kind') return [{ path, message: kindMessage(received) }];
  const subject = field === '' ? 'it' : field;
  const message =
    received === undefined
      ? `${subject} is missing; it must be ${issue.message}`
      : `${subject} must be ${issue.message}, received ${show(received)}`;
  return [{ path, message }];
}

function kindMessage(received: unknown): string {
  const kinds = Object.keys(layerSchemas);
  if (received === undefined) return `kind is missing; it must be one of ${kinds.join(', ')}`;
  const suggestion = typeof received === 'string' ? nearest(received, kinds) : undefined;
  const hint =
    suggestion === undefined ? `; it must be one of ${kinds.join(', ')}` : `; did you mean ${suggestion}?`;
  return `unknown kind ${show(received)}${hint}`;
}

/** `layer 3 "conv2": ` for what is inside a layer, nothing for the rest. */
function placeOf(path: readonly PropertyKey[], root: unknown): string {
  const [section, index] = path;
  if (section !== 'layers' || typeof index !== 'number') return '';
  const name = valueAt(['layers', index, 'name'], root);
  return `layer ${index + 1}${typeof name === 'string' ? ` "${name}"` : ''}: `;
}

/** The field as its file has it, without the layer: `kernel[1]`, `input.height`. */
function fieldOf(path: readonly PropertyKey[]): string {
  const inside = path[0] === 'layers' && path.length > 1 ? path.slice(2) : path;
  return inside
    .map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`))
    .join('')
    .replace(/^\./, '');
}

function fieldsAt(path: readonly PropertyKey[], root: unknown): string[] {
  const [section] = path;
  if (section === undefined) return Object.keys(specSchema.shape);
  if (section === 'input') return Object.keys(inputSchema.shape);
  if (section === 'layersFor') return Object.keys(layersForSchema.shape);
  // Zod looks for unknown keys only once the kind has told it which schema to use.
  const kind = valueAt([...path, 'kind'], root) as LayerKind;
  return Object.keys(layerSchemas[kind].shape);
}

function valueAt(path: readonly PropertyKey[], root: unknown): unknown {
  return path.reduce<unknown>(
    (value, key) =>
      typeof value === 'object' && value !== null
        ? (value as Record<PropertyKey, unknown>)[key]
        : undefined,
    root,
  );
}

/** At most 40 characters, so that a whole list of layers never lands in a message. */
function show(value: unknown): string {
  const text = JSON.stringify(value);
  return text.length > 40 ? `${text.slice(0, 37)}...` : text;
}
