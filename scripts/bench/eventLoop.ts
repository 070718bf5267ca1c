/** How long a timer waits for its turn while a network trains in the same process. */
import { program, runForOne } from './child.js';
import type { Finding } from './finding.js';
import type { Part } from './part.js';

interface Percentiles {
  p50: number;
  p99: number;
  max: number;
}

/** Milliseconds. */
const durations = { full: 20_000, quick: 4_000 };

export const eventLoop: Part = {
  name: 'eventloop',
  method:
    'Delay of the event loop in ms, sampled every millisecond by `monitorEventLoopDelay`, while resnet18 trains at ' +
    '224², batch 32, on all cores with progress reported, and before that in the idle process.',
  async measure({ effort, say }) {
    say('event loop: resnet18 training in the process that is watched');
    const { idle, training } = await runForOne<Record<'idle' | 'training', Percentiles>>(
      program('delay', String(durations[effort])),
    );
    const finding = (name: keyof Percentiles): Finding => ({
      what: `event-loop delay while training, ${name}`,
      value: training[name],
      unit: 'ms',
      series: [{ label: 'idle', unit: 'ms', values: [idle[name]] }],
    });
    return [finding('p50'), { ...finding('p99'), bar: { atMost: 20 } }, finding('max')];
  },
};
