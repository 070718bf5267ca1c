/** What the page knows: plain data, without files and without the document. */
import type { ModelEntry, PredictionEntry } from '../../../src/serving/api.js';

/** `locked`: the server wants a token. */
export type Connection = 'connecting' | 'ready' | 'lost' | 'locked';

/** The image as the browser shows it; addresses of its content. Sizes in pixels. */
export interface Preview {
  url: string;
  thumbnail: string;
  width: number;
  height: number;
}

export interface Picture {
  id: number;
  name: string;
  sizeBytes: number;
  /** `none` where the browser cannot show it; null until it was tried. */
  preview: Preview | 'none' | null;
}

export interface MapChoice {
  method: string;
  /** Null where the method looks at none. */
  layer: string | null;
}

/** An explanation as the page keeps it: without the numbers, which it does not show. */
export interface HeatMap {
  method: string;
  layers: readonly string[];
  target: string | null;
  evidence: boolean;
  width: number;
  height: number;
  /** Addresses of the heat map and of what the network saw. */
  heatmap: string;
  seen: string;
}

/** Why there is no answer. */
export interface Failure {
  /** Of HTTP; 0 where the connection broke. */
  status: number;
  message: string;
  requestId: string | null;
}

/** `from`: when it may be sent, in milliseconds of `Date.now`. `attempts`: how often the server was too busy. */
export type Progress =
  | { kind: 'waiting'; attempts: number; from: number }
  | { kind: 'sending'; attempts: number; share: number }
  | { kind: 'answered'; answer: PredictionEntry }
  | { kind: 'mapped'; map: HeatMap }
  | { kind: 'failed'; failure: Failure }
  | { kind: 'canceled' };

/** One question to the server. */
export interface Job {
  key: string;
  picture: number;
  /** See `keyOf`. */
  model: string;
  /** Null for the answer itself. */
  map: MapChoice | null;
  progress: Progress;
}

/** What one half of a comparison shows; null for what the model does unless told otherwise. */
export interface Pane {
  picture: number | null;
  method: string | null;
  layer: string | null;
}

export type PaneIndex = 0 | 1;

export interface State {
  connection: Connection;
  /** Whether the server refused the token it was given. */
  tokenRefused: boolean;
  models: readonly ModelEntry[];
  /** See `keyOf`; null before the first list of models. */
  model: string | null;
  pictures: readonly Picture[];
  /** By key, in the order in which they were asked. */
  jobs: Readonly<Record<string, Job>>;
  panes: readonly [Pane, Pane];
  /** The one that keys and the list of images act on. */
  active: PaneIndex;
  comparing: boolean;
  overlay: {
    shown: boolean;
    /** In [0, 1]. */
    opacity: number;
    /** What lies below it: the file as it is, or what the network saw. */
    below: 'original' | 'seen';
  };
  helpShown: boolean;
  shortcuts: boolean;
  /** Something that a person should know of what they just did; null for nothing. */
  note: string | null;
  /** The last thing that a person who does not see the page should hear. */
  announcement: string;
}

const emptyPane: Pane = { picture: null, method: null, layer: null };

export const initialState: State = {
  connection: 'connecting',
  tokenRefused: false,
  models: [],
  model: null,
  pictures: [],
  jobs: {},
  panes: [emptyPane, emptyPane],
  active: 0,
  comparing: false,
  overlay: { shown: true, opacity: 0.7, below: 'original' },
  helpShown: false,
  shortcuts: true,
  note: null,
  announcement: '',
};

export function keyOf({ name, version }: Pick<ModelEntry, 'name' | 'version'>): string {
  return `${name}/${version}`;
}
