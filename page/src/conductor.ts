/** Carries out what the state asks for: sends jobs, comes back to a busy server, looks for a lost one. */
import type { Event } from './session/reducer.js';
import { nextStart, startable, waitAfter } from './session/queue.js';
import type { Job } from './session/state.js';
import { forget, previewOf } from './preview.js';
import {
  Refusal,
  Unreachable,
  explain,
  fetchModels,
  hasToken,
  isAlive,
  predict,
  rememberToken,
  type Upload,
} from './server.js';
import type { Store } from './store.js';

/** Between two looks for a lost server, in milliseconds; the last one from then on. */
const searchWaits = [1000, 2000, 4000, 8000, 15_000];

const busy = new Set([429, 503]);

export class Conductor {
  readonly #store: Store;
  readonly #files = new Map<number, File>();
  readonly #running = new Map<string, AbortController>();
  #nextId = 1;
  #searches = 0;
  #searchTimer: number | undefined;
  #startTimer: number | undefined;

  constructor(store: Store) {
    this.#store = store;
    store.subscribe(() => this.#follow());
  }

  /** Asks for the models: at the start, and whenever the server was away or wanted a token. */
  async connect(): Promise<void> {
    window.clearTimeout(this.#searchTimer);
    try {
      const models = await fetchModels();
      this.#searches = 0;
      this.#dispatch({ kind: 'connected', models });
    } catch (error) {
      if (error instanceof Refusal && error.failure.status === 401) this.#lock();
      else this.#lose();
    }
  }

  useToken(token: string): void {
    rememberToken(token);
    void this.connect();
  }

  add(files: readonly File[]): void {
    const pictures = files.map((file) => {
      const id = this.#nextId;
      this.#nextId += 1;
      this.#files.set(id, file);
      return { id, name: file.name, sizeBytes: file.size };
    });
    this.#dispatch({ kind: 'added', pictures });
    void this.#preview(pictures.map(({ id }) => id));
  }

  remove(picture: number): void {
    forget(this.#store.state.pictures.find(({ id }) => id === picture)?.preview ?? null);
    this.#dispatch({ kind: 'removed', picture });
    this.#files.delete(picture);
  }

  clear(): void {
    for (const { preview } of this.#store.state.pictures) forget(preview);
    this.#dispatch({ kind: 'cleared' });
    this.#files.clear();
  }

  retry(job: string): void {
    this.#dispatch({ kind: 'retried', job, from: Date.now() });
  }

  /** One at a time: decoding is heavy, and the first is what is looked at. */
  async #preview(pictures: readonly number[]): Promise<void> {
    for (const picture of pictures) {
      const file = this.#files.get(picture);
      if (file === undefined) continue;
      const preview = await previewOf(file);
      if (this.#files.has(picture)) this.#dispatch({ kind: 'previewed', picture, preview });
      else forget(preview);
    }
  }

  #dispatch(event: Event): void {
    this.#store.dispatch(event);
  }

  /** After each change: ends what nobody waits for, starts what may start, and sets the clock for the rest. */
  #follow(): void {
    const { state } = this.#store;
    for (const [key, controller] of this.#running) {
      if (state.jobs[key]?.progress.kind !== 'sending') controller.abort();
    }
    const now = Date.now();
    for (const job of startable(state, now)) {
      if (!this.#running.has(job.key)) void this.#run(job);
    }
    window.clearTimeout(this.#startTimer);
    const next = nextStart(state, now);
    if (next !== null) this.#startTimer = window.setTimeout(() => this.#follow(), next - now);
  }

  async #run(job: Job): Promise<void> {
    const controller = new AbortController();
    const file = this.#files.get(job.picture);
    if (file === undefined) return;
    this.#running.set(job.key, controller);
    this.#dispatch({ kind: 'started', job: job.key });
    const { signal } = controller;
    const onProgress = (share: number): void => {
      if (!signal.aborted) this.#dispatch({ kind: 'sent', job: job.key, share });
    };
    const outcome = await this.#ask(job, { file, signal, onProgress }).catch((error: unknown) =>
      signal.aborted ? null : this.#outcomeOf(job, error),
    );
    this.#running.delete(job.key);
    if (outcome === null || signal.aborted) this.#follow();
    else this.#dispatch(outcome);
  }

  async #ask({ key, model, map }: Job, upload: Upload): Promise<Event> {
    if (map !== null) return { kind: 'mapped', job: key, map: await explain(model, map, upload) };
    return { kind: 'answered', job: key, answer: await predict(model, upload) };
  }

  async #outcomeOf({ key, progress }: Job, error: unknown): Promise<Event> {
    if (error instanceof Unreachable) {
      const message = 'It may be too large, or not a file. Other requests still get through.';
      if (await isAlive()) return failed(key, { status: 0, message, requestId: null });
      this.#lose();
      return { kind: 'postponed', job: key, from: 0, counted: false };
    }
    if (!(error instanceof Refusal)) {
      return failed(key, { status: 200, message: String(error), requestId: null });
    }
    const { failure, retryAfter } = error;
    if (failure.status === 401) {
      this.#lock();
      return { kind: 'postponed', job: key, from: 0, counted: false };
    }
    // The model may have been replaced by another version.
    if (failure.status === 404) void this.connect();
    if (!busy.has(failure.status)) return failed(key, failure);
    const attempts = 'attempts' in progress ? progress.attempts : 0;
    const wait = waitAfter(attempts + 1, retryAfter, Math.random());
    if (wait === null) return failed(key, failure);
    return { kind: 'postponed', job: key, from: Date.now() + wait, counted: true };
  }

  #lock(): void {
    this.#dispatch({ kind: 'locked', refused: hasToken() });
  }

  #lose(): void {
    this.#dispatch({ kind: 'lost' });
    const wait = searchWaits[Math.min(this.#searches, searchWaits.length - 1)];
    this.#searches += 1;
    window.clearTimeout(this.#searchTimer);
    this.#searchTimer = window.setTimeout(() => void this.connect(), wait);
  }
}

type Failed = Extract<Event, { kind: 'failed' }>;

function failed(job: string, failure: Failed['failure']): Failed {
  return { kind: 'failed', job, failure };
}
