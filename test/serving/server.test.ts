/** A server at work: new models, too much work, and its end, without a request lost. */
import { Agent, request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import anyTest, { type TestFn } from 'ava';
import {
  failureOf,
  letGo,
  putFile,
  smallModel,
  startServer,
  waiting,
  type TestServer,
} from './support.js';

const test = anyTest as TestFn<Awaited<ReturnType<typeof smallModel>>>;
test.before(async (t) => {
  t.context = await smallModel();
});
test.after.always((t) => t.context.remove());

test.serial('models are exchanged under a stream of requests, and none is lost', async (t) => {
  const file = join(t.context.root, 'stream.safetensors');
  await putFile(t.context.file, file);
  const server = await startServer(t, { models: [file], reloadInterval: 0.05, rateLimit: 0 });
  let asking = true;
  const seen = new Set<string>();
  let answered = 0;
  const client = async (): Promise<void> => {
    while (asking) {
      const response = await server.get('/test/predict');
      const body = (await response.json()) as { loaded: string };
      t.is(response.status, 200, JSON.stringify(body));
      seen.add(body.loaded);
      answered += 1;
    }
  };
  const clients = Array.from({ length: 8 }, client);
  for (let exchange = 1; exchange <= 4; exchange += 1) {
    await putFile(t.context.file, file);
    while (seen.size <= exchange) await delay(10);
  }
  asking = false;
  await Promise.all(clients);
  t.is(seen.size, 5);
  const metrics = await (await server.get('/metrics')).text();
  t.regex(metrics, /^roentgen_model_reloads_total\{outcome="reloaded"\} 4$/m);
  const counted = /^nv_inference_count\{model="stream",version="1"\} (\d+)$/m.exec(metrics);
  t.is(Number(counted?.[1]), answered);
});

test.serial('what is too much is refused before its body is read', async (t) => {
  const server = await startServer(t, { models: [t.context.file], capacity: 2 });
  const hold = async (): Promise<Response> => server.get('/test/hold', { method: 'POST' });
  const held = [hold(), hold()];
  while (waiting.go.length < 2) await delay(5);
  // Of this one only the headers arrive.
  const refused = await new Promise<{ status: number; retry: string | undefined }>(
    (resolve, reject) => {
      const headers = { 'content-type': 'application/json', 'content-length': 1000 };
      const request = httpRequest(`${server.url}/test/hold`, { method: 'POST', headers });
      request.on('response', ({ statusCode = 0, headers: { 'retry-after': retry } }) => {
        resolve({ status: statusCode, retry });
        request.destroy();
      });
      request.on('error', reject).flushHeaders();
    },
  );
  t.deepEqual(refused, { status: 503, retry: '1' });
  t.like(await failureOf(await hold()), { status: 503, code: 'ERR_OVERLOADED' });
  t.is((await server.get('/health')).status, 200, 'and it stays ready');
  await letGo(2);
  for (const response of await Promise.all(held)) t.is(response.status, 200);
  t.is((await server.get('/test/predict')).status, 200, 'places are given back');
});

test.serial(
  'bodies together may not be larger than they may, and one alone always may come',
  async (t) => {
    const server = await startServer(t, {
      models: [t.context.file],
      maxPendingMiB: 1,
      maxBodyMiB: 2,
    });
    const hold = async (): Promise<Response> =>
      server.get('/test/hold', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: `"${'x'.repeat(1.5 * 2 ** 20)}"`,
      });
    const first = hold();
    while (waiting.go.length < 1) await delay(5);
    t.like(await failureOf(await hold()), { status: 503, code: 'ERR_OVERLOADED' });
    await letGo(1);
    t.is((await first).status, 200);
  },
);

test.serial('a client that goes gives its place back once its work has ended', async (t) => {
  const server = await startServer(t, { models: [t.context.file], capacity: 1 });
  const gone = new AbortController();
  const held = server.get('/test/hold', { method: 'POST', signal: gone.signal });
  while (waiting.go.length < 1) await delay(5);
  gone.abort();
  await t.throwsAsync(held, { any: true });
  t.is((await server.get('/test/predict')).status, 503, 'its body is still there');
  await letGo(1);
  t.is((await server.get('/test/predict')).status, 200);
  const line = server.log.entries.find(({ route }) => route === '/test/hold');
  t.is(line?.['status'], 499);
});

test.serial('who ends it gets all that was accepted answered first', async (t) => {
  const server = await startServer(t, { models: [t.context.file], shutdownDelay: 0.2 });
  const accepted = [server.get('/test/wait'), server.get('/test/wait')];
  while (waiting.go.length < 2) await delay(5);
  const closed = server.close();
  const health = await server.get('/health');
  t.is(health.status, 503);
  t.is(health.headers.get('connection'), 'close');
  t.deepEqual(await health.json(), { status: 'stopping', models: 1 });
  await delay(300);
  await t.throwsAsync(server.get('/health'), { message: 'fetch failed' }, 'no new connections');
  await letGo(2);
  for (const response of await Promise.all(accepted)) {
    t.is(response.headers.get('connection'), 'close');
    t.deepEqual(await response.json(), { done: true });
  }
  t.true(await closed);
});

test.serial('idle connections keep no server from ending', async (t) => {
  const server = await startServer(t, { models: [t.context.file] });
  const agent = new Agent({ keepAlive: true });
  await new Promise<void>((resolve) => {
    httpRequest(`${server.url}/health`, { agent }, (response) =>
      response.resume().on('end', resolve),
    ).end();
  });
  const silent = connect(Number(new URL(server.url).port), '127.0.0.1');
  await new Promise((resolve) => silent.on('connect', resolve));
  const before = performance.now();
  t.true(await server.close());
  t.true(performance.now() - before < 10_000);
  agent.destroy();
  silent.destroy();
});

test.serial('what takes longer than the grace is cut', async (t) => {
  const server = await startServer(t, { models: [t.context.file], shutdownGrace: 0.1 });
  const held = server.get('/test/wait');
  while (waiting.go.length < 1) await delay(5);
  const cut = t.throwsAsync(held);
  t.false(await server.close());
  await cut;
  await letGo(1);
});

test.serial('a port that is taken, and an address of nobody, are told as such', async (t) => {
  const { url } = await startServer(t, { models: [t.context.file] });
  const port = Number(new URL(url).port);
  const code = 'ERR_INVALID_ARGUMENT';
  await t.throwsAsync(startServer(t, { models: [t.context.file], port }), {
    code,
    message: /for port/,
  });
  const host = '192.0.2.1';
  await t.throwsAsync(
    startServer(t, { models: [t.context.file], host, allowUnauthenticated: true }),
    { code, message: /for host/ },
  );
  await t.throwsAsync(startServer(t, { models: [t.context.file], port: 70_000 }), { code });
});

/** Of every request that is over. */
async function linesOf(server: TestServer, count: number) {
  const requests = () => server.log.entries.filter(({ msg }) => msg === 'request');
  while (requests().length < count) await delay(5);
  return requests();
}

test.serial('requests keep their ids, and get one where theirs is none', async (t) => {
  const server = await startServer(t, { models: [t.context.file] });
  const idOf = async (given?: string): Promise<string | null> => {
    const headers = given === undefined ? {} : { 'x-request-id': given };
    return (await server.get('/models', { headers })).headers.get('x-request-id');
  };
  t.is(await idOf('trace-1:a.b_C'), 'trace-1:a.b_C');
  for (const bad of ['', 'a b', 'x'.repeat(129), '{"json":1}', undefined]) {
    t.regex((await idOf(bad)) ?? '', /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/);
  }
  const lines = await linesOf(server, 6);
  t.is(lines[0]?.['requestId'], 'trace-1:a.b_C');
});

test.serial(
  'the log says what was asked of which model, and nothing of what was sent',
  async (t) => {
    const server = await startServer(t, { models: [`chest=${t.context.file}`] });
    const headers = { 'content-type': 'application/json', authorization: 'Bearer secret-of-mine' };
    const body = JSON.stringify({ name: 'Jane Doe', pixels: 'AAAA' });
    await server.get('/test/body?patient=JaneDoe', { method: 'POST', headers, body });
    await server.get('/test/predict?model=chest', { headers });
    await server.get('/Jane%20Doe.png');
    await server.get('/health');
    const lines = await linesOf(server, 3);
    t.like(lines[0], { method: 'POST', route: '/test/body', status: 200 });
    t.like(lines[1], {
      route: '/test/predict',
      status: 200,
      model: 'chest',
      version: '1',
      images: 1,
    });
    t.like(lines[2], { route: null, status: 404, code: 'ERR_NO_ROUTE' });
    t.is(typeof lines[1]?.['durationMs'], 'number');
    t.notRegex(server.log.text, /Jane|AAAA|secret|\.png/);
    t.is(lines.length, 3, 'probes are not told of');
  },
);

test.serial("metrics have Triton's names and ours, and count what happened", async (t) => {
  const server = await startServer(t, {
    models: [`chest=${t.context.file}`, `other=${t.context.file}`],
  });
  const answers = [];
  for (let i = 0; i < 3; i += 1) answers.push(await (await server.get('/test/predict')).json());
  await server.get('/test/predict?model=nobody');
  await linesOf(server, 4);
  const response = await server.get('/metrics');
  t.regex(response.headers.get('content-type') ?? '', /^text\/plain; version=0\.0\.4/);
  const samples = parseMetrics(await response.text());
  const chest = 'model="chest",version="1"';
  const [{ label = '' } = {}] = answers as { label?: string }[];
  const counts = {
    [`nv_inference_request_success{${chest}}`]: 3,
    [`nv_inference_count{${chest}}`]: 3,
    [`nv_inference_exec_count{${chest}}`]: 3,
    'nv_inference_exec_count{model="other",version="1"}': 0,
    [`nv_inference_pending_request_count{${chest}}`]: 0,
    [`nv_inference_compute_input_duration_us{${chest}}`]: 6000,
    [`nv_inference_compute_output_duration_us{${chest}}`]: 3000,
    [`roentgen_predictions_total{model="chest",class="${label}"}`]: 3,
    'roentgen_request_duration_seconds_count{route="/test/predict",status="200"}': 3,
    'roentgen_request_duration_seconds_count{route="/test/predict",status="404"}': 1,
    'roentgen_model_reloads_total{outcome="failed"}': 0,
  };
  for (const [name, value] of Object.entries(counts)) t.is(samples.get(name), value, name);
  const durations = ['request', 'queue', 'compute_infer'].map(
    (part) => samples.get(`nv_inference_${part}_duration_us{${chest}}`) ?? -1,
  );
  const [whole = 0, queue = 0, infer = 0] = durations;
  t.true(infer > 0 && queue >= 0 && whole > infer, durations.join());
  t.true((samples.get('process_resident_memory_bytes') ?? 0) > 1e6);
});

/** Every line is a comment or a sample, as Prometheus reads them. */
function parseMetrics(text: string): Map<string, number> {
  const samples = new Map<string, number>();
  for (const line of text.trim().split('\n')) {
    if (line === '' || line.startsWith('# HELP ') || line.startsWith('# TYPE ')) continue;
    const match = /^([a-z_:][\w:]*(?:\{[^}]*\})?) ([\d.e+-]+|NaN|\+Inf)$/i.exec(line);
    if (!match) throw new Error(`no sample: ${line}`);
    samples.set(match[1] ?? '', Number(match[2]));
  }
  return samples;
}
