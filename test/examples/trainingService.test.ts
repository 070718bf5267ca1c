/** The service of the examples answers while it trains, stops when it is asked to, and says what went wrong. */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { join } from 'node:path';
import { createService } from '../../examples/training-service.js';
import { testOnImages } from '../inference/images.js';

const test = testOnImages();

interface Job {
  id: number;
  state: string;
  history: unknown[];
  runDirectory: string | null;
  error: string | null;
}

function start(root: string) {
  const service = createService({ output: join(root, 'runs'), cacheDir: join(root, 'cache') });
  const ask = async (method: 'GET' | 'POST' | 'DELETE', url: string, payload?: object) => {
    const response = await service.inject({ method, url, ...(payload ? { payload } : {}) });
    return { status: response.statusCode, body: response.json<Job>() };
  };
  const until = async (id: number, wanted: (job: Job) => boolean): Promise<Job> => {
    for (;;) {
      const { body } = await ask('GET', `/runs/${id}`);
      if (wanted(body)) return body;
      await new Promise((done) => setTimeout(done, 5));
    }
  };
  return { service, ask, until };
}

const run = (root: string, epochs: number) => ({
  ...{ data: join(root, 'data'), model: 'lenet5', batchSize: 8, lr: 0.005, epochs },
});

test('a run is started, watched to its end, and its folder named', async (t) => {
  const { root } = t.context;
  const { service, ask, until } = start(root);
  t.teardown(() => service.close());
  const started = await ask('POST', '/runs', run(root, 3));
  t.like(started, { status: 202, body: { id: 1, state: 'training' } });
  const ended = await until(1, ({ state }) => state !== 'training');
  t.like(ended, { state: 'done', error: null, history: { length: 3 } });
  t.truthy(ended.runDirectory);
});

test('while it trains it answers at once, and takes no second run', async (t) => {
  const { root } = t.context;
  const { service, ask, until } = start(root);
  t.teardown(() => service.close());
  await ask('POST', '/runs', run(root, 100_000));
  await until(1, ({ history }) => history.length > 0);
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  const before = (await ask('GET', '/runs/1')).body.history.length;
  await until(1, ({ history }) => history.length > before + 5);
  delay.disable();
  // Training steps on this thread would hold it for as long as an epoch takes.
  t.log(`event loop: median ${(delay.percentile(50) / 1e6).toFixed(1)} ms`);
  t.is((await ask('GET', '/health')).status, 200);
  t.is((await ask('POST', '/runs', run(root, 1))).status, 409);
  t.is((await ask('DELETE', '/runs/1')).status, 202);
  const stopped = await until(1, ({ state }) => state !== 'training');
  t.is(stopped.state, 'stopped');
  t.truthy(stopped.runDirectory);
});

test('what cannot be trained is said', async (t) => {
  const { root } = t.context;
  const { service, ask, until } = start(root);
  t.teardown(() => service.close());
  await ask('POST', '/runs', { data: join(root, 'nowhere') });
  const failed = await until(1, ({ state }) => state !== 'training');
  t.is(failed.state, 'failed');
  t.regex(failed.error ?? '', /nowhere/);
  t.is((await ask('POST', '/runs', { data: 'x', seed: 'y' })).status, 400);
  t.is((await ask('GET', '/runs/7')).status, 404);
});
