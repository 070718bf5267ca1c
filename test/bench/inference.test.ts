/** What is concluded from measurements of engines; the measurements themselves are nobody's test. */
import test from 'ava';
import { meets } from '../../scripts/bench/finding.js';
import { judge } from '../../scripts/bench/inferenceFindings.js';
import { sidesFor } from '../../scripts/bench/inferenceSides.js';
import { flowRate } from '../../scripts/bench/programs/flow.js';
import type { InferenceResult } from '../../scripts/bench/programs/infer.js';
import { rateAfter } from '../../scripts/bench/statistics.js';

const outputs = [0, 1, 2, -1];
const measured = (latency: number, throughput: number | null, shift = 0): InferenceResult[] => [
  {
    firstAnswer: 1,
    peak: 300,
    latency,
    throughput,
    outputs: outputs.map((value) => value + shift),
  },
];
const fp32 = {
  ours: measured(10, 100, 5e-5),
  native: measured(10, 90),
  onnxruntime: measured(10, 100),
  onnxruntimeApart: measured(NaN, 110),
  oursBusy: measured(19, null),
  onnxruntimeBusy: measured(35, null),
};
const missed = (results: Parameters<typeof judge>[1]): string[] =>
  judge('net', results)
    .filter((finding) => !meets(finding))
    .map(({ what }) => what);

test('an engine as fast as onnxruntime with the same outputs misses no bar in fp32', (t) => {
  t.deepEqual(missed(fp32), []);
});

test('outputs farther than 1e-4 of the largest from onnxruntime, and a median that more than doubles beside a neighbor, miss theirs', (t) => {
  const results = { ...fp32, native: measured(10, 90, 3e-4), oursBusy: measured(21, null) };
  t.deepEqual(missed(results), [
    'net in fp32, latency beside a busy neighbor over that alone',
    "net in fp32, largest relative difference of an output from onnxruntime's",
  ]);
});

test('bf16 must be clearly faster than fp32 in onnxruntime, and its outputs within 2%', (t) => {
  const fast = measured(6, 160, 0.02);
  const bf16 = { oursBf16: fast, nativeBf16: fast, oursBf16Busy: measured(11, null) };
  t.deepEqual(missed({ ...fp32, ...bf16 }), []);
  const [slow] = measured(8, 120);
  const moved = { ...slow, outputs: [0, 1.1, 2, -1] } as InferenceResult;
  t.deepEqual(missed({ ...fp32, ...bf16, oursBf16: [moved] }), [
    "net in bf16, latency over onnxruntime's",
    "net in bf16, throughput over onnxruntime's",
    "net in bf16, largest relative difference of an output from onnxruntime's",
  ]);
});

test('bf16 is measured only where the CPU has it', (t) => {
  const precisions = (best: 'fp32' | 'bf16') =>
    new Set(Object.values(sidesFor(best)).map(({ precision }) => precision));
  t.deepEqual(precisions('fp32'), new Set(['fp32']));
  t.deepEqual(precisions('bf16'), new Set(['fp32', 'bf16']));
});

test('a rate counts from answer to answer, batches whole', (t) => {
  const times = [0, 100, 100.2, 100.4, 200, 200.2, 200.4, 300, 300.2, 300.4];
  t.true(Math.abs(rateAfter(50, times) - 6000 / 200.4) < 1e-9);
  t.is(rateAfter(50, [10, 60]), NaN);
});

test('callers that each wait for their answer are under way together, and no faster than their answers', async (t) => {
  let [now, most] = [0, 0];
  const wait = async (): Promise<void> => {
    now += 1;
    most = Math.max(most, now);
    await new Promise((resolve) => setTimeout(resolve, 20));
    now -= 1;
  };
  const rate = await flowRate(wait, 4, 0.3);
  t.is(most, 4);
  // setTimeout may fire up to a millisecond early.
  t.true(rate > 0 && rate <= 4 / 0.019, `${rate}`);
});
