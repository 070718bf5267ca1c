/** What every part of the page is given. */
import type { Conductor } from './conductor.js';
import type { Event } from './session/reducer.js';
import type { State } from './session/state.js';

export interface Stage {
  state: State;
  dispatch: (event: Event) => void;
  conductor: Conductor;
}
