/**
 * A Fastify service that trains in its own process and keeps answering: training runs on native threads, and the
 * event loop only hears of its epochs.
 *
 *     npm run build && node dist/examples/training-service.js
 *     curl -X POST localhost:3000/runs -H 'content-type: application/json' \
 *         -d '{"data": "chest_xray", "model": "lmap3", "epochs": 5}'
 *     curl localhost:3000/runs/1
 *     curl -X DELETE localhost:3000/runs/1
 */
import Fastify, { type FastifyInstance } from 'fastify';
import { RoentgenError, train, type EpochRecord, type TrainOptions } from 'roentgen';

/** A run as the service shows it. */
interface Job {
  id: number;
  state: 'training' | 'done' | 'stopped' | 'failed';
  history: EpochRecord[];
  runDirectory: string | null;
  error: string | null;
}

/** What a client may choose; Fastify refuses anything else with 400. */
const schema = {
  body: {
    type: 'object',
    required: ['data'],
    additionalProperties: false,
    properties: {
      data: { type: 'string' },
      model: { type: 'string' },
      epochs: { type: 'integer', minimum: 1 },
      batchSize: { type: 'integer', minimum: 1 },
      lr: { type: 'number', exclusiveMinimum: 0 },
      imgSize: { type: 'integer', minimum: 1 },
    },
  },
} as const;

/** @param defaults of every run: where its folder goes, and where packed images are kept */
export function createService(
  defaults: Pick<TrainOptions, 'output' | 'cacheDir'> = {},
): FastifyInstance {
  const service = Fastify({ ajv: { customOptions: { removeAdditional: false } } });
  const jobs = new Map<number, Job>();
  const controllers = new Map<number, AbortController>();
  const running = new Set<Promise<void>>();

  async function work(job: Job, options: TrainOptions, signal: AbortSignal): Promise<void> {
    try {
      const { runDirectory } = await train(
        { ...defaults, ...options },
        {
          signal,
          onEpochEnd: (record) => {
            job.history.push(record);
            return undefined;
          },
        },
      );
      Object.assign(job, { state: 'done', runDirectory });
    } catch (error) {
      const known = error instanceof RoentgenError;
      const state = known && error.code === 'ABORT_ERR' ? 'stopped' : 'failed';
      const runDirectory = known ? (error.details['runDirectory'] ?? null) : null;
      Object.assign(job, { state, runDirectory, error: String(error) });
    }
  }

  service.post<{ Body: TrainOptions }>('/runs', { schema }, async ({ body }, reply) => {
    // Two at once would share the cores, and both would take longer.
    const busy = [...jobs.values()].find(({ state }) => state === 'training');
    if (busy) return reply.code(409).send({ error: `run ${busy.id} is training` });
    const job: Job = {
      ...{ id: jobs.size + 1, state: 'training', history: [] },
      ...{ runDirectory: null, error: null },
    };
    const controller = new AbortController();
    jobs.set(job.id, job);
    controllers.set(job.id, controller);
    const done = work(job, body, controller.signal).finally(() => running.delete(done));
    running.add(done);
    return reply.code(202).send(job);
  });

  service.get('/runs', () => [...jobs.values()]);

  service.get<{ Params: { id: string } }>('/runs/:id', async ({ params }, reply) => {
    return jobs.get(Number(params.id)) ?? reply.code(404).send({ error: 'no such run' });
  });

  service.delete<{ Params: { id: string } }>('/runs/:id', async ({ params }, reply) => {
    const controller = controllers.get(Number(params.id));
    if (!controller) return reply.code(404).send({ error: 'no such run' });
    controller.abort();
    return reply.code(202).send({ stopping: Number(params.id) });
  });

  service.get('/health', () => ({ status: 'ok' }));

  // What is training is saved before the process ends.
  service.addHook('onClose', async () => {
    for (const controller of controllers.values()) controller.abort();
    await Promise.all(running);
  });
  return service;
}

if (require.main === module) {
  const service = createService();
  const close = (): void => void service.close();
  process.once('SIGINT', close).once('SIGTERM', close);
  void service.listen({ port: 3000 }).then((address) => {
    console.log(`Listening on ${address}`);
  });
}
