/** What is concluded from what the clients of a loaded server saw. */
import test from 'ava';
import { meets, type Finding } from '../../scripts/bench/finding.js';
import type { ClientResult } from '../../scripts/bench/programs/client.js';
import { sampling } from '../../scripts/bench/server.js';
import { overloaded, steady } from '../../scripts/bench/servingFindings.js';

const run: ClientResult = {
  ...{
    served: 1000,
    refused: 0,
    failed: 0,
    problem: null,
    offered: 100,
    servedRate: 100,
    cpu: 0.1,
  },
  latency: { p50: 20, p99: 50 },
  refusal: { p50: null, p99: null },
  lateness: { p50: 0.1, p99: 1 },
};
const missed = (findings: readonly Finding[]): string[] =>
  findings.filter((finding) => !meets(finding)).map(({ what }) => what);

test('a server that answers all, the slowest hundredth within three medians, misses no bar', (t) => {
  t.deepEqual(missed(steady('images', [run], { poisson: [run], even: [run] })), []);
});

test('one refusal or one lost request is an error where the server is not overloaded', (t) => {
  for (const lost of [{ refused: 1 }, { failed: 1 }]) {
    const findings = steady('images', [run], { poisson: [{ ...run, ...lost }], even: [run] });
    t.deepEqual(missed(findings), ['images, requests without an answer of 200']);
  }
});

test('a server that falls behind what comes is not calm, however alike its latencies', (t) => {
  const behind = { ...run, servedRate: 70, latency: { p50: 5000, p99: 6000 } };
  t.deepEqual(missed(steady('images', [run], { poisson: [behind], even: [run] })), [
    'images arriving at 80% of that, served over offered',
  ]);
});

const most = { label: 'server', unit: 'img/s', values: [100] };
const flood: ClientResult = { ...run, refused: 3000, refusal: { p50: 2, p99: 9 } };
const flat = Array.from({ length: 40 }, () => 300);

test('under overload refusals are expected; lost requests, lost throughput and growing memory are not', (t) => {
  t.deepEqual(missed(overloaded('images', most, { result: flood, samples: flat })), []);
  const result = { ...flood, failed: 1, servedRate: 80 };
  const samples = flat.map((value, at) => value + at);
  t.deepEqual(missed(overloaded('images', most, { result, samples })), [
    'images at 4× that, throughput over the most',
    'images at 4× that, neither served nor refused',
    "images at 4× that, the server's memory in the last quarter over the second",
  ]);
});

test('samples are taken until the work is done, and its failure is passed on', async (t) => {
  let count = 0;
  let finish: (value: string) => void = () => undefined;
  const work = new Promise<string>((resolve) => (finish = resolve));
  const watch = () => {
    count += 1;
    if (count === 3) finish('done');
    return Promise.resolve(count);
  };
  const { result, samples } = await sampling(work, watch, 10);
  t.is(result, 'done');
  t.true(samples.length >= 3);
  t.deepEqual(
    samples,
    [...samples.keys()].map((at) => at + 1),
  );
  await t.throwsAsync(sampling(Promise.reject(new Error('broken')), watch, 10), {
    message: 'broken',
  });
});
