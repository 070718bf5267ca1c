/** Measures the event loop's delay at rest and then while a network trains in the same process. */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { emit, main } from './measure.js';
import { alternatingLabels, buildWorkload, noise, wholeEpoch } from './workload.js';

const [milliseconds = ''] = process.argv.slice(2);
/** Milliseconds between samples: a delay's own error. */
const resolution = 1;

/** Percentiles in ms of how much later than asked a timer fired while `work` ran. */
async function delays(
  work: () => Promise<void>,
): Promise<{ p50: number; p99: number; max: number }> {
  const monitor = monitorEventLoopDelay({ resolution });
  monitor.enable();
  await work();
  monitor.disable();
  const late = (nanoseconds: number): number => Math.max(0, nanoseconds / 1e6 - resolution);
  return {
    p50: late(monitor.percentile(50)),
    p99: late(monitor.percentile(99)),
    max: late(monitor.max),
  };
}

main(async () => {
  const dataset = noise([64, 3, 224, 224]);
  const { trainer } = buildWorkload('resnet18', dataset.shape);
  const labels = alternatingLabels(64);
  const idle = await delays(() => sleep(Number(milliseconds)));
  const training = await delays(async () => {
    const end = performance.now() + Number(milliseconds);
    const hooks = { onProgress: () => undefined };
    for (let epoch = 0; performance.now() < end; epoch += 1) {
      await trainer.epoch(dataset, wholeEpoch(labels, epoch), hooks);
    }
  });
  emit({ idle, training });
});
