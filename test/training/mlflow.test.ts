/** What a run tells MLflow arrives once and in order, however the server behaves, and training never waits for it. */
import { once } from 'node:events';
import { appendFile, readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { MlflowRun } from '../../src/training/logging/mlflow.js';
import { mlflowServer, type MlflowServer } from '../../src/training/logging/mlflowClient.js';
import { train } from '../../src/training/index.js';
import { makeFolder } from '../data/folder.js';
import { quickSettings, temporaryFolder, writeSplits } from '../inference/images.js';

interface Call {
  route: string;
  body: Record<string, unknown>;
  headers: IncomingMessage['headers'];
}

/** Answers as MLflow does; `status` may say otherwise, by the number of the call. */
interface Fake {
  server: MlflowServer;
  calls: Call[];
  status: (call: number, route: string) => number | 'silence';
  http: Server;
}

async function startFake(t: ExecutionContext, artifactUri = 'mlflow-artifacts:/1/r1/artifacts') {
  const answers: Record<string, object> = {
    'experiments/get-by-name': { experiment: { experiment_id: '1' } },
    'runs/create': { run: { info: { run_id: 'r1', artifact_uri: artifactUri } } },
  };
  const http = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const route = (request.url ?? '')
        .replace(/^\/api\/2\.0\/(mlflow\/)?/, '')
        .replace(/\?.*/, '');
      const status = fake.status(fake.calls.length, route);
      const text = Buffer.concat(chunks).toString();
      const body = text.startsWith('{') ? (JSON.parse(text) as Call['body']) : { text };
      fake.calls.push({ route, body, headers: request.headers });
      if (status === 'silence') return;
      response.writeHead(status).end(JSON.stringify(answers[route] ?? {}));
    });
  });
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  t.teardown(() => {
    http.closeAllConnections();
    http.close();
  });
  const { port } = http.address() as AddressInfo;
  const uri = `http://127.0.0.1:${port}`;
  const fake: Fake = {
    server: { uri, experiment: 'roentgen', headers: {} },
    calls: [],
    status: () => 200,
    http,
  };
  return fake;
}

/** Routes that were answered well, in order. */
function delivered({ calls, status }: Fake): string[] {
  return calls.filter(({ route }, call) => status(call, route) === 200).map(({ route }) => route);
}

const noWarning = (t: ExecutionContext) => (message: string) => t.fail(message);

test('settings, figures, files and the end arrive in the order in which they were told', async (t) => {
  const fake = await startFake(t);
  const folder = await makeFolder(t, { 'config.yaml': 'model: lenet5' });
  const run = new MlflowRun(fake.server, folder, noWarning(t));
  run.params({
    model: 'lenet5',
    lr: 0.001,
    classes: ['A', 'B'],
    mean: undefined,
    long: 'x'.repeat(7000),
  });
  run.metrics([
    { key: 'loss', value: 0.5, step: 1 },
    { key: 'auroc', value: null, step: 1 },
    { key: 'odd', value: NaN, step: 1 },
  ]);
  run.artifact('config.yaml');
  t.is(await run.close('FINISHED'), 0);
  t.deepEqual(delivered(fake), [
    ...[
      'experiments/get-by-name',
      'runs/create',
      'runs/update',
      'runs/log-batch',
      'runs/log-batch',
    ],
    ...['mlflow-artifacts/artifacts/1/r1/artifacts/config.yaml', 'runs/update'],
  ]);
  const [, , begun, params, metrics, file, ended] = fake.calls.map(({ body }) => body);
  t.deepEqual(begun, { run_id: 'r1', status: 'RUNNING' });
  t.deepEqual(params?.['params'], [
    { key: 'model', value: 'lenet5' },
    { key: 'lr', value: '0.001' },
    { key: 'classes', value: '["A","B"]' },
    { key: 'long', value: 'x'.repeat(6000) },
  ]);
  t.like(metrics?.['metrics'], { length: 1, 0: { key: 'loss', value: 0.5, step: 1 } });
  t.is(file?.['text'], 'model: lenet5');
  t.like(ended, { status: 'FINISHED' });
});

test('many figures go in requests of at most a thousand, many settings of at most a hundred', async (t) => {
  const fake = await startFake(t);
  const run = new MlflowRun(fake.server, await makeFolder(t, {}), noWarning(t));
  run.metrics(Array.from({ length: 2500 }, (_, step) => ({ key: 'loss', value: step, step })));
  run.params(Object.fromEntries(Array.from({ length: 250 }, (_, index) => [`p${index}`, index])));
  await run.close('FINISHED');
  const sizes = fake.calls
    .filter(({ route }) => route === 'runs/log-batch')
    .map(({ body }) => ((body['metrics'] ?? body['params']) as unknown[]).length);
  t.deepEqual(sizes, [1000, 1000, 500, 100, 100, 50]);
});

test('a server that fails for a while gets everything once, and one warning is enough', async (t) => {
  const attempt = async (code: number): Promise<void> => {
    const fake = await startFake(t);
    // Each route's first attempt fails.
    const seen = new Set<string>();
    const plan: number[] = [];
    fake.status = (call, route) => {
      plan[call] ??= seen.has(route) ? 200 : code;
      seen.add(route);
      return plan[call];
    };
    const warnings: string[] = [];
    const run = new MlflowRun(fake.server, await makeFolder(t, {}), (text) => warnings.push(text));
    run.metrics([{ key: 'loss', value: 1, step: 1 }]);
    t.is(await run.close('FINISHED', 60_000), 0);
    t.is(delivered(fake).filter((route) => route === 'runs/create').length, 1);
    t.is(delivered(fake).filter((route) => route === 'runs/log-batch').length, 1);
    t.true(warnings.length > 0 && warnings.every((text) => text.includes('does not answer')));
  };
  await Promise.all([500, 503, 429].map(attempt));
});

test('what the server refuses is told and left out, and the rest arrives', async (t) => {
  const fake = await startFake(t, 's3://bucket/1/r1');
  fake.status = (_, route) => (route === 'runs/log-batch' ? 400 : 200);
  const warnings: string[] = [];
  const folder = await makeFolder(t, { 'a.txt': 'a' });
  const run = new MlflowRun(fake.server, folder, (text) => warnings.push(text));
  run.metrics([{ key: 'loss', value: 1, step: 1 }]);
  run.artifact('a.txt');
  t.is(await run.close('FINISHED'), 0);
  t.is(fake.calls.filter(({ body }) => body['status'] === 'FINISHED').length, 1);
  t.regex(warnings.join('\n'), /refused an entry: 400[^]*refused an entry: artifacts .* s3:/);
});

test('a server that will not have the run is told of once', async (t) => {
  const fake = await startFake(t);
  fake.status = () => 403;
  const warnings: string[] = [];
  const run = new MlflowRun(fake.server, await makeFolder(t, {}), (text) => warnings.push(text));
  for (let step = 0; step < 10; step += 1) run.metrics([{ key: 'loss', value: 1, step }]);
  t.is(await run.close('FINISHED'), 12);
  t.is(warnings.filter((text) => text.includes('cannot keep this run: 403')).length, 1);
});

test('what a dead or silent server has not got is kept, and sent when the run goes on', async (t) => {
  const fake = await startFake(t);
  const folder = await makeFolder(t, {});
  fake.status = (_, route) => (route === 'runs/log-batch' ? 'silence' : 200);
  const first = new MlflowRun(fake.server, folder, () => undefined);
  first.metrics([{ key: 'loss', value: 1, step: 1 }]);
  first.metrics([{ key: 'loss', value: 2, step: 2 }]);
  t.is(await first.close('KILLED', 100), 3);
  // A kill in the middle of a line.
  await appendFile(join(folder, 'mlflow.jsonl'), '{"kind":"metr');

  fake.calls.length = 0;
  fake.status = () => 200;
  const second = new MlflowRun(fake.server, folder, noWarning(t));
  second.metrics([{ key: 'loss', value: 3, step: 3 }]);
  t.is(await second.close('FINISHED'), 0);
  t.false(delivered(fake).includes('runs/create'), 'the run goes on under its own id');
  const steps = fake.calls.flatMap(({ body }) =>
    ((body['metrics'] ?? []) as { step: number }[]).map(({ step }) => step),
  );
  t.deepEqual(steps, [1, 2, 3]);
  const statuses = fake.calls.flatMap(({ body }) => (body['status'] ? [body['status']] : []));
  t.deepEqual(statuses, ['KILLED', 'RUNNING', 'FINISHED']);

  fake.calls.length = 0;
  t.is(await new MlflowRun(fake.server, folder, noWarning(t)).close('FINISHED'), 0);
  t.deepEqual(
    fake.calls.map(({ body }) => body['status']),
    ['RUNNING', 'FINISHED'],
  );
});

test('a run that a server never answers ends as it would without one', async (t) => {
  const fake = await startFake(t);
  fake.status = () => 'silence';
  const { path, remove } = await temporaryFolder();
  t.teardown(remove);
  await writeSplits(join(path, 'data'));
  process.env['MLFLOW_TRACKING_URI'] = fake.server.uri;
  t.teardown(() => {
    delete process.env['MLFLOW_TRACKING_URI'];
  });
  const epochs: number[] = [];
  const { history, runDirectory } = await train(quickSettings(path), {
    onEpochEnd: ({ epoch }) => {
      // By then training has gone on although not one request has been answered.
      t.deepEqual(delivered(fake), []);
      epochs.push(epoch);
      return undefined;
    },
  });
  t.is(history.length, epochs.length);
  const queue = await readFile(join(runDirectory, 'mlflow.jsonl'), 'utf8');
  t.regex(queue, /"status":"FINISHED"/);
});

test('the environment says where and with what right, and only HTTP will do', (t) => {
  t.is(mlflowServer({}), undefined);
  t.deepEqual(mlflowServer({ MLFLOW_TRACKING_URI: 'http://host:5000/' }), {
    uri: 'http://host:5000',
    experiment: 'roentgen',
    headers: {},
  });
  t.like(
    mlflowServer({
      MLFLOW_TRACKING_URI: 'https://host/ml',
      MLFLOW_EXPERIMENT_NAME: 'chest',
      MLFLOW_TRACKING_USERNAME: 'ann',
      MLFLOW_TRACKING_PASSWORD: 'secret',
    }),
    { experiment: 'chest', headers: { authorization: 'Basic YW5uOnNlY3JldA==' } },
  );
  t.like(mlflowServer({ MLFLOW_TRACKING_URI: 'http://h', MLFLOW_TRACKING_TOKEN: 'abc' }), {
    headers: { authorization: 'Bearer abc' },
  });
  for (const uri of ['sqlite:///m.db', './mlruns', 'file:/tmp/mlruns', 'http://']) {
    t.throws(() => mlflowServer({ MLFLOW_TRACKING_URI: uri }), {
      code: 'ERR_INVALID_ARGUMENT',
      message: /MLFLOW_TRACKING_URI/,
    });
  }
});
