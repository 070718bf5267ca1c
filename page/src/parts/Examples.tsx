/** Images of the server's to try it with. */
import { useEffect, useState } from 'preact/hooks';
import { fetchExamples } from '../server.js';
import type { Stage } from '../stage.js';

interface Example {
  file: File;
  url: string;
}

export function Examples({ state, conductor }: Stage) {
  const [examples, setExamples] = useState<readonly Example[]>([]);
  const missing = state.connection === 'ready' && examples.length === 0;
  useEffect(() => {
    if (!missing) return;
    fetchExamples().then(
      (files) => setExamples(files.map((file) => ({ file, url: URL.createObjectURL(file) }))),
      // A convenience: a server without examples is none the worse.
      () => undefined,
    );
  }, [missing]);
  if (examples.length === 0) return null;
  const list = (
    <ul class="examples">
      {examples.map(({ file, url }) => (
        <li key={file.name}>
          <button type="button" onClick={() => conductor.add([file])}>
            <img src={url} alt="" width="64" height="64" />
            <span>{file.name.replace(/\.png$/, '')}</span>
          </button>
        </li>
      ))}
    </ul>
  );
  const title = 'Or try one of these: drawn, not of patients';
  return state.pictures.length === 0 ? (
    <>
      <h3>{title}</h3>
      {list}
    </>
  ) : (
    <details>
      <summary>Examples</summary>
      {list}
    </details>
  );
}
