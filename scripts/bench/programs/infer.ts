/** Prints how soon one engine answers, how fast, with what, and how much memory it took. */
// Not from the index: see engines.ts.
import { peakMegabytes } from '../../../src/benchmark/timing.js';
import { median } from '../statistics.js';
import { openEngine, side, type Engine, type EngineSettings } from './engines.js';
import { flowRate } from './flow.js';
import { emit, main } from './measure.js';
import { randomNumbers } from './random.js';

export interface InferencePlan extends EngineSettings {
  /** Seconds for which latency is measured, and then throughput; 0 leaves it out. */
  latencySeconds: number;
  throughputSeconds: number;
  /** Images in a call, and calls under way at the same time, where throughput is measured. */
  perCall: number;
  inFlight: number;
}

export interface InferenceResult {
  /** Seconds from the start of the process to the first answer. */
  firstAnswer: number;
  /** Median milliseconds of calls with one image, one after another; null where not measured, as the next. */
  latency: number | null;
  /** Images per second. */
  throughput: number | null;
  /** Largest resident memory of the process in MB. */
  peak: number;
  /** Of 16 images of noise that are the same for all. */
  outputs: number[];
}

const images = 16;
/** Calls before the clock runs: libraries choose kernels and fill their pools in the first ones. */
const warmUps = 5;
/** Calls that are timed at least, however long they take. */
const fewest = 5;

function noise(): Float32Array[] {
  const draw = randomNumbers(3);
  return Array.from({ length: images }, () =>
    Float32Array.from({ length: side * side }, () => 4 * draw() - 2),
  );
}

main(async () => {
  const plan = JSON.parse(process.argv[2] ?? '') as InferencePlan;
  const inputs = noise();
  const engine = await openEngine(plan);
  await engine.run(inputs.slice(0, 1));
  const firstAnswer = performance.now() / 1000; // counts from the start of the process
  const outputs = Array.from(await engine.run(inputs));
  const latency = plan.latencySeconds > 0 ? await timeCalls(engine, inputs, plan) : null;
  const throughput = plan.throughputSeconds > 0 ? await timeFlow(engine, inputs, plan) : null;
  const peak = peakMegabytes();
  const result: InferenceResult = { firstAnswer, latency, throughput, peak, outputs };
  emit(result);
  process.exit(); // onnxruntime's threads would keep it
});

async function timeCalls(
  engine: Engine,
  inputs: readonly Float32Array[],
  { latencySeconds }: InferencePlan,
): Promise<number> {
  const call = async (at: number): Promise<number> => {
    const image = inputs.slice(at % images, (at % images) + 1);
    const started = performance.now();
    await engine.run(image);
    return performance.now() - started;
  };
  for (let at = 0; at < warmUps; at += 1) await call(at);
  const times: number[] = [];
  const end = performance.now() + 1000 * latencySeconds;
  while (times.length < fewest || performance.now() < end) times.push(await call(times.length));
  return median(times);
}

/** Keeps `inFlight` calls under way. */
async function timeFlow(
  engine: Engine,
  inputs: readonly Float32Array[],
  { throughputSeconds, perCall, inFlight }: InferencePlan,
): Promise<number> {
  const slices = Array.from({ length: images / perCall }, (_, at) =>
    inputs.slice(at * perCall, (at + 1) * perCall),
  );
  const call = async (at: number): Promise<void> => {
    await engine.run(slices[at % slices.length] ?? []);
  };
  return perCall * (await flowRate(call, inFlight, throughputSeconds));
}
