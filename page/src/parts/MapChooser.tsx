/** Method and layer of a pane's heat map, and what it says in words. */
import type { ModelEntry } from '../../../src/serving/api.js';
import { mapChoice, mapJob, methodWords } from '../session/choices.js';
import type { Pane, PaneIndex } from '../session/state.js';
import { mapInWords } from '../session/words.js';
import type { Stage } from '../stage.js';
import { Unsaid } from './Answer.js';

interface MapChooserProps extends Stage {
  model: ModelEntry;
  pane: Pane;
  index: PaneIndex;
}

export function MapChooser({ model, pane, index, ...stage }: MapChooserProps) {
  const choice = mapChoice(model, pane);
  const job = mapJob(stage.state, pane);
  if (choice === null || job === null || !stage.state.overlay.shown) return null;
  const { methods, layers } = model.explanation;
  return (
    <div class="explanation">
      <div class="choices">
        <span>
          <label for={`method-${index}`}>Method</label>{' '}
          <select
            id={`method-${index}`}
            value={choice.method}
            onChange={({ currentTarget }) =>
              stage.dispatch({ kind: 'mapChosen', pane: index, method: currentTarget.value })
            }
          >
            {methods.map((method) => (
              <option key={method} value={method}>
                {methodWords(method).title}
              </option>
            ))}
          </select>
        </span>
        {choice.layer !== null && (
          <span>
            <label for={`layer-${index}`}>Layer</label>{' '}
            <select
              id={`layer-${index}`}
              value={choice.layer}
              onChange={({ currentTarget }) =>
                stage.dispatch({ kind: 'mapChosen', pane: index, layer: currentTarget.value })
              }
            >
              {layers.map((layer) => (
                <option key={layer} value={layer}>
                  {layer}
                </option>
              ))}
            </select>
          </span>
        )}
      </div>
      {job.progress.kind === 'mapped' ? (
        <p class={job.progress.map.evidence ? 'caption' : 'caption none'}>
          {mapInWords(job.progress.map, methodWords(choice.method))}
        </p>
      ) : (
        <Unsaid {...stage} job={job} />
      )}
    </div>
  );
}
