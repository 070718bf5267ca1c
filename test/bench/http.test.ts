/** The client that loads servers, against Node's own HTTP server. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import test, { type ExecutionContext } from 'ava';
import { evenArrivals, poissonArrivals } from '../../scripts/bench/http/arrivals.js';
import { Connection, prepareRequest } from '../../scripts/bench/http/connection.js';
import { closedLoop, openLoop, type Outcome } from '../../scripts/bench/http/loops.js';
import { tally } from '../../scripts/bench/http/tally.js';
import { randomNumbers } from '../../scripts/bench/programs/random.js';
import { median, percentile } from '../../scripts/bench/statistics.js';

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

async function listen(t: ExecutionContext, handler: Handler): Promise<URL> {
  const server = createServer(handler).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => {
    server.closeAllConnections();
    server.close();
  });
  return new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/predict?model=a`);
}

const request = (url: URL): Buffer => prepareRequest(url, {}, Buffer.from('image'));

test('a prepared request arrives with its path, headers and body, again and again on one connection', async (t) => {
  const seen: unknown[] = [];
  const sockets = new Set<unknown>();
  const url = await listen(t, (incoming, response) => {
    sockets.add(incoming.socket);
    void buffer(incoming).then((body) => {
      seen.push([incoming.method, incoming.url, incoming.headers['content-type'], body.length]);
      response.end(Buffer.alloc(100_000, 'x'));
    });
  });
  const connection = new Connection(url);
  const image = prepareRequest(url, { 'content-type': 'image/png' }, Buffer.alloc(300_000, 7));
  for (let at = 0; at < 3; at += 1) {
    const { status, body } = await connection.send(image);
    t.is(status, 200);
    t.is(body.length, 100_000);
  }
  connection.close();
  t.deepEqual(seen, Array(3).fill(['POST', '/predict?model=a', 'image/png', 300_000]));
  t.is(sockets.size, 1);
});

test('a refusal before the body was read, on a connection that then closes, is an answer, and the next one is whole', async (t) => {
  let count = 0;
  const url = await listen(t, (incoming, response) => {
    count += 1;
    if (count === 1)
      response.writeHead(503, { connection: 'close', 'content-length': 5 }).end('later');
    else void buffer(incoming).then(() => response.end('now'));
  });
  const connection = new Connection(url);
  const large = prepareRequest(url, {}, Buffer.alloc(50_000));
  t.is((await connection.send(large)).status, 503);
  const { status, body } = await connection.send(large);
  t.deepEqual([status, body.toString()], [200, 'now']);
  connection.close();
});

test('a connection that the server ends without an answer is a failure, not an endless wait', async (t) => {
  const url = await listen(t, (incoming) => void incoming.socket.destroy());
  const outcomes = await openLoop({ url, requests: [request(url)] }, [0, 5], 10);
  t.deepEqual(
    outcomes.map(({ status }) => status),
    [0, 0],
  );
  t.truthy(outcomes[0]?.problem);
});

test('an answer of a length that nobody told is a failure, too', async (t) => {
  const url = await listen(t, (_, response) => void response.writeHead(200).end('chunked'));
  const [outcome] = await openLoop({ url, requests: [request(url)] }, [0], 1);
  t.is(outcome?.status, 0);
  t.regex(outcome?.problem ?? '', /without a length/);
});

test('callers of a closed loop are as many as asked for, each with one request at a time', async (t) => {
  let [now, most] = [0, 0];
  const held: ServerResponse[] = [];
  const url = await listen(t, (incoming, response) => {
    incoming.resume();
    now += 1;
    most = Math.max(most, now);
    response.on('finish', () => (now -= 1));
    // The first of each caller wait for each other.
    if (held.length < 6) held.push(response);
    if (held.length < 6) return;
    for (const each of held) if (!each.writableEnded) each.end('done');
    if (!response.writableEnded) response.end('done');
  });
  const outcomes = await closedLoop({ url, requests: [request(url)] }, 6, 0.4);
  t.is(most, 6);
  t.true(outcomes.length >= 6);
  t.true(outcomes.every(({ status }) => status === 200));
});

test('arrivals wait for nobody: a stall of the server counts for all that were meant to come during it', async (t) => {
  const stall = { from: 0, until: 0 };
  const url = await listen(t, (incoming, response) => {
    incoming.resume();
    stall.from ||= performance.now() + 200;
    stall.until ||= stall.from + 400;
    const stalled = performance.now() >= stall.from && performance.now() < stall.until;
    setTimeout(() => response.end('done'), stalled ? stall.until - performance.now() : 0);
  });
  const arrivals = evenArrivals(100, 0.8);
  // With two connections almost all of them are held back on this side.
  const outcomes = await openLoop({ url, requests: [request(url)] }, arrivals, 2);
  t.is(outcomes.length, 80);
  const latencies = outcomes.map(({ intended, ended }) => ended - intended);
  // Of 40 requests meant for the 400 ms of the stall, 20 come in its first half.
  t.true(latencies.filter((latency) => latency > 200).length >= 18);
});

test('Poisson arrivals come at the rate asked for, with gaps whose deviation is their mean', (t) => {
  const arrivals = poissonArrivals(200, 50, randomNumbers(1));
  t.true(Math.abs(arrivals.length / 10_000 - 1) < 0.03);
  const gaps = arrivals.slice(1).map((arrival, at) => arrival - (arrivals[at] ?? 0));
  const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length;
  const variance = gaps.reduce((sum, gap) => sum + (gap - mean) ** 2, 0) / gaps.length;
  t.true(Math.abs(Math.sqrt(variance) / mean - 1) < 0.05);
  t.true(Math.abs(median(gaps) / (5 * Math.LN2) - 1) < 0.05);
});

test('percentiles are values that occurred, as numpy has them with method="inverted_cdf"', (t) => {
  const values = [15, 20, 35, 40, 50];
  t.deepEqual(
    [0, 0.05, 0.3, 0.4, 0.5, 0.99, 1].map((share) => percentile(values, share)),
    [15, 15, 20, 20, 35, 50, 50],
  );
  t.is(percentile([], 0.5), NaN);
});

test('a tally counts what was served, refused and lost after the warm-up, each latency from its intended start', (t) => {
  const outcome = (status: number, intended: number, latency: number): Outcome => ({
    ...{ status, intended, sent: intended + 1, ended: intended + latency },
  });
  const served = Array.from({ length: 101 }, (_, at) => outcome(200, 1000 + 10 * at, 20));
  const others = [
    outcome(200, 0, 500),
    outcome(429, 1500, 2),
    outcome(503, 1600, 4),
    outcome(0, 1700, 9),
  ];
  const figures = tally([...served, ...others, outcome(413, 1800, 1)], 1000, 2100);
  t.is(figures.served, 101);
  t.is(figures.refused, 2);
  t.is(figures.failed, 2);
  t.deepEqual(figures.latency, { p50: 20, p99: 20 });
  t.deepEqual(figures.refusal, { p50: 2, p99: 4 });
  t.deepEqual(figures.lateness, { p50: 1, p99: 1 });
  t.true(Math.abs(figures.servedRate - 100) < 1e-9);
});

test('a server that answers nothing has no latencies', (t) => {
  const figures = tally([], 0, 1000);
  t.deepEqual(figures.latency, { p50: null, p99: null });
  t.is(figures.served, 0);
});
