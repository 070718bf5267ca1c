/** The OpenAPI document, from the table of routes. */
import { z } from 'zod';
import { notice } from '../../models/index.js';
import { packageVersion } from '../../native/index.js';
import {
  inferRequestSchema,
  inferResponseSchema,
  modelMetadataSchema,
  modelStatisticsSchema,
} from '../protocol/schemas.js';
import { explainSchema, failureSchema, modelsSchema, predictSchema } from './bodies.js';
import { operations, type Content, type Operation } from './operations.js';

type Json = Record<string, unknown>;

/** Schemas that stand in the document once. */
const named = new Map<z.ZodType, string>([
  [failureSchema, 'Failure'],
  [modelsSchema, 'Models'],
  [predictSchema, 'Predictions'],
  [explainSchema, 'Explanation'],
  [inferRequestSchema, 'InferRequest'],
  [inferResponseSchema, 'InferResponse'],
  [modelMetadataSchema, 'ModelMetadata'],
  [modelStatisticsSchema, 'ModelStatistics'],
]);

const failures: Readonly<Record<number, string>> = {
  400: 'A parameter or the body is not valid; the message says where',
  401: 'The bearer token is missing or wrong',
  403: 'A page of another site may not ask',
  404: 'No such model, version or example',
  413: 'The body has more bytes, or the image more pixels, than the server takes',
  415: 'The body is of a kind that is not read here',
  421: 'The server does not go by that name',
  422: 'The image cannot be read, or the model cannot do that',
  429: 'Too many requests; the header Retry-After says when to come again',
  500: 'A defect of the server; the log has it under the request id',
  503: 'Too much is in work, or the server ends; the header Retry-After says when to come again',
};
const always = [403, 421, 429, 500];

const tags: Readonly<Record<Operation['tag'], string>> = {
  images: 'What people type with curl',
  models: 'What is served',
  protocol:
    'Open Inference Protocol, version 2, as KServe and Triton speak it, with the extensions classification, binary_tensor_data, parameters and statistics',
  operation: 'For whoever runs the server',
};

export function openapiDocument(): Json {
  const paths: Record<string, Json> = {};
  for (const [route, operation] of Object.entries(operations)) {
    const [method = '', address = ''] = route.split(' ');
    const path = address.replaceAll(/:(\w+)/g, '{$1}');
    paths[path] = { ...paths[path], [method.toLowerCase()]: describe(operation, method, address) };
  }
  return {
    openapi: '3.1.1',
    info: {
      title: 'roentgen',
      version: packageVersion,
      description: `Classifiers of chest X-rays as a service. ${notice}`,
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    security: [{ bearer: [] }],
    tags: Object.entries(tags).map(([name, description]) => ({ name, description })),
    paths,
    components: {
      schemas: Object.fromEntries([...named].map(([schema, name]) => [name, toSchema(schema)])),
      responses: Object.fromEntries(
        Object.entries(failures).map(([status, description]) => [
          `Failure${status}`,
          { description, content: { 'application/json': { schema: reference(failureSchema) } } },
        ]),
      ),
      securitySchemes: {
        bearer: {
          type: 'http',
          scheme: 'bearer',
          description: 'The token that the server was given; none where it was given none',
        },
      },
    },
  };
}

function describe(operation: Operation, method: string, address: string): Json {
  const { tag, summary, description, query, headers, body, bodyOptional, open } = operation;
  const { answer, others = {} } = operation;
  const parameters = [
    ...[...address.matchAll(/:(\w+)/g)].map(([, name = '']) => ({
      ...{ name, in: 'path', required: true, schema: { type: 'string' } },
    })),
    ...(query ? parametersOf(query, 'query') : []),
    ...(headers ? parametersOf(headers, 'header') : []),
  ];
  const refusals = [...(open ? [] : [401]), ...always, ...operation.failures];
  return {
    operationId: nameOf(method, address),
    tags: [tag],
    summary,
    ...(description !== undefined && { description }),
    ...(open && { security: [] }),
    ...(parameters.length > 0 && { parameters }),
    ...(body && { requestBody: { required: bodyOptional !== true, content: contentOf(body) } }),
    responses: {
      200: { description: 'Done', content: contentOf(answer) },
      ...Object.fromEntries(
        refusals.map((status) => [status, { $ref: `#/components/responses/Failure${status}` }]),
      ),
      ...Object.fromEntries(
        Object.entries(others).map(([status, { description: what, content }]) => [
          status,
          { description: what, content: contentOf(content) },
        ]),
      ),
    },
  };
}

/** `POST /v2/models/:model/infer` is `postV2ModelsModelInfer`. */
function nameOf(method: string, address: string): string {
  const words = address.split(/[^A-Za-z0-9]+/).filter((word) => word !== '');
  const capital = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1);
  return method.toLowerCase() + words.map(capital).join('');
}

function parametersOf(schema: z.ZodObject, place: 'query' | 'header'): Json[] {
  return Object.entries(schema.shape as Record<string, z.ZodType>).map(([name, part]) => {
    const { description, ...rest } = toSchema(part);
    return {
      ...{ name, in: place, required: !part.safeParse(undefined).success },
      ...(description !== undefined && { description }),
      schema: rest,
    };
  });
}

const contentOf = (content: Content): Json =>
  Object.fromEntries(
    Object.entries(content).map(([type, schema]) => [type, { schema: reference(schema) }]),
  );

function reference(schema: z.ZodType): Json {
  const name = named.get(schema);
  return name === undefined ? toSchema(schema) : { $ref: `#/components/schemas/${name}` };
}

/** As clients write it, and without what the document says once. */
function toSchema(schema: z.ZodType): Json {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io: 'input' }) as Json;
  return rest;
}
