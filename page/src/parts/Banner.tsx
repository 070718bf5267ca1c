/** What is said above everything: a lost connection, a token that is wanted, a note. */
import { useState } from 'preact/hooks';
import { chosenModel } from '../session/choices.js';
import { tally } from '../session/queue.js';
import { plural } from '../session/words.js';
import type { Stage } from '../stage.js';

export function Banner(stage: Stage) {
  return (
    <>
      <Connection {...stage} />
      <Note {...stage} />
    </>
  );
}

function Note({ state, dispatch }: Stage) {
  if (state.note === null) return null;
  return (
    <div class="banner note" role="alert">
      <p>{state.note}</p>
      <button type="button" onClick={() => dispatch({ kind: 'noted', text: null })}>
        Close
      </button>
    </div>
  );
}

function Connection(stage: Stage) {
  const { connection } = stage.state;
  if (connection === 'lost') return <Lost {...stage} />;
  if (connection === 'locked') return <Locked {...stage} />;
  if (connection === 'connecting')
    return <p class="banner quiet">Asking the server for its models …</p>;
  if (chosenModel(stage.state) === null) {
    return <p class="banner">This server has no model that can answer.</p>;
  }
  return null;
}

function Lost({ state, conductor }: Stage) {
  const { open } = tally(state);
  return (
    <div class="banner" role="alert">
      <p>
        <strong>The server cannot be reached.</strong> Looking for it again every few seconds
        {open > 0 && `; ${plural(open, 'image')} will be sent when it is back`}.
      </p>
      <button type="button" onClick={() => void conductor.connect()}>
        Try now
      </button>
    </div>
  );
}

function Locked({ state, conductor }: Stage) {
  const [token, setToken] = useState('');
  return (
    <form
      class="banner"
      aria-label="Access"
      onSubmit={(event) => {
        event.preventDefault();
        if (token !== '') conductor.useToken(token);
      }}
    >
      <p role={state.tokenRefused ? 'alert' : undefined}>
        <strong>
          {state.tokenRefused
            ? 'The server did not accept this token.'
            : 'The server asks for a token.'}
        </strong>{' '}
        It stays in this tab, and is forgotten with it.
      </p>
      <label>
        Token{' '}
        <input
          type="password"
          autocomplete="off"
          value={token}
          onInput={({ currentTarget }) => setToken(currentTarget.value)}
        />
      </label>
      <button type="submit">Use it</button>
    </form>
  );
}
