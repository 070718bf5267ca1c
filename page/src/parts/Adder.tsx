/** Where images come in: a place to drop them, a button, examples. */
import { useRef } from 'preact/hooks';
import type { Stage } from '../stage.js';
import { Examples } from './Examples.js';

export function Adder(stage: Stage) {
  const { state, conductor } = stage;
  const chooser = useRef<HTMLInputElement>(null);
  const empty = state.pictures.length === 0;
  return (
    <section class="adder" aria-label="Add images">
      <div class="zone">
        {empty && <h2>Drop a chest X-ray here</h2>}
        <button
          type="button"
          class={empty ? 'primary' : ''}
          onClick={() => chooser.current?.click()}
        >
          {empty ? 'Choose images' : 'Add images'}
        </button>
        <p class="hint">
          {empty
            ? 'or paste one. PNG, JPEG, WebP, TIFF or DICOM; several at once. They go to this server and nowhere else.'
            : 'or drop, or paste'}
        </p>
        <input
          ref={chooser}
          type="file"
          multiple
          hidden
          accept="image/*,.dcm,.dicom,application/dicom"
          onChange={({ currentTarget }) => {
            conductor.add(Array.from(currentTarget.files ?? []));
            // The same file can be chosen again.
            currentTarget.value = '';
          }}
        />
      </div>
      <Examples {...stage} />
    </section>
  );
}
