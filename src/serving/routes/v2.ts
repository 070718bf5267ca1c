/** `/v2/…`: the Open Inference Protocol, as KServe and Triton speak it. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { asError, type Problem } from '../../data/index.js';
import { parseWith, RoentgenError } from '../../native/index.js';
import type { Routes, ServingContext } from '../context.js';
import { signalOf } from '../deadline.js';
import { toOutputs, type TensorAnswer } from '../protocol/answers.js';
import { modelMetadata, modelStatistics, serverMetadata } from '../protocol/metadata.js';
import { parseInferRequest, readHeaderLength, type InferRequest } from '../protocol/request.js';
import { encodeInferAnswer } from '../protocol/response.js';
import { repositoryIndexRequestSchema } from '../protocol/schemas.js';
import type { ModelTensors } from '../protocol/tensors.js';
import type { Lease, ServedModel } from '../registry/types.js';
import { answerFiles, answerTensors, type AskOptions } from './answering.js';
import { readBytes, takeBytes } from './bodies.js';
import { modelInPath } from './query.js';

/** A model, or one version of it. */
const modelAddresses = ['/v2/models/:model', '/v2/models/:model/versions/:version'];
const probe = { config: { probe: true, open: true } };
const lengthHeader = 'inference-header-content-length';

// Fastify awaits plugins.
// eslint-disable-next-line @typescript-eslint/require-await
export const v2Routes: Routes = async (app, { context }) => {
  takeBytes(app);

  app.get('/v2', () => serverMetadata);
  app.get('/v2/health/live', probe, () => ({ live: true, ready: context.ready }));
  app.get('/v2/health/ready', probe, (_, reply) => {
    const { ready } = context;
    return reply.code(ready ? 200 : 503).send({ live: true, ready });
  });
  for (const address of modelAddresses) {
    app.get(address, (request) =>
      withModel(context, request, ({ served }) =>
        modelMetadata(tensorsOf(served), versionsOf(context, served.name)),
      ),
    );
    app.get(`${address}/ready`, (request) =>
      withModel(context, request, ({ served: { name, version } }) => ({
        ...{ name, version, ready: context.ready },
      })),
    );
    app.get(`${address}/stats`, (request) =>
      withModel(context, request, ({ served }) => ({
        model_stats: [modelStatistics(served, served.model.statistics())],
      })),
    );
    app.post(`${address}/infer`, { config: { predicts: true } }, async (request, reply) => {
      const { model, version } = modelInPath(request);
      using lease = context.lease(request, model, version);
      return await infer(context, lease.served, request, reply);
    });
  }
  app.post('/v2/repository/index', (request) => {
    const body = Buffer.from(readBytes(request)).toString();
    parseWith(repositoryIndexRequestSchema, body === '' ? {} : parseJson(body), 'request is');
    return context.registry.served.map(({ name, version }) => ({
      ...{ name, version, state: 'READY', reason: '' },
    }));
  });
};

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new RoentgenError('ERR_INVALID_ARGUMENT', 'body: expected JSON', { cause });
  }
}

function withModel<T>(
  { registry }: ServingContext,
  request: FastifyRequest,
  answer: (lease: Lease) => T,
): T {
  const { model, version } = modelInPath(request);
  using lease = registry.lease(model, version);
  return answer(lease);
}

const versionsOf = ({ registry }: ServingContext, name: string): string[] =>
  registry.served.filter((served) => served.name === name).map(({ version }) => version);

async function infer(
  { settings, observer }: ServingContext,
  served: ServedModel,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<Buffer> {
  const signal = signalOf(request);
  const tensors = tensorsOf(served);
  const body = readBytes(request);
  const arrived = performance.now();
  const headerLength = readHeaderLength(request.headers[lengthHeader], body.length);
  const asked = parseInferRequest(body, headerLength, tensors, { images: settings.maxImages });
  const parsed = performance.now();
  const options = { raw: asked.raw, pixelLimit: settings.maxPixels, signal };
  const { answers, inputMs } = await answerImages(served, asked, options);
  const started = performance.now();
  const { body: encoded, ...head } = encodeInferAnswer({
    ...{ model: served.name, version: served.version, id: asked.id },
    outputs: toOutputs(answers, asked.outputs, tensors),
  });
  void reply.type(head.contentType);
  if (head.headerLength !== null) void reply.header(lengthHeader, head.headerLength);
  observer.worked(request, {
    images: answers.length,
    ...(asked.input === 'image' && { answers }),
    inputMs: parsed - arrived + inputMs,
    outputMs: performance.now() - started,
  });
  return encoded;
}

/** Files are answered whole or not at all: a tensor has no place for what is wrong with one of them. */
async function answerImages(
  served: ServedModel,
  { input, images }: InferRequest,
  options: AskOptions,
): Promise<{ answers: TensorAnswer[]; inputMs: number }> {
  if (input !== 'image') {
    return { answers: await answerTensors(served, images, options), inputMs: 0 };
  }
  const files = images.flatMap((bytes, at) =>
    bytes instanceof Uint8Array ? [{ name: `image[${at}]`, bytes }] : [],
  );
  const { results, inputMs } = await answerFiles(served, files, options);
  const answers: TensorAnswer[] = [];
  const problems: Problem[] = [];
  for (const result of results) {
    if ('label' in result) answers.push(result);
    else problems.push(result);
  }
  if (problems.length > 0) throw asError(problems);
  return { answers, inputMs };
}

const known = new WeakMap<ServedModel, ModelTensors>();

function tensorsOf(served: ServedModel): ModelTensors {
  const found = known.get(served);
  if (found) return found;
  const { name, version, model } = served;
  const { channels, height, width } = model.format;
  const [logits = model.classes.length] = model.inside.layers.at(-1)?.shape ?? [];
  const tensors = { name, version, classes: model.classes, logits, channels, height, width };
  known.set(served, tensors);
  return tensors;
}
