/** What each event makes of the page's state. */
import type { ModelEntry, PredictionEntry } from '../../../src/serving/api.js';
import { answerJob } from './choices.js';
import { withWantedJobs } from './queue.js';
import {
  keyOf,
  type Failure,
  type HeatMap,
  type Pane,
  type PaneIndex,
  type Picture,
  type Preview,
  type Progress,
  type State,
} from './state.js';
import { answerInWords } from './words.js';

export type Event =
  | { kind: 'connected'; models: readonly ModelEntry[] }
  | { kind: 'lost' }
  | { kind: 'locked'; refused: boolean }
  | { kind: 'modelChosen'; model: string }
  | { kind: 'added'; pictures: readonly Pick<Picture, 'id' | 'name' | 'sizeBytes'>[] }
  | { kind: 'previewed'; picture: number; preview: Preview | 'none' }
  | { kind: 'removed'; picture: number }
  | { kind: 'cleared' }
  | { kind: 'selected'; picture: number }
  | { kind: 'stepped'; by: 1 | -1 }
  | { kind: 'mapChosen'; pane: PaneIndex; method?: string; layer?: string }
  | { kind: 'paneChosen'; pane: PaneIndex }
  | { kind: 'comparisonToggled' }
  | { kind: 'overlayToggled' }
  | { kind: 'opacityChosen'; opacity: number }
  | { kind: 'belowChosen'; below: 'original' | 'seen' }
  | { kind: 'helpToggled' }
  | { kind: 'shortcutsToggled' }
  | { kind: 'noted'; text: string | null }
  | { kind: 'started'; job: string }
  | { kind: 'sent'; job: string; share: number }
  | { kind: 'answered'; job: string; answer: PredictionEntry }
  | { kind: 'mapped'; job: string; map: HeatMap }
  | { kind: 'failed'; job: string; failure: Failure }
  /** The server was too busy, or gone: the job is sent again. */
  | { kind: 'postponed'; job: string; from: number; counted: boolean }
  | { kind: 'canceled'; jobs: readonly string[] }
  | { kind: 'retried'; job: string; from: number };

/** Pure; the questions that follow from the new state are in it already. */
export function reduce(state: State, event: Event): State {
  return withWantedJobs(apply(state, event));
}

function apply(state: State, event: Event): State {
  switch (event.kind) {
    case 'connected':
      return connected(state, event.models);
    case 'lost':
      return { ...state, connection: 'lost' };
    case 'locked':
      return { ...state, connection: 'locked', tokenRefused: event.refused };
    case 'modelChosen':
      return { ...state, model: event.model };
    case 'added':
      return added(state, event.pictures);
    case 'previewed':
      return withPreview(state, event.picture, event.preview);
    case 'removed':
      return without(state, new Set([event.picture]));
    case 'cleared':
      return without(state, new Set(state.pictures.map(({ id }) => id)));
    case 'selected':
      return withPane(state, state.active, { picture: event.picture });
    case 'stepped':
      return stepped(state, event.by);
    case 'mapChosen': {
      const { method, layer } = event;
      const change = { ...(method && { method }), ...(layer && { layer }) };
      return withPane({ ...state, active: event.pane }, event.pane, change);
    }
    case 'paneChosen':
      return { ...state, active: event.pane };
    case 'comparisonToggled':
      return state.comparing ? { ...state, comparing: false, active: 0 } : beginComparison(state);
    case 'overlayToggled':
      return { ...state, overlay: { ...state.overlay, shown: !state.overlay.shown } };
    case 'opacityChosen':
      return { ...state, overlay: { ...state.overlay, opacity: event.opacity } };
    case 'belowChosen':
      return { ...state, overlay: { ...state.overlay, below: event.below } };
    case 'helpToggled':
      return { ...state, helpShown: !state.helpShown };
    case 'shortcutsToggled':
      return { ...state, shortcuts: !state.shortcuts };
    case 'noted':
      return { ...state, note: event.text };
    case 'canceled':
      return event.jobs.reduce((now, job) => advance(now, job, { kind: 'canceled' }), state);
    default:
      return ofJob(state, event);
  }
}

type JobEvent = Extract<Event, { job: string }>;

function ofJob(state: State, event: JobEvent): State {
  const before = state.jobs[event.job]?.progress;
  const attempts = before && 'attempts' in before ? before.attempts : 0;
  switch (event.kind) {
    case 'started':
      return advance(state, event.job, { kind: 'sending', attempts, share: 0 });
    case 'sent':
      return advance(state, event.job, { kind: 'sending', attempts, share: event.share });
    case 'answered': {
      const { answer } = event;
      const announcement = `${answer.filename}: ${answerInWords(answer)}`;
      return { ...advance(state, event.job, { kind: 'answered', answer }), announcement };
    }
    case 'mapped':
      return advance(state, event.job, { kind: 'mapped', map: event.map });
    case 'failed': {
      const { failure } = event;
      const announcement = failure.message;
      return { ...advance(state, event.job, { kind: 'failed', failure }), announcement };
    }
    case 'postponed': {
      const counted = attempts + (event.counted ? 1 : 0);
      return advance(state, event.job, { kind: 'waiting', attempts: counted, from: event.from });
    }
    case 'retried':
      return advance(state, event.job, { kind: 'waiting', attempts: 0, from: event.from });
  }
}

function advance(state: State, key: string, progress: Progress): State {
  const job = state.jobs[key];
  // Its picture may have been removed meanwhile.
  if (job === undefined) return state;
  return { ...state, jobs: { ...state.jobs, [key]: { ...job, progress } } };
}

function connected(state: State, models: readonly ModelEntry[]): State {
  const chosen = models.find((entry) => keyOf(entry) === state.model);
  const usual = chosen ?? models.find((entry) => entry.default) ?? models[0];
  const model = usual === undefined ? null : keyOf(usual);
  return { ...state, connection: 'ready', tokenRefused: false, models, model };
}

function added(
  state: State,
  pictures: readonly Pick<Picture, 'id' | 'name' | 'sizeBytes'>[],
): State {
  const [first] = pictures;
  if (first === undefined) return state;
  const all = [...state.pictures, ...pictures.map((one) => ({ ...one, preview: null }))];
  return withPane({ ...state, pictures: all }, state.active, { picture: first.id });
}

function withPreview(state: State, picture: number, preview: Preview | 'none'): State {
  const pictures = state.pictures.map((one) => (one.id === picture ? { ...one, preview } : one));
  return { ...state, pictures };
}

/** Panes that showed what is gone show its neighbor. */
function without(state: State, gone: ReadonlySet<number>): State {
  const pictures = state.pictures.filter(({ id }) => !gone.has(id));
  const jobs = Object.fromEntries(
    Object.entries(state.jobs).filter(([, { picture }]) => !gone.has(picture)),
  );
  const moved = (pane: Pane): Pane => {
    if (pane.picture === null || !gone.has(pane.picture)) return pane;
    const place = state.pictures.findIndex(({ id }) => id === pane.picture);
    return { ...pane, picture: (pictures[place] ?? pictures.at(-1))?.id ?? null };
  };
  const [first, second] = state.panes;
  const comparing = state.comparing && pictures.length > 0;
  const active = comparing ? state.active : 0;
  return { ...state, pictures, jobs, panes: [moved(first), moved(second)], comparing, active };
}

function withPane(state: State, index: PaneIndex, change: Partial<Pane>): State {
  const [first, second] = state.panes;
  const panes: State['panes'] =
    index === 0 ? [{ ...first, ...change }, second] : [first, { ...second, ...change }];
  return { ...state, panes };
}

function stepped(state: State, by: 1 | -1): State {
  const { pictures, panes, active } = state;
  const place = pictures.findIndex(({ id }) => id === panes[active].picture);
  const next = pictures[Math.min(pictures.length - 1, Math.max(0, place + by))];
  if (next === undefined || place + by < 0) return state;
  const job = answerJob(state, next.id)?.progress;
  const answer = job?.kind === 'answered' ? `: ${answerInWords(job.answer)}` : '';
  const moved = withPane(state, active, { picture: next.id });
  return { ...moved, announcement: `${next.name}${answer}` };
}

/** Beside the picture stands the next one; where it is the only one, the same again, for another method or layer. */
function beginComparison(state: State): State {
  const { pictures, panes } = state;
  if (pictures.length === 0) return state;
  const place = pictures.findIndex(({ id }) => id === panes[0].picture);
  const other = pictures[place + 1] ?? pictures[place - 1] ?? pictures[place];
  const second = { ...panes[0], picture: other?.id ?? null };
  return { ...state, comparing: true, active: 1, panes: [panes[0], second] };
}
