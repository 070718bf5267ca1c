/** The document that describes the server. */
import test from 'ava';
import fastify, { type RouteOptions } from 'fastify';
import type { ServingContext } from '../../src/serving/context.js';
import { openapiDocument } from '../../src/serving/openapi/document.js';
import { operations } from '../../src/serving/openapi/operations.js';
import { routes } from '../../src/serving/routes.js';
import { serveSettingsSchema } from '../../src/serving/settings.js';

/** Files of the pages, which nobody asks for by themselves. */
const files = /^\/docs\/.|^\/assets\/|^\/(index\.html|icon\.svg)$/;

interface Document {
  paths: Record<string, Record<string, Operation>>;
  components: Record<'schemas' | 'responses', Record<string, unknown>>;
}
interface Operation {
  operationId: string;
  responses: Record<string, unknown>;
  security?: unknown[];
}

async function registered(): Promise<Map<string, boolean>> {
  const app = fastify();
  const found = new Map<string, boolean>();
  const added: RouteOptions[] = [];
  app.addHook('onRoute', (route) => void added.push(route));
  const context = { settings: serveSettingsSchema.parse({}) } as ServingContext;
  for (const plugin of routes) await app.register(plugin, { context });
  await app.ready();
  await app.close();
  for (const { method, url, config } of added) {
    for (const one of [method].flat()) {
      if (one === 'HEAD' || files.test(url)) continue;
      found.set(`${one} ${url.replace(/(.)\/$/, '$1')}`, config?.open === true);
    }
  }
  return found;
}

test('every route of the server is in the document, and nothing else is', async (t) => {
  const found = await registered();
  t.deepEqual(Object.keys(operations).sort(), [...found.keys()].sort());
  for (const [route, open] of found) t.is(operations[route]?.open ?? false, open, route);
});

test('all that the document refers to is in it', (t) => {
  const document = openapiDocument();
  const text = JSON.stringify(document);
  const { components } = document as unknown as Document;
  const references = [...text.matchAll(/"\$ref":"#\/components\/(\w+)\/(\w+)"/g)];
  t.true(references.length > 50);
  for (const [, kind, name] of references) {
    t.truthy(components[kind as 'schemas'][name ?? ''], `${kind} ${name}`);
  }
  t.false(text.includes('#/$defs') || text.includes('"undefined"'));
});

test('every operation has a name of its own, and says how it fails', (t) => {
  const { paths } = openapiDocument() as unknown as Document;
  const all = Object.values(paths).flatMap((path) => Object.values(path));
  t.is(new Set(all.map(({ operationId }) => operationId)).size, all.length);
  for (const { responses, security } of all) {
    t.truthy(responses['200']);
    t.truthy(responses['500']);
    t.is(responses['401'] === undefined, security !== undefined);
  }
});
