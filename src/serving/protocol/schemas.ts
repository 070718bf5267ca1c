/** Bodies of the Open Inference Protocol, version 2, with the extensions that Triton has and this server knows. */
import { z } from 'zod';

const parametersSchema = z
  .record(z.string(), z.union([z.string(), z.number(), z.boolean()]))
  .describe('Parameters that the server does not know are ignored');

const nameSchema = z.string().min(1).max(256);

export const inferInputSchema = z
  .object({
    name: nameSchema.describe('image, pixels or input'),
    shape: z
      .array(z.int().min(0))
      .describe('Of the whole tensor; the first number counts the images'),
    datatype: z.string().describe('BYTES for image, UINT8 for pixels, FP32 for input'),
    parameters: parametersSchema
      .optional()
      .describe('binary_data_size: bytes of the tensor behind the JSON'),
    data: z.unknown().optional().meta({
      type: 'array',
      items: {},
      description:
        'Row-major, flat or nested as the shape is; encoded images as base64. Missing where binary_data_size is given',
    }),
  })
  .describe('A tensor of a request');

export const inferOutputRequestSchema = z
  .object({
    name: nameSchema.describe('probabilities, logits, label or abstain'),
    parameters: parametersSchema
      .optional()
      .describe(
        'binary_data: this output behind the JSON; classification: the k highest values as "value:index:label"',
      ),
  })
  .describe('An output that is asked for');

export const inferRequestSchema = z
  .object({
    id: z.string().max(1024).optional().describe('Comes back in the answer'),
    parameters: parametersSchema
      .optional()
      .describe(
        'binary_data_output: all outputs behind the JSON; raw: the network’s own probabilities, without decision rule and gate',
      ),
    inputs: z.array(inferInputSchema).describe('One tensor'),
    outputs: z.array(inferOutputRequestSchema).optional().describe('Default: all of them'),
  })
  .describe('A request of the Open Inference Protocol');

export const inferResponseSchema = z
  .object({
    model_name: z.string(),
    model_version: z.string(),
    id: z.string().optional(),
    outputs: z.array(
      z.object({
        name: z.string(),
        shape: z.array(z.int()),
        datatype: z.enum(['FP32', 'BYTES']),
        parameters: parametersSchema.optional(),
        data: z
          .array(z.union([z.number(), z.string()]))
          .optional()
          .describe('Row-major and flat; missing where binary_data_size is given'),
      }),
    ),
  })
  .describe('An answer of the Open Inference Protocol');

export const serverMetadataSchema = z
  .object({ name: z.string(), version: z.string(), extensions: z.array(z.string()) })
  .describe('What the server is');

const tensorSchema = z.object({
  name: z.string(),
  datatype: z.enum(['BYTES', 'UINT8', 'FP32']),
  shape: z.array(z.int()).describe('−1 stands for any number of images'),
});

export const modelMetadataSchema = z
  .object({
    name: z.string(),
    versions: z.array(z.string()),
    platform: z.literal('roentgen_libtorch'),
    inputs: z.array(tensorSchema).describe('A request has exactly one of them'),
    outputs: z.array(tensorSchema),
  })
  .describe('What a model takes and gives');

export const modelReadySchema = z
  .object({ name: z.string(), version: z.string(), ready: z.boolean() })
  .describe('Whether a model answers');

export const healthSchema = z
  .object({ live: z.boolean(), ready: z.boolean() })
  .describe('Whether the server answers');

const durationSchema = z.object({
  count: z.int(),
  ns: z.int().describe('Nanoseconds, all together'),
});

export const modelStatisticsSchema = z
  .object({
    model_stats: z.array(
      z.object({
        name: z.string(),
        version: z.string(),
        inference_count: z.int().describe('Images answered'),
        execution_count: z.int().describe('Forward passes'),
        inference_stats: z.object({
          success: durationSchema,
          fail: durationSchema,
          queue: durationSchema,
          compute_infer: durationSchema,
        }),
      }),
    ),
  })
  .describe('What a model has done since it was read; counts are of images');

export const repositoryIndexSchema = z
  .array(
    z.object({
      name: z.string(),
      version: z.string(),
      state: z.enum(['READY', 'UNAVAILABLE']),
      reason: z.string(),
    }),
  )
  .describe('Models and their versions');

export const repositoryIndexRequestSchema = z
  .object({ ready: z.boolean().optional().describe('Only models that answer') })
  .describe('Which models to list');

export type InferInput = z.output<typeof inferInputSchema>;
export type InferOutputRequest = z.output<typeof inferOutputRequestSchema>;
export type InferRequestBody = z.output<typeof inferRequestSchema>;
export type InferResponseBody = z.output<typeof inferResponseSchema>;
export type ServerMetadata = z.output<typeof serverMetadataSchema>;
export type ModelMetadata = z.output<typeof modelMetadataSchema>;
export type ModelStatistics = z.output<typeof modelStatisticsSchema>;
