/** One picture with its answer; two of these make a comparison. */
import { chosenModel, pictureOf } from '../session/choices.js';
import type { Pane, PaneIndex } from '../session/state.js';
import type { Stage } from '../stage.js';
import { Answer } from './Answer.js';
import { Figure } from './Figure.js';
import { MapChooser } from './MapChooser.js';

interface ViewerProps extends Stage {
  pane: Pane;
  index: PaneIndex;
}

export function Viewer({ pane, index, ...stage }: ViewerProps) {
  const { state, dispatch } = stage;
  const picture = pictureOf(state, pane);
  const model = chosenModel(state);
  if (picture === null) return null;
  const active = state.comparing && state.active === index;
  return (
    <article class={active ? 'pane active' : 'pane'} aria-label={picture.name}>
      <div class="title">
        <h2>{picture.name}</h2>
        {state.comparing && (
          <button
            type="button"
            aria-pressed={active}
            title="The list and the arrow keys act on the chosen image"
            onClick={() => dispatch({ kind: 'paneChosen', pane: index })}
          >
            {active ? 'Chosen' : 'Choose'}
          </button>
        )}
      </div>
      {model !== null && (
        <div class="halves">
          <Figure state={state} model={model} picture={picture} pane={pane} />
          <div class="words">
            <Answer {...stage} model={model} picture={picture} />
            <MapChooser {...stage} model={model} pane={pane} index={index} />
          </div>
        </div>
      )}
    </article>
  );
}
