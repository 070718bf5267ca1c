/** However calls come and go, no more than the capacity is accepted, unless one call alone is larger. */
import test from 'ava';
import { Random } from '../../../src/data/index.js';
import { Admission, type Places } from '../../../src/inference/predictor/admission.js';

test('the capacity is never exceeded but by a call that came alone, and all places come back', (t) => {
  for (let seed = 1; seed <= 20; seed += 1) {
    const random = new Random(seed);
    const capacity = 1 + Math.floor(20 * random.next());
    const admission = new Admission(capacity);
    const held: { places: Places; left: number }[] = [];
    let refused = 0;
    for (let step = 0; step < 500; step += 1) {
      const pending = held.reduce((sum, { left }) => sum + left, 0);
      t.is(admission.pending, pending);
      if (random.chance(0.5)) {
        const count = Math.floor(10 * random.next());
        const fits = pending === 0 || pending + count <= capacity;
        if (fits) {
          held.push({ places: admission.admit(count), left: count });
        } else {
          refused += count;
          const error = t.throws(() => admission.admit(count), { code: 'ERR_OVERLOADED' });
          t.regex(error.message, new RegExp(`^${pending} images .*ask again later`));
        }
      } else {
        const call = held[Math.floor(held.length * random.next())];
        if (call === undefined) continue;
        const given = Math.min(call.left, 1 + Math.floor(3 * random.next()));
        call.left -= given;
        call.places.release(given);
      }
    }
    t.is(admission.refused, refused);
    for (const { places } of held) places.release();
    t.is(admission.pending, 0);
  }
});

test('places come back once, however often they are given up', (t) => {
  const admission = new Admission(4);
  const other = admission.admit(1);
  {
    using places = admission.admit(3);
    places.release(1);
    places.release(5);
    places.release();
    t.is(admission.pending, 1);
  }
  other.release();
  t.is(admission.pending, 0);
});

test('after closing nothing comes in, and closing waits for what is in', async (t) => {
  const admission = new Admission(4);
  const places = admission.admit(2);
  let closed = false;
  const closing = admission.close().then(() => (closed = true));
  t.throws(() => admission.admit(1), { code: 'ERR_DISPOSED' });
  places.release(1);
  await Promise.resolve();
  t.false(closed);
  places.release(1);
  await closing;
  await admission.close();
  t.true(closed);
});
