/** A run ends early where nothing improves any more, and before its time is up. */
import test from 'ava';
import { checkStopping, Stopping, type StoppingSettings } from '../../src/training/stopping.js';

const never: StoppingSettings = {
  earlyStopping: 0,
  earlyStoppingMinDelta: 0,
  maxTime: undefined,
};

/** The epoch, from 1, after which it stops, and why. */
function endOf(
  settings: Partial<StoppingSettings>,
  values: readonly (number | null)[],
  seconds: (epoch: number) => number = (epoch) => epoch,
): [number, string] | null {
  const stopping = new Stopping({ ...never, ...settings }, { direction: 'max' });
  for (const [at, value] of values.entries()) {
    const reason = stopping.observe(value, seconds(at + 1));
    if (reason !== null) return [at + 1, reason];
  }
  return null;
}

test('it stops after as many epochs without improvement as it should wait for', (t) => {
  t.deepEqual(endOf({ earlyStopping: 2 }, [0.5, 0.6, 0.6, 0.59, 0.9]), [4, 'early-stopping']);
  t.deepEqual(endOf({ earlyStopping: 2 }, [0.5, 0.4, 0.6, 0.5, 0.7]), null);
  t.deepEqual(endOf({}, [0.5, 0.4, 0.3, 0.2]), null);
});

test('an improvement smaller than the least is none', (t) => {
  const values = [0.5, 0.55, 0.6, 0.65];
  t.deepEqual(endOf({ earlyStopping: 1, earlyStoppingMinDelta: 0.1 }, values), [
    2,
    'early-stopping',
  ]);
  t.is(endOf({ earlyStopping: 1, earlyStoppingMinDelta: 0.04 }, values), null);
});

test('epochs without a figure are not counted', (t) => {
  t.is(endOf({ earlyStopping: 1 }, [null, null, null]), null);
});

test('it stops before an epoch that would not fit in the time', (t) => {
  // After three epochs of a minute a fourth ends at 240 s.
  const values = [1, 2, 3, 4, 5];
  const minutes = (epoch: number): number => epoch * 60;
  t.deepEqual(endOf({ maxTime: '4m' }, values, minutes), [4, 'max-time']);
  t.deepEqual(endOf({ maxTime: '239s' }, values, minutes), [3, 'max-time']);
  t.is(endOf({ maxTime: '1.5h' }, values, minutes), null);
});

test('it goes on counting after an interruption', (t) => {
  const before = new Stopping({ ...never, earlyStopping: 2 }, { direction: 'min' });
  before.observe(1, 1);
  before.observe(2, 2);
  const after = new Stopping({ ...never, earlyStopping: 2 }, { direction: 'min' });
  after.restore(JSON.parse(JSON.stringify(before.state())) as ReturnType<typeof before.state>);
  t.is(after.observe(1.5, 3), 'early-stopping');
});

test('a time that is none is refused with what it should be', (t) => {
  for (const maxTime of ['soon', '10', '-5m', '0s', '']) {
    t.throws(
      () => {
        checkStopping({ ...never, maxTime });
      },
      { code: 'ERR_INVALID_ARGUMENT', message: /such as 20m/ },
    );
  }
});
