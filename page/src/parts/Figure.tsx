/** The picture with the heat map on it. */
import type { ModelEntry } from '../../../src/serving/api.js';
import { answerJob, heatMapOf, seenOf } from '../session/choices.js';
import { placement, type Placement } from '../session/placement.js';
import type { Pane, Picture, State } from '../session/state.js';

interface FigureProps {
  state: State;
  model: ModelEntry;
  picture: Picture;
  pane: Pane;
}

const whole: Placement = { left: 0, top: 0, width: 1, height: 1 };

export function Figure({ state, model, picture, pane }: FigureProps) {
  const { overlay } = state;
  const map = heatMapOf(state, pane);
  const base = baseOf(state, model, picture);
  if (base === null) return <div class="frame bare">{absenceInWords(state, picture)}</div>;
  const { left, top, width, height } = base.seen
    ? whole
    : placement(base, model.input, model.input.fit);
  const share = (value: number): string => `${value * 100}%`;
  return (
    <div
      class="frame"
      style={{ aspectRatio: `${base.width} / ${base.height}`, '--ratio': base.width / base.height }}
    >
      <img class="base" src={base.url} alt={picture.name} />
      {overlay.shown && map?.evidence === true && (
        <img
          class="map"
          src={map.heatmap}
          alt=""
          style={{
            left: share(left),
            top: share(top),
            width: share(width),
            height: share(height),
            opacity: overlay.opacity,
          }}
        />
      )}
    </div>
  );
}

function absenceInWords(state: State, { id, preview }: Picture): string {
  if (preview === null) return 'Opening …';
  const kind = answerJob(state, id)?.progress.kind;
  return kind === 'failed' || kind === 'canceled'
    ? 'The browser cannot show this file.'
    : 'The browser cannot show this file. What the network saw will stand here.';
}

interface Base {
  url: string;
  width: number;
  height: number;
  /** Whether this is what the network saw. */
  seen: boolean;
}

/** The file where the browser can show it and the map's place on it is known; else what the network saw. */
function baseOf(state: State, model: ModelEntry, picture: Picture): Base | null {
  const { preview } = picture;
  const { overlay } = state;
  const seen = seenOf(state, picture.id);
  const original = preview === null || preview === 'none' ? null : { ...preview, seen: false };
  const wantsSeen = overlay.below === 'seen' || (overlay.shown && model.repair !== null);
  if (seen === null || (original !== null && !wantsSeen)) return original;
  return { url: seen, width: model.input.width, height: model.input.height, seen: true };
}
