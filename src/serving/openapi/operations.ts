/** All routes of the server as a table, for the document that describes them. */
import { z } from 'zod';
import {
  healthSchema,
  inferRequestSchema,
  inferResponseSchema,
  modelMetadataSchema,
  modelReadySchema,
  modelStatisticsSchema,
  repositoryIndexRequestSchema,
  repositoryIndexSchema,
  serverMetadataSchema,
} from '../protocol/schemas.js';
import { explainQuerySchema, explanationsQuerySchema } from '../routes/explain.js';
import { predictionsQuerySchema, predictQuerySchema } from '../routes/predict.js';
import {
  examplesSchema,
  explainSchema,
  modelsSchema,
  pingSchema,
  predictSchema,
  serverHealthSchema,
} from './bodies.js';

/** Content by media type. */
export type Content = Readonly<Record<string, z.ZodType>>;

export interface Operation {
  tag: 'images' | 'models' | 'protocol' | 'operation';
  summary: string;
  description?: string;
  query?: z.ZodObject;
  /** Of the request. */
  headers?: z.ZodObject;
  body?: Content;
  /** Whether there may be none. */
  bodyOptional?: boolean;
  /** Of the answer 200. */
  answer: Content;
  /** Of other answers that are no failure bodies. */
  others?: Readonly<Record<number, { description: string; content: Content }>>;
  /** Answered without a token, too. */
  open?: boolean;
  /** Failures beside those of every route. */
  failures: readonly number[];
}

const json = (schema: z.ZodType): Content => ({ 'application/json': schema });
/** The format is what makes the page offer a file chooser. */
const bytes = z.unknown().meta({ type: 'string', format: 'binary' });
const page: Content = { 'text/html': z.string() };
const png: Content = { 'image/png': bytes };

const form = z
  .looseObject({ file: z.array(bytes).optional() })
  .describe('Image files, whatever their fields are called');
const images: Content = {
  'multipart/form-data': form,
  'image/*': bytes,
  'application/dicom': bytes,
  'application/octet-stream': bytes,
};
const withModel = [400, 404, 503];
const withImages = [400, 404, 413, 415, 422, 503];

const predict = {
  tag: 'images',
  summary: 'Classify images',
  description:
    'Files of a form, or one image as the whole body: PNG, JPEG, WebP, TIFF, GIF or DICOM. `curl -F file=@chest.png`',
  body: images,
  answer: json(predictSchema),
  failures: withImages,
} as const;
const explain = {
  tag: 'images',
  summary: 'Show where a model looks',
  description:
    'One image. `Accept: image/png` gets the heat map alone, to lay over the image; anything else JSON. `curl -F file=@chest.png -H "Accept: image/png" -o map.png`',
  body: images,
  answer: { ...json(explainSchema), ...png },
  failures: withImages,
} as const;

const predictions = {
  ...predict,
  query: predictionsQuerySchema,
  summary: "Classify images, at TorchServe's address",
};
const explanations = {
  ...explain,
  query: explanationsQuerySchema,
  summary: "Show where a model looks, at TorchServe's address",
};

/** With the same by PUT, which is what `curl -T` sends. */
const posted = (address: string, operation: Operation): Record<string, Operation> => ({
  [`POST ${address}`]: operation,
  [`PUT ${address}`]: { ...operation, summary: 'The same, for curl -T' },
});

const infer = {
  tag: 'protocol',
  summary: 'Infer',
  description:
    'One input: `image` (BYTES: image files, in JSON as base64), `pixels` (UINT8) or `input` (FP32, normalized as for the ONNX export). With `Inference-Header-Content-Length` tensors stand behind the JSON; of 0, the body is one image file.',
  headers: z.object({
    'Inference-Header-Content-Length': z
      .int()
      .min(0)
      .optional()
      .describe('Bytes of the JSON before binary data'),
  }),
  body: { ...json(inferRequestSchema), 'application/octet-stream': bytes },
  answer: { ...json(inferResponseSchema), 'application/octet-stream': bytes },
  failures: withImages,
} as const;
const ofModel = (summary: string, schema: z.ZodType) =>
  ({ tag: 'protocol', summary, answer: json(schema), failures: withModel }) as const;
const metadata = ofModel('What a model takes and gives', modelMetadataSchema);
const modelReady = ofModel('Whether a model answers', modelReadySchema);
const statistics = ofModel('What a model has done', modelStatisticsSchema);

/** By method and address, as Fastify writes them. */
export const operations: Readonly<Record<string, Operation>> = {
  ...posted('/predict', { ...predict, query: predictQuerySchema }),
  ...posted('/predictions/:model', predictions),
  ...posted('/predictions/:model/:version', predictions),
  ...posted('/explain', { ...explain, query: explainQuerySchema }),
  ...posted('/explanations/:model', explanations),
  ...posted('/explanations/:model/:version', explanations),
  'GET /examples': {
    tag: 'images',
    summary: 'Images to try',
    answer: json(examplesSchema),
    failures: [],
  },
  'GET /examples/:file': {
    tag: 'images',
    summary: 'One of them',
    answer: png,
    failures: [404],
  },
  'GET /models': {
    tag: 'models',
    summary: 'Models and their versions',
    answer: json(modelsSchema),
    failures: [],
  },
  'GET /health': {
    tag: 'operation',
    summary: 'Whether the server takes requests',
    answer: json(serverHealthSchema),
    others: { 503: { description: 'It does not', content: json(serverHealthSchema) } },
    open: true,
    failures: [],
  },
  'GET /ping': {
    tag: 'operation',
    summary: 'Whether the server lives, as TorchServe says it',
    answer: json(pingSchema),
    open: true,
    failures: [],
  },
  'GET /metrics': {
    tag: 'operation',
    summary: 'Figures for Prometheus',
    answer: { 'text/plain': z.string() },
    failures: [],
  },
  'GET /': {
    tag: 'operation',
    summary: 'The page to try models on',
    answer: page,
    open: true,
    failures: [],
  },
  'GET /v2': {
    tag: 'protocol',
    summary: 'What the server is',
    answer: json(serverMetadataSchema),
    failures: [],
  },
  'GET /v2/health/live': {
    tag: 'protocol',
    summary: 'Whether the server lives',
    answer: json(healthSchema),
    open: true,
    failures: [],
  },
  'GET /v2/health/ready': {
    tag: 'protocol',
    summary: 'Whether the server takes requests',
    answer: json(healthSchema),
    others: { 503: { description: 'It does not', content: json(healthSchema) } },
    open: true,
    failures: [],
  },
  'GET /v2/models/:model': metadata,
  'GET /v2/models/:model/versions/:version': metadata,
  'GET /v2/models/:model/ready': modelReady,
  'GET /v2/models/:model/versions/:version/ready': modelReady,
  'GET /v2/models/:model/stats': statistics,
  'GET /v2/models/:model/versions/:version/stats': statistics,
  'POST /v2/models/:model/infer': infer,
  'POST /v2/models/:model/versions/:version/infer': infer,
  'POST /v2/repository/index': {
    tag: 'protocol',
    summary: 'Models and their versions',
    body: json(repositoryIndexRequestSchema),
    bodyOptional: true,
    answer: json(repositoryIndexSchema),
    failures: [400],
  },
  'GET /openapi.json': {
    tag: 'operation',
    summary: 'This document',
    answer: json(z.looseObject({ openapi: z.string() })),
    open: true,
    failures: [],
  },
  'GET /docs': {
    tag: 'operation',
    summary: 'This document as a page',
    answer: page,
    open: true,
    failures: [],
  },
};
