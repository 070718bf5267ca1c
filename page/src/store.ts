/** The state, who changes it, and who wants to know. */
import { reduce, type Event } from './session/reducer.js';
import { initialState, type State } from './session/state.js';

export class Store {
  #state = initialState;
  readonly #listeners = new Set<() => void>();

  get state(): State {
    return this.#state;
  }

  dispatch(event: Event): void {
    const next = reduce(this.#state, event);
    if (next === this.#state) return;
    this.#state = next;
    for (const listener of this.#listeners) listener();
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
