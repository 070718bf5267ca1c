/** What each event makes of the page's state, and which questions follow from it. */
import test from 'ava';
import { heatMapOf, mapChoice } from '../../page/src/session/choices.js';
import { eventOfKey } from '../../page/src/session/keys.js';
import { nextStart, startable, tally, waitAfter } from '../../page/src/session/queue.js';
import { reduce, type Event } from '../../page/src/session/reducer.js';
import { initialState, keyOf, type HeatMap, type State } from '../../page/src/session/state.js';
import { answerFor, binaryModel, ternaryModel } from './canned.js';

const models = [binaryModel, ternaryModel];
const connected: Event = { kind: 'connected', models };
const preview = { url: 'blob:a', thumbnail: 'blob:b', width: 100, height: 80 };

const map: HeatMap = {
  ...{ method: 'gradCam', layers: ['layer4'], target: 'PNEUMONIA', evidence: true },
  ...{ width: 128, height: 128, heatmap: 'data:h', seen: 'data:s' },
};

function run(...events: readonly Event[]): State {
  return events.reduce(reduce, initialState);
}

function adding(...names: readonly string[]): Event {
  const pictures = names.map((name, at) => ({ id: at + 1, name, sizeBytes: 10 }));
  return { kind: 'added', pictures };
}

/** What is asked, in the order in which it would be sent. */
function asked(state: State, now = 0): string[] {
  return startable(state, now).map(({ picture, map: choice }) =>
    choice === null ? String(picture) : `${picture} ${choice.method} ${choice.layer ?? ''}`,
  );
}

/** The state after the server has answered all that may be sent, `rounds` times. */
function answered(state: State, rounds = 10): State {
  let now = state;
  for (let round = 0; round < rounds; round += 1) {
    for (const { key, picture, map: choice } of startable(now, Infinity)) {
      const name = now.pictures.find(({ id }) => id === picture)?.name ?? '';
      now = reduce(now, { kind: 'started', job: key });
      now = reduce(
        now,
        choice === null
          ? { kind: 'answered', job: key, answer: answerFor(name, binaryModel) }
          : { kind: 'mapped', job: key, map: { ...map, ...choice, layers: [choice.layer ?? ''] } },
      );
    }
  }
  return now;
}

test('each image is asked about once, two at a time, whatever came first: images or models', (t) => {
  for (const events of [
    [connected, adding('a', 'b', 'c')],
    [adding('a', 'b', 'c'), connected],
  ]) {
    const state = run(...events);
    t.deepEqual(asked(state), ['1', '2']);
    const [first, second] = startable(state, 0).map(({ key }) => key);
    const one = reduce(state, { kind: 'started', job: first ?? '' });
    t.deepEqual(asked(one), ['2']);
    const two = reduce(one, { kind: 'started', job: second ?? '' });
    t.deepEqual(asked(two), []);
    t.deepEqual(tally(two), { answered: 0, open: 3, total: 3 });
  }
});

test('what is on the screen is asked about first', (t) => {
  const state = run(connected, adding('a', 'b', 'c'), { kind: 'selected', picture: 3 });
  t.deepEqual(asked(state), ['3', '1']);
});

test('a map is asked for once there is an answer, for what is on the screen alone', (t) => {
  const state = run(connected, adding('a', 'b'));
  const [first] = startable(state, 0);
  const answer = answerFor('a', binaryModel);
  const one = reduce(state, { kind: 'answered', job: first?.key ?? '', answer });
  t.deepEqual(asked(one), ['1 gradCam layer4', '2']);
  const elsewhere = reduce(one, { kind: 'selected', picture: 2 });
  t.deepEqual(asked(elsewhere), ['2'], 'a map that waits for its turn is dropped');
  const all = answered(elsewhere);
  const maps = Object.values(all.jobs).filter((job) => job.map !== null);
  t.deepEqual(
    maps.map(({ picture }) => picture),
    [2],
  );
});

test('without a heat map nothing is explained, but for a file that the browser cannot show', (t) => {
  const hidden: Event = { kind: 'overlayToggled' };
  const shown: Event = { kind: 'previewed', picture: 1, preview };
  const unshown: Event = { kind: 'previewed', picture: 1, preview: 'none' };
  const maps = (state: State) =>
    Object.values(answered(state).jobs).filter((job) => job.map !== null).length;
  t.is(maps(run(connected, hidden, adding('a'), shown)), 0);
  t.is(maps(run(connected, hidden, adding('a'), unshown)), 1);
});

test('another model is asked about all images, and the answers of the first stay', (t) => {
  const first = answered(run(connected, adding('a', 'b')));
  const other: Event = { kind: 'modelChosen', model: keyOf(ternaryModel) };
  const second = reduce(first, other);
  t.deepEqual(asked(second), ['1', '2']);
  t.is(tally(second).answered, 0);
  const back = reduce(second, { kind: 'modelChosen', model: keyOf(binaryModel) });
  t.deepEqual(asked(back), []);
  t.is(tally(back).answered, 2);
});

test('a model that is gone makes room for the default one', (t) => {
  const state = run(
    connected,
    { kind: 'modelChosen', model: keyOf(ternaryModel) },
    { kind: 'connected', models: [{ ...binaryModel, version: '3' }] },
  );
  t.is(state.model, 'chest/3');
});

test('arrows go from image to image and stop at the ends', (t) => {
  let state = run(connected, adding('a', 'b', 'c'));
  const seen = ([1, 1, 1, -1, -1, -1] as const).map((by) => {
    state = reduce(state, { kind: 'stepped', by });
    return state.panes[0].picture;
  });
  t.deepEqual(seen, [2, 3, 3, 2, 1, 1]);
});

test('a comparison begins with the next image, and keys act on it', (t) => {
  const state = run(connected, adding('a', 'b', 'c'), { kind: 'comparisonToggled' });
  t.deepEqual(
    state.panes.map(({ picture }) => picture),
    [1, 2],
  );
  const stepped = reduce(state, { kind: 'stepped', by: 1 });
  t.deepEqual(
    stepped.panes.map(({ picture }) => picture),
    [1, 3],
  );
  const left = reduce(reduce(stepped, { kind: 'paneChosen', pane: 0 }), { kind: 'stepped', by: 1 });
  t.is(left.panes[0].picture, 2);
});

test('one image is compared with itself under another method or layer', (t) => {
  const state = answered(
    run(
      connected,
      adding('a'),
      { kind: 'comparisonToggled' },
      { kind: 'mapChosen', pane: 1, layer: 'layer2' },
    ),
  );
  t.deepEqual(
    state.panes.map((pane) => heatMapOf(state, pane)?.layers),
    [['layer4'], ['layer2']],
  );
});

test('a method that looks at no layer is asked for without one', (t) => {
  const pane = { picture: 1, method: 'integratedGradients', layer: 'layer2' };
  t.deepEqual(mapChoice(binaryModel, pane), { method: 'integratedGradients', layer: null });
  t.deepEqual(mapChoice(binaryModel, { ...pane, method: 'layerCam' }), {
    method: 'layerCam',
    layer: 'layer2',
  });
  const mute = { ...binaryModel, explanation: { methods: [], layers: [], layer: null } };
  t.is(mapChoice(mute, pane), null);
});

test('what is canceled is not asked again until someone wants it', (t) => {
  const state = run(connected, adding('a'));
  const key = Object.keys(state.jobs)[0] ?? '';
  const canceled = reduce(state, { kind: 'canceled', jobs: [key] });
  t.deepEqual(asked(canceled), []);
  t.deepEqual(asked(reduce(canceled, { kind: 'selected', picture: 1 })), []);
  t.deepEqual(asked(reduce(canceled, { kind: 'retried', job: key, from: 0 })), ['1']);
});

test('nothing is sent to a server that is gone or locked, and all of it when it is back', (t) => {
  const state = run(connected, adding('a', 'b'));
  const key = Object.keys(state.jobs)[0] ?? '';
  const broken = [
    { kind: 'started', job: key },
    { kind: 'lost' },
    { kind: 'postponed', job: key, from: 0, counted: false },
  ] as const;
  const lost = broken.reduce<State>(reduce, state);
  t.deepEqual(asked(lost), []);
  t.deepEqual(asked(reduce(lost, { kind: 'locked', refused: true })), []);
  t.deepEqual(asked(reduce(lost, connected)), ['1', '2']);
});

test('a busy server is asked again when it said, later each time, and at last left alone', (t) => {
  const waits = [1, 2, 3, 4, 5].map((attempts) => waitAfter(attempts, 0, 0));
  t.deepEqual(waits, [1000, 2000, 4000, 8000, 16_000]);
  t.is(waitAfter(1, 30_000, 0), 30_000, 'what the server asks for is not undercut');
  t.is(waitAfter(6, 0, 0), null);

  const state = run(connected, adding('a'));
  const key = Object.keys(state.jobs)[0] ?? '';
  const waiting = reduce(state, { kind: 'postponed', job: key, from: 500, counted: true });
  t.deepEqual(asked(waiting, 499), []);
  t.is(nextStart(waiting, 499), 500);
  t.deepEqual(asked(waiting, 500), ['1']);
  const progress = reduce(waiting, { kind: 'started', job: key }).jobs[key]?.progress;
  t.like(progress, { kind: 'sending', attempts: 1 });
});

test('a removed image takes its questions along, and its neighbor is shown', (t) => {
  const state = answered(run(connected, adding('a', 'b', 'c'), { kind: 'selected', picture: 2 }));
  const left = reduce(state, { kind: 'removed', picture: 2 });
  t.is(left.panes[0].picture, 3);
  t.false(Object.values(left.jobs).some(({ picture }) => picture === 2));
  t.is(reduce(left, { kind: 'removed', picture: 3 }).panes[0].picture, 1);
  const none = reduce(left, { kind: 'cleared' });
  t.deepEqual([none.pictures.length, none.panes[0].picture, Object.keys(none.jobs)], [0, null, []]);
});

test('news of a job whose image is gone changes nothing', (t) => {
  const state = run(connected, adding('a'));
  const key = Object.keys(state.jobs)[0] ?? '';
  const gone = reduce(state, { kind: 'removed', picture: 1 });
  const answer = answerFor('a', binaryModel);
  t.deepEqual(reduce(gone, { kind: 'answered', job: key, answer }).jobs, {});
});

test('keys do what the help says, and nothing with a modifier', (t) => {
  const plain = { ctrlKey: false, altKey: false, metaKey: false };
  t.deepEqual(eventOfKey({ key: 'o', ...plain }, false), { kind: 'overlayToggled' });
  t.deepEqual(eventOfKey({ key: 'ArrowLeft', ...plain }, false), { kind: 'stepped', by: -1 });
  t.is(eventOfKey({ key: 'c', ...plain, ctrlKey: true }, false), null);
  t.is(eventOfKey({ key: '2', ...plain }, false), null, 'there is one pane');
  t.deepEqual(eventOfKey({ key: '2', ...plain }, true), { kind: 'paneChosen', pane: 1 });
});
