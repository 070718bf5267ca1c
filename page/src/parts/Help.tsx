/** Keys, and what the page's words mean. */
import { useEffect, useRef } from 'preact/hooks';
import { shortcuts } from '../session/keys.js';
import { notice } from '../../../src/models/notice.js';
import type { Stage } from '../stage.js';

export function Help({ state, dispatch }: Stage) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    if (state.helpShown) dialog.current?.showModal();
    else dialog.current?.close();
  }, [state.helpShown]);
  return (
    <dialog
      ref={dialog}
      aria-labelledby="help-title"
      onClose={() => {
        if (state.helpShown) dispatch({ kind: 'helpToggled' });
      }}
    >
      <h2 id="help-title">Keys and help</h2>
      <dl class="keys">
        {shortcuts.map(({ shown, does }) => (
          <div key={shown}>
            <dt>
              <kbd>{shown}</kbd>
            </dt>
            <dd>{does}</dd>
          </div>
        ))}
      </dl>
      <label>
        <input
          type="checkbox"
          checked={state.shortcuts}
          onChange={() => dispatch({ kind: 'shortcutsToggled' })}
        />{' '}
        These keys are on
      </label>
      <p>
        <strong>Uncertain</strong> is an answer: <em>ambiguous</em> where an image may be of several
        classes or of none, <em>unfamiliar</em> where it is unlike what the model learned from.
      </p>
      <p>
        A <strong>heat map</strong> shows where the model looked, not whether it is right.
      </p>
      <p>
        Images and answers are kept in this tab alone, and are gone when it is closed or loaded
        again. {notice}
      </p>
      <form method="dialog">
        <button type="submit">Close</button>
      </form>
    </dialog>
  );
}
