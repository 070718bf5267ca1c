/** What is done to the page as a whole: keys, images dropped anywhere on it, images pasted. */
import { useEffect, useState } from 'preact/hooks';
import type { Conductor } from './conductor.js';
import { eventOfKey } from './session/keys.js';
import type { Store } from './store.js';

/** Controls that keys belong to. */
const typingPlaces = 'input, select, textarea, dialog';

export function useKeys(store: Store): void {
  useEffect(() => {
    const onKey = (stroke: KeyboardEvent): void => {
      const { shortcuts, comparing } = store.state;
      const target = stroke.target instanceof Element ? stroke.target : null;
      if (!shortcuts || stroke.defaultPrevented || target?.closest(typingPlaces)) return;
      const event = eventOfKey(stroke, comparing);
      if (event === null) return;
      stroke.preventDefault();
      store.dispatch(event);
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, [store]);
}

/** Whether files are held over the page. */
export function useDropAndPaste(store: Store, conductor: Conductor): boolean {
  const [dropping, setDropping] = useState(false);
  useEffect(() => {
    // Entering a child leaves its parent: what counts is how many were entered and not left.
    let depth = 0;
    const end = (): void => {
      depth = 0;
      setDropping(false);
    };
    const listeners = {
      dragenter: (event: DragEvent) => {
        if (!carriesFiles(event)) return;
        depth += 1;
        setDropping(true);
      },
      dragleave: (event: DragEvent) => {
        if (!carriesFiles(event)) return;
        depth -= 1;
        if (depth <= 0) end();
      },
      // Without it the browser would open the file instead.
      dragover: (event: DragEvent) => {
        if (carriesFiles(event)) event.preventDefault();
      },
      drop: (event: DragEvent) => {
        if (!carriesFiles(event)) return;
        event.preventDefault();
        end();
        const { files, folders } = droppedFiles(event);
        conductor.add(files);
        const text = folders > 0 ? 'Folders are not opened: drop the images in them.' : null;
        store.dispatch({ kind: 'noted', text });
      },
      paste: (event: ClipboardEvent) => {
        const files = Array.from(event.clipboardData?.files ?? []);
        if (files.length > 0) event.preventDefault();
        conductor.add(files.map(named));
      },
    };
    const controller = new AbortController();
    for (const [name, listener] of Object.entries(listeners)) {
      document.addEventListener(name, listener as EventListener, { signal: controller.signal });
    }
    return () => controller.abort();
  }, [store, conductor]);
  return dropping;
}

const carriesFiles = ({ dataTransfer }: DragEvent): boolean =>
  dataTransfer?.types.includes('Files') ?? false;

function droppedFiles({ dataTransfer }: DragEvent): { files: File[]; folders: number } {
  const items = Array.from(dataTransfer?.items ?? []).filter(({ kind }) => kind === 'file');
  const isFolder = (item: DataTransferItem): boolean =>
    item.webkitGetAsEntry()?.isDirectory ?? false;
  const files = items.filter((item) => !isFolder(item)).map((item) => item.getAsFile());
  return {
    files: files.filter((file) => file !== null),
    folders: items.filter(isFolder).length,
  };
}

let pasted = 0;

/** Browsers call every pasted image the same. */
function named(file: File): File {
  pasted += 1;
  const extension = /\.\w+$/.exec(file.name)?.[0] ?? '';
  return new File([file], `pasted-${pasted}${extension}`, { type: file.type });
}
