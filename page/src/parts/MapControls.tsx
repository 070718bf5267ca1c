/** What holds for all pictures on the screen: the heat map's strength, what lies below it, and comparing. */
import { chosenModel } from '../session/choices.js';
import type { Stage } from '../stage.js';

export function MapControls({ state, dispatch }: Stage) {
  const { overlay, comparing } = state;
  const explains = (chosenModel(state)?.explanation.methods.length ?? 0) > 0;
  return (
    <div class="controls">
      <button
        type="button"
        aria-pressed={comparing}
        onClick={() => dispatch({ kind: 'comparisonToggled' })}
      >
        Compare
      </button>
      {explains && (
        <>
          <button
            type="button"
            aria-pressed={overlay.shown}
            onClick={() => dispatch({ kind: 'overlayToggled' })}
          >
            Heat map
          </button>
          <label class="slider">
            Opacity
            <input
              type="range"
              min="0"
              max="100"
              step="5"
              value={Math.round(overlay.opacity * 100)}
              disabled={!overlay.shown}
              onInput={({ currentTarget }) =>
                dispatch({ kind: 'opacityChosen', opacity: Number(currentTarget.value) / 100 })
              }
            />
            <output>{Math.round(overlay.opacity * 100)} %</output>
          </label>
          <label>
            <input
              type="checkbox"
              checked={overlay.below === 'seen'}
              onChange={({ currentTarget }) =>
                dispatch({
                  kind: 'belowChosen',
                  below: currentTarget.checked ? 'seen' : 'original',
                })
              }
            />{' '}
            Show what the network saw
          </label>
        </>
      )}
    </div>
  );
}
