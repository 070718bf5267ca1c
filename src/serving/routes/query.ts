/** What comes in the address of a request, checked, and the routes that are asked so. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { parseWith } from '../../native/index.js';

const nameSchema = z.string().min(1).max(256);

/** Which model to ask. */
export const modelQuery = {
  model: nameSchema.optional().describe('Name of the model [the first that the server was given]'),
  version: nameSchema.optional().describe('Its version [the highest]'),
};

/** The same as parts of the path. */
const modelPathSchema = z.object({ model: nameSchema, version: nameSchema.optional() });

export interface ModelAddress {
  model?: string | undefined;
  version?: string | undefined;
}

/** @throws RoentgenError ERR_INVALID_ARGUMENT */
export function modelInPath(request: FastifyRequest): z.output<typeof modelPathSchema> {
  return parseWith(modelPathSchema, request.params, 'address is');
}

export interface Addresses<Asked> {
  /** Where the query names the model. */
  url: string;
  query: z.ZodType<Asked & ModelAddress>;
  /** TorchServe's, where the path does. */
  urlOfModel: string;
  queryOfModel: z.ZodType<Asked>;
}

/** Adds one route that puts models to work, under all its addresses. */
export function answerAt<Asked extends object>(
  app: FastifyInstance,
  { url, query, urlOfModel, queryOfModel }: Addresses<Asked>,
  answer: (
    request: FastifyRequest,
    reply: FastifyReply,
    asked: Asked & ModelAddress,
  ) => Promise<unknown>,
): void {
  // curl -T sends PUT.
  const route = { method: ['POST', 'PUT'], config: { predicts: true } };
  app.route({
    ...{ ...route, url },
    handler: async (request, reply) =>
      answer(request, reply, parseWith(query, request.query, 'query is')),
  });
  for (const path of ['/:model', '/:model/:version']) {
    app.route({
      ...{ ...route, url: urlOfModel + path },
      handler: async (request, reply) =>
        answer(request, reply, {
          ...modelInPath(request),
          ...parseWith(queryOfModel, request.query, 'query is'),
        }),
    });
  }
}
