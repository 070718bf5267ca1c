/** What the command line needs of a zod schema, read from its JSON Schema: kinds, limits and words. */
import { z } from 'zod';

/** One key's JSON Schema, as far as flags and configuration files use it. */
export interface SchemaNode {
  type?: 'string' | 'number' | 'integer' | 'boolean' | 'array';
  description?: string;
  default?: string | number | boolean;
  enum?: (string | number)[];
  const?: string | number;
  anyOf?: SchemaNode[];
  items?: SchemaNode | false;
  prefixItems?: SchemaNode[];
  minItems?: number;
  maxItems?: number;
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  exclusiveMaximum?: number;
}

/** The nodes of an object schema's keys, in its order. */
export function schemaNodes(schema: z.ZodObject): Map<string, SchemaNode> {
  const { properties = {} } = z.toJSONSchema(schema, { io: 'input' });
  return new Map(Object.entries(properties as Record<string, SchemaNode>));
}

/** The only values that a node allows, where they can be listed. */
export function choicesOf({ enum: values, const: only, anyOf }: SchemaNode): (string | number)[] {
  if (values) return values;
  if (only !== undefined) return [only];
  const choices = anyOf?.map(choicesOf) ?? [];
  return choices.some((list) => list.length === 0) ? [] : choices.flat();
}

/** What a node expects, in words: "an integer of at least 1", "one of adam, adamw, sgd". */
export function expectationOf(node: SchemaNode): string {
  const choices = choicesOf(node);
  if (choices.length > 0) return `${choices.length > 2 ? 'one of ' : ''}${listed(choices, 'or')}`;
  if (node.anyOf) return listed(node.anyOf.map(expectationOf), 'or');
  if (node.type === 'array') return itemsOf(node);
  if (node.type === 'boolean') return 'true or false';
  if (node.type === 'string') return 'a text';
  return `${node.type === 'integer' ? 'an integer' : 'a number'}${rangeOf(node)}`;
}

function listed(words: readonly (string | number)[], last: string): string {
  if (words.length !== 2) return words.join(', ');
  return words.join(` ${last} `);
}

function itemsOf({ prefixItems, items, minItems = 0, maxItems = Infinity }: SchemaNode): string {
  const item = prefixItems?.[0] ?? (items === false ? undefined : items);
  const choices = item ? choicesOf(item) : [];
  if (choices.length > 0) return `some of ${listed(choices, 'and')}`;
  const noun = item?.type === 'string' ? 'texts' : 'numbers';
  const count = minItems === maxItems ? `${minItems}` : `${minItems} to ${maxItems}`;
  const limits = item?.type === 'string' ? '' : rangeOf(item ?? {});
  return `a list of ${Number.isFinite(maxItems) ? `${count} ` : ''}${noun}${limits && `, each${limits}`}`;
}

function rangeOf(node: SchemaNode): string {
  const { minimum, exclusiveMinimum, exclusiveMaximum } = node;
  // JSON Schema's word for "any integer" is the largest safe one: no limit that a user should read.
  const maximum = node.maximum === Number.MAX_SAFE_INTEGER ? undefined : node.maximum;
  if (minimum !== undefined && maximum !== undefined) return ` from ${minimum} to ${maximum}`;
  if (minimum !== undefined && exclusiveMaximum !== undefined) {
    return ` from ${minimum} up to, but not, ${exclusiveMaximum}`;
  }
  if (minimum !== undefined) return ` of at least ${minimum}`;
  return exclusiveMinimum === undefined ? '' : ` above ${exclusiveMinimum}`;
}
