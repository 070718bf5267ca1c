/** What is looked at: the model, and what each pane shows of which picture. */
import { methods } from '../../../src/explanation/methods.js';
import type { ModelEntry, PredictionEntry } from '../../../src/serving/api.js';
import {
  keyOf,
  type HeatMap,
  type Job,
  type MapChoice,
  type Pane,
  type Picture,
  type State,
} from './state.js';

export function chosenModel({ models, model }: State): ModelEntry | null {
  return models.find((entry) => keyOf(entry) === model) ?? null;
}

/** The panes that are on the screen. */
export function shownPanes({ panes, comparing }: State): readonly Pane[] {
  return comparing ? panes : panes.slice(0, 1);
}

export function pictureOf({ pictures }: State, { picture }: Pane): Picture | null {
  return pictures.find(({ id }) => id === picture) ?? null;
}

export interface MethodWords {
  title: string;
  looksAt: string;
  /** Whether the map has values for the class, for and against it, or without a direction. */
  reading: string;
}

/** A server may know methods that this page does not. */
export function methodWords(method: string): MethodWords {
  const known: Readonly<Record<string, MethodWords>> = methods;
  return known[method] ?? { title: method, looksAt: 'layers', reading: '' };
}

/** What the pane asks for, as far as the model has it; null where the model has no explanations. */
export function mapChoice(model: ModelEntry, { method, layer }: Pane): MapChoice | null {
  const { methods: offered, layers, layer: usual } = model.explanation;
  const chosen = offered.find((name) => name === method) ?? offered[0];
  if (chosen === undefined) return null;
  if (methodWords(chosen).looksAt === 'pixels') return { method: chosen, layer: null };
  // Deep layers are what maps usually come from.
  const fallback = usual ?? layers.at(-1) ?? null;
  return { method: chosen, layer: layers.find((name) => name === layer) ?? fallback };
}

export function jobKey(picture: number, model: string, map: MapChoice | null): string {
  return JSON.stringify([picture, model, ...(map === null ? [] : [map.method, map.layer])]);
}

export function answerJob(state: State, picture: number): Job | null {
  return state.jobs[jobKey(picture, state.model ?? '', null)] ?? null;
}

/** What the chosen model says of the picture; null until it has said it. */
export function answerOf(state: State, picture: number): PredictionEntry | null {
  const progress = answerJob(state, picture)?.progress;
  return progress?.kind === 'answered' ? progress.answer : null;
}

/** The question for the pane's map; null where none was asked. */
export function mapJob(state: State, pane: Pane): Job | null {
  const model = chosenModel(state);
  const choice = model && mapChoice(model, pane);
  if (choice === null || pane.picture === null) return null;
  return state.jobs[jobKey(pane.picture, keyOf(model as ModelEntry), choice)] ?? null;
}

export function heatMapOf(state: State, pane: Pane): HeatMap | null {
  const progress = mapJob(state, pane)?.progress;
  return progress?.kind === 'mapped' ? progress.map : null;
}

/** What the network saw of a picture, whichever map it came with; null where none did. */
export function seenOf({ jobs, model }: State, picture: number): string | null {
  for (const job of Object.values(jobs)) {
    if (job.picture !== picture || job.model !== model) continue;
    if (job.progress.kind === 'mapped') return job.progress.map.seen;
  }
  return null;
}
