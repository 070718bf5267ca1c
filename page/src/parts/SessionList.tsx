/** The session: every image with its answer, kept by this page alone. */
import { useEffect, useRef } from 'preact/hooks';
import { answerJob, answerOf, chosenModel, seenOf } from '../session/choices.js';
import { sessionCsv } from '../session/csv.js';
import { tally } from '../session/queue.js';
import type { Picture, State } from '../session/state.js';
import { answerInWords, plural } from '../session/words.js';
import type { Stage } from '../stage.js';

export function SessionList(stage: Stage) {
  const { state, dispatch, conductor } = stage;
  const { answered, open, total } = tally(state);
  const list = useRef<HTMLOListElement>(null);
  const current = state.panes[state.active].picture;
  useEffect(() => keepInView(list.current), [current]);
  const unsent = Object.values(state.jobs)
    .filter(({ progress: { kind } }) => kind === 'waiting' || kind === 'sending')
    .map(({ key }) => key);
  return (
    <section class="session" aria-label="Images of this session">
      <div class="summary">
        <h2>{plural(total, 'image')}</h2>
        {open > 0 && <progress value={total - open} max={total} aria-label="Images answered" />}
        <div class="buttons">
          {open > 0 && (
            <button type="button" onClick={() => dispatch({ kind: 'canceled', jobs: unsent })}>
              Cancel {open}
            </button>
          )}
          <button type="button" disabled={answered === 0} onClick={() => download(state)}>
            CSV
          </button>
          <button type="button" onClick={() => conductor.clear()}>
            Clear
          </button>
        </div>
      </div>
      <ol ref={list}>
        {state.pictures.map((picture) => (
          <Entry key={picture.id} {...stage} picture={picture} />
        ))}
      </ol>
    </section>
  );
}

function Entry({ state, dispatch, conductor, picture }: Stage & { picture: Picture }) {
  const { id, name, preview } = picture;
  const shown = state.panes[state.active].picture === id;
  const thumbnail = preview === null || preview === 'none' ? seenOf(state, id) : preview.thumbnail;
  const { text, look } = statusOf(state, picture);
  return (
    <li>
      <button
        type="button"
        class="entry"
        aria-current={shown}
        onClick={() => dispatch({ kind: 'selected', picture: id })}
      >
        {thumbnail === null ? (
          <span class="blank">{extensionOf(name)}</span>
        ) : (
          <img src={thumbnail} alt="" />
        )}
        <span class="name">{name}</span>
        <span class={`status ${look}`}>{text}</span>
      </button>
      <button
        type="button"
        class="remove"
        aria-label={`Remove ${name}`}
        onClick={() => conductor.remove(id)}
      >
        ×
      </button>
    </li>
  );
}

/** Scrolls the list alone: `scrollIntoView` would move the page as well. */
function keepInView(list: HTMLElement | null): void {
  const entry = list?.querySelector('[aria-current=true]')?.getBoundingClientRect();
  if (!list || !entry) return;
  const view = list.getBoundingClientRect();
  const move = (start: number, end: number): number => Math.min(0, start) || Math.max(0, end);
  list.scrollBy({
    left: move(entry.left - view.left, entry.right - view.right),
    top: move(entry.top - view.top, entry.bottom - view.bottom),
  });
}

const extensionOf = (name: string): string => /\.\w{1,5}$/.exec(name)?.[0].slice(1) ?? 'file';

function statusOf(state: State, { id }: Picture): { text: string; look: string } {
  const progress = answerJob(state, id)?.progress;
  switch (progress?.kind) {
    case 'answered': {
      const { answer } = progress;
      const look = answer.abstain === null ? 'said' : 'unsure';
      return { text: answerInWords(answer), look };
    }
    case 'failed':
      return { text: 'no answer', look: 'wrong' };
    case 'canceled':
      return { text: 'canceled', look: '' };
    case 'sending':
      return { text: progress.share < 1 ? 'sending …' : 'reading …', look: '' };
    default:
      return { text: 'waiting', look: '' };
  }
}

/** The answers of the chosen model: another has other classes, and so other columns. */
function download(state: State): void {
  const model = chosenModel(state);
  const entries = state.pictures.flatMap(({ id }) => answerOf(state, id) ?? []);
  const csv = sessionCsv(model?.classes ?? [], entries);
  const url = URL.createObjectURL(new Blob([csv], { type: 'text/csv' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = 'predictions.csv';
  link.click();
  // The browser reads it in its own time.
  window.setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
