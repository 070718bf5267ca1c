/** Learning rates are PyTorch's, and the plateau is Keras's. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { RoentgenError, packageRoot } from '../../src/native/index.js';
import {
  checkSchedule,
  createSchedule,
  type ScheduleSettings,
} from '../../src/training/schedule.js';

const defaults: ScheduleSettings = {
  sched: 'constant',
  lr: 3e-3,
  epochs: 6,
  warmupEpochs: 0,
  warmupLr: 1e-6,
  minLr: 0,
  decayEpochs: 30,
  decayRate: 0.1,
  patienceEpochs: 10,
  cooldownEpochs: 0,
  plateauMinDelta: 1e-4,
};

interface Fixture {
  lr: number;
  epochs: number;
  steps: number;
  cases: { settings: Partial<ScheduleSettings>; rates: number[] }[];
}
const fixture = JSON.parse(
  readFileSync(join(packageRoot, 'test/fixtures/training/schedules.json'), 'utf8'),
) as Fixture;

for (const { settings, rates } of fixture.cases) {
  const warm = settings.warmupEpochs ? ' after a warm-up' : '';
  test(`${settings.sched}${warm} gives PyTorch's rate at every step`, (t) => {
    const { lr, epochs, steps } = fixture;
    const schedule = createSchedule({ ...defaults, lr, epochs, ...settings }, { direction: 'min' });
    const ours = Array.from({ length: epochs }, (_, epoch) => [
      ...schedule.rates(epoch, steps),
    ]).flat();
    t.is(ours.length, rates.length);
    ours.forEach((rate, step) => {
      const expected = rates[step] ?? NaN;
      t.true(Math.abs(rate - expected) <= 1e-12 * lr, `step ${step}: ${rate}, not ${expected}`);
    });
  });
}

/** Written from the documentation of keras.callbacks.ReduceLROnPlateau, as a list of what was seen. */
function kerasRates(values: readonly number[], s: ScheduleSettings, sign: number): number[] {
  let [rate, best, bad, pause] = [s.lr, -Infinity, 0, 0];
  return values.map((value) => {
    const used = rate;
    const improved = sign * value > best + s.plateauMinDelta;
    if (pause > 0) [pause, bad] = [pause - 1, 0];
    if (improved) [best, bad] = [sign * value, 0];
    else if (pause === 0) bad += 1;
    if (bad > 0 && bad >= s.patienceEpochs && rate > s.minLr) {
      [rate, pause, bad] = [Math.max(rate * s.decayRate, s.minLr), s.cooldownEpochs, 0];
    }
    return used;
  });
}

test('plateau follows the rules of Keras on any course of the metric', (t) => {
  let seed = 1;
  const random = (): number => (seed = (seed * 48271) % 2147483647) / 2147483647;
  for (let round = 0; round < 300; round += 1) {
    const direction = round % 2 === 0 ? 'min' : 'max';
    const settings: ScheduleSettings = {
      ...defaults,
      sched: 'plateau',
      epochs: 40,
      patienceEpochs: Math.floor(random() * 4),
      cooldownEpochs: Math.floor(random() * 3),
      plateauMinDelta: random() < 0.5 ? 0 : 0.05,
      decayRate: 0.5,
      minLr: random() < 0.5 ? 0 : 5e-4,
    };
    const values = Array.from({ length: 40 }, () => Math.round(random() * 20) / 20);
    let schedule = createSchedule(settings, { direction });
    const ours = values.map((value, epoch) => {
      const [rate] = schedule.rates(epoch, 3);
      schedule.observe(value);
      // As after an interruption: a new schedule with the old one's state.
      const state = JSON.parse(JSON.stringify(schedule.state())) as ReturnType<
        typeof schedule.state
      >;
      schedule = createSchedule(settings, { direction });
      schedule.restore(state);
      return rate;
    });
    t.deepEqual(ours, kerasRates(values, settings, direction === 'min' ? -1 : 1));
  }
});

test('settings that do not go together are refused', (t) => {
  for (const [settings, name] of [
    [{ sched: 'onecycle', warmupEpochs: 1 }, 'warmupEpochs'],
    [{ warmupEpochs: 6 }, 'warmupEpochs'],
    [{ minLr: 1 }, 'minLr'],
  ] as const) {
    const error = t.throws(
      () => {
        checkSchedule({ ...defaults, ...settings });
      },
      { instanceOf: RoentgenError, code: 'ERR_INVALID_ARGUMENT' },
    );
    t.regex(error.message, new RegExp(name));
  }
});
