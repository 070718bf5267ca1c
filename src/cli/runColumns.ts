/** What the tables of runs show of one: its figures, how they read, and how runs are ordered by them. */
import { metricDirection, type Direction } from '../evaluation/index.js';
import type { RunSummary } from '../training/index.js';
import { none, type Column } from './fittingTable.js';

interface RunOrder {
  value: (run: RunSummary) => number | string | null;
  /** What comes first. */
  first: Direction;
  /** Whether that is the best, and not just first. */
  best?: true;
}

export type RunColumn = Column<RunSummary>;

const decimals = (value: number | null | undefined): string => value?.toFixed(4) ?? none;

/** In the user's time zone, as the names of runs have it. */
function localTime(iso: string): string {
  const date = new Date(iso);
  const two = (value: number): string => String(value).padStart(2, '0');
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}`;
}

/** What a run is called by. */
export const identity: readonly RunColumn[] = [
  { title: 'run', side: 'l', rank: 0, show: ({ name }) => name },
  { title: 'model', side: 'l', rank: 5, show: ({ settings }) => settings.model },
];

export const beginning: RunColumn = {
  title: 'began',
  side: 'r',
  rank: 8,
  show: ({ started }) => localTime(started),
};

/** How far it came, and how good it is. */
export const figures: readonly (RunColumn & { order?: keyof typeof orders })[] = [
  { title: 'state', side: 'l', rank: 3, show: ({ state }) => state },
  {
    title: 'epochs',
    side: 'r',
    rank: 1,
    show: ({ history, settings }) => `${history.length}/${settings.epochs}`,
  },
  { title: 'kept', side: 'r', rank: 4, show: ({ best }) => String(best?.epoch ?? none) },
  {
    title: 'val loss',
    side: 'r',
    rank: 0,
    show: ({ best }) => decimals(best?.valLoss),
    order: 'loss',
  },
  {
    title: 'accuracy',
    side: 'r',
    rank: 0,
    show: ({ best }) => decimals(best?.valAccuracy),
    order: 'accuracy',
  },
  {
    title: 'AUROC',
    side: 'r',
    rank: 0,
    show: ({ best }) => decimals(best?.valAuroc),
    order: 'auroc',
  },
  { title: 'test acc', side: 'r', rank: 2, show: ({ test }) => decimals(test?.accuracy) },
  {
    title: '95% interval',
    side: 'r',
    rank: 6,
    show: ({ test }) => (test ? test.interval.map((end) => end.toFixed(3)).join(' to ') : none),
  },
  {
    title: 's/epoch',
    side: 'r',
    rank: 7,
    show: ({ secondsPerEpoch }) => shortSeconds(secondsPerEpoch),
    order: 'seconds',
  },
];

/** Three digits, or whole seconds. */
function shortSeconds(seconds: number | null): string {
  if (seconds === null) return none;
  return seconds < 100 ? seconds.toPrecision(3) : seconds.toFixed(0);
}

/** What runs can be sorted by. Not by the test split: to choose by it would spoil it. */
export const orders = {
  started: { value: ({ started }) => started, first: 'max' },
  name: { value: ({ name }) => name, first: 'min' },
  model: { value: ({ settings }) => settings.model, first: 'min' },
  state: { value: ({ state }) => state, first: 'min' },
  epochs: { value: ({ history }) => history.length, first: 'max' },
  loss: { value: ({ best }) => best?.valLoss ?? null, first: metricDirection('loss'), best: true },
  accuracy: {
    value: ({ best }) => best?.valAccuracy ?? null,
    first: metricDirection('accuracy'),
    best: true,
  },
  auroc: {
    value: ({ best }) => best?.valAuroc ?? null,
    first: metricDirection('auroc'),
    best: true,
  },
  seconds: { value: ({ secondsPerEpoch }) => secondsPerEpoch, first: 'min', best: true },
} as const satisfies Record<string, RunOrder>;

export type OrderName = keyof typeof orders;

/** The first of the order first, runs without a figure last; equal ones stay as they are. */
export function sortRuns(runs: readonly RunSummary[], name: OrderName): RunSummary[] {
  const { value, first }: RunOrder = orders[name];
  const sign = first === 'max' ? -1 : 1;
  return runs.toSorted((a, b) => {
    const [left, right] = [value(a), value(b)];
    const [noLeft, noRight] = [isMissing(left), isMissing(right)];
    return noLeft || noRight ? Number(noLeft) - Number(noRight) : sign * order(left, right);
  });
}

function isMissing(value: number | string | null): boolean {
  return value === null || Number.isNaN(value);
}

function order(a: number | string | null, b: number | string | null): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  return String(a).localeCompare(String(b), 'en', { numeric: true });
}

/** The value that is the best, where the order tells it and at least two runs have one. */
export function bestValue(runs: readonly RunSummary[], name: OrderName): number | null {
  const { value, first, best }: RunOrder = orders[name];
  const values = runs.map(value).filter(isFigure);
  if (best === undefined || values.length < 2) return null;
  return first === 'max' ? Math.max(...values) : Math.min(...values);
}

function isFigure(value: number | string | null): value is number {
  return typeof value === 'number' && !Number.isNaN(value);
}
