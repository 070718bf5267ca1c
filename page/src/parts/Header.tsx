/** Name, choice of model, and the way to the help. */
import { chosenModel } from '../session/choices.js';
import { keyOf } from '../session/state.js';
import type { Stage } from '../stage.js';

export function Header({ state, dispatch }: Stage) {
  const model = chosenModel(state);
  return (
    <header>
      <h1>roentgen</h1>
      {model !== null && (
        <div class="model">
          <label for="model">Model</label>
          <select
            id="model"
            value={keyOf(model)}
            onChange={({ currentTarget }) =>
              dispatch({ kind: 'modelChosen', model: currentTarget.value })
            }
          >
            {state.models.map((entry) => (
              <option key={keyOf(entry)} value={keyOf(entry)}>
                {entry.name} (version {entry.version})
              </option>
            ))}
          </select>
          <span class="facts">
            {model.architecture}, {model.input.width} × {model.input.height} pixels,{' '}
            {model.precision}
            {model.repair !== null && `; repaired: ${model.repair}`}
          </span>
        </div>
      )}
      <button type="button" class="help" onClick={() => dispatch({ kind: 'helpToggled' })}>
        Keys and help
      </button>
    </header>
  );
}
