/** The whole page. */
import { useEffect, useState } from 'preact/hooks';
import { notice } from '../../src/models/notice.js';
import type { Conductor } from './conductor.js';
import { useDropAndPaste, useKeys } from './gestures.js';
import { Adder } from './parts/Adder.js';
import { Banner } from './parts/Banner.js';
import { Header } from './parts/Header.js';
import { Help } from './parts/Help.js';
import { MapControls } from './parts/MapControls.js';
import { SessionList } from './parts/SessionList.js';
import { Viewer } from './parts/Viewer.js';
import { shownPanes } from './session/choices.js';
import type { PaneIndex } from './session/state.js';
import type { Store } from './store.js';

export function App({ store, conductor }: { store: Store; conductor: Conductor }) {
  const [state, setState] = useState(store.state);
  useEffect(() => store.subscribe(() => setState(store.state)), [store]);
  const stage = {
    state,
    conductor,
    dispatch: (event: Parameters<Store['dispatch']>[0]) => store.dispatch(event),
  };
  useKeys(store);
  const dropping = useDropAndPaste(store, conductor);
  const empty = state.pictures.length === 0;
  return (
    <>
      <aside class="notice" aria-label="Intended use">
        {notice}
      </aside>
      <Header {...stage} />
      <Banner {...stage} />
      <main class={empty ? 'empty' : 'busy'}>
        <Adder {...stage} />
        {!empty && <SessionList {...stage} />}
        {!empty && (
          <section class="viewer" aria-label="Answer">
            <MapControls {...stage} />
            <div class={state.comparing ? 'panes two' : 'panes'}>
              {shownPanes(state).map((pane, index) => (
                <Viewer key={index} {...stage} pane={pane} index={index as PaneIndex} />
              ))}
            </div>
          </section>
        )}
      </main>
      <Help {...stage} />
      <p class="hidden" role="status">
        {state.announcement}
      </p>
      {dropping && <div class="dropping">Drop the images here</div>}
    </>
  );
}
