/** `roentgen runs`: training runs as a table, and what tells some of them apart. */
import { z } from 'zod';
import { listRuns, type RunSummary } from '../training/index.js';
import { UsageError } from './failure.js';
import { flagName } from './flags.js';
import type { Session } from './session.js';
import { alignColumns, formatSeconds, plural } from './text.js';
import type { Verb } from './verb.js';

/** None by the test split: to choose by it would spoil it. */
const orders = ['started', 'name', 'loss', 'accuracy', 'auroc'] as const;

const flags = z.strictObject({
  compare: z
    .boolean()
    .default(false)
    .describe('Show the settings that differ, and the figures side by side'),
  sort: z.enum(orders).default('started').describe('Order; the newest or the best comes first'),
});

export const runsVerb: Verb = {
  description:
    'Lists the runs in folders, and the runs that are named themselves: how far each came, the figures of the\n' +
    'kept epoch on its validation images, and on the test split where `roentgen evaluate` has measured them.',
  positionals: { folders: 'Run directories, and folders of them [runs]' },
  flags: { Runs: flags },
  examples: [
    { command: 'runs --sort auroc', explanation: 'all below runs/, the best first' },
    { command: 'runs runs/a runs/b --compare', explanation: 'what was different, what came of it' },
  ],
  async run(args, session) {
    const { compare, sort } = args.flags(flags);
    const given = args.positionals('folders');
    const { runs, problems } = await listRuns(given.length > 0 ? given : undefined);
    const sorted = runs.toSorted((a, b) => byOrder[sort](a, b));
    if (compare && sorted.length < 2) {
      throw new UsageError(`--compare needs two runs, and found ${sorted.length}`, 'roentgen runs');
    }
    const text = sorted.length === 0 ? 'No runs' : (compare ? comparison : table)(sorted, session);
    return { text: `${text}\n`, json: { runs: sorted, problems }, problems };
  },
};

const low = (value: number | null | undefined): number => value ?? Infinity;
const high = (value: number | null | undefined): number => -(value ?? -Infinity);

const byOrder: Readonly<Record<(typeof orders)[number], (a: RunSummary, b: RunSummary) => number>> =
  {
    started: (a, b) => b.started.localeCompare(a.started),
    name: (a, b) => a.name.localeCompare(b.name),
    loss: (a, b) => low(a.best?.valLoss) - low(b.best?.valLoss),
    accuracy: (a, b) => high(a.best?.valAccuracy) - high(b.best?.valAccuracy),
    auroc: (a, b) => high(a.best?.valAuroc) - high(b.best?.valAuroc),
  };

/** One figure of a run. */
interface Figure {
  title: string;
  show: (run: RunSummary) => string;
  /** What is compared; `better` says which way. */
  value?: (run: RunSummary) => number | null;
  better?: 'low' | 'high';
}

const decimals = (value: number | null | undefined): string => value?.toFixed(4) ?? '–';

const figures: readonly Figure[] = [
  {
    title: 'epochs',
    show: ({ history, settings, state }) =>
      `${history.length}/${settings.epochs}${state === 'complete' ? '' : ' …'}`,
  },
  { title: 'kept', show: ({ best }) => String(best?.epoch ?? '–') },
  {
    title: 'val loss',
    show: ({ best }) => decimals(best?.valLoss),
    value: ({ best }) => best?.valLoss ?? null,
    better: 'low',
  },
  {
    title: 'accuracy',
    show: ({ best }) => decimals(best?.valAccuracy),
    value: ({ best }) => best?.valAccuracy ?? null,
    better: 'high',
  },
  {
    title: 'AUROC',
    show: ({ best }) => decimals(best?.valAuroc),
    value: ({ best }) => best?.valAuroc ?? null,
    better: 'high',
  },
  {
    title: 'test',
    show: ({ test }) => decimals(test?.accuracy),
  },
  {
    title: 'epoch',
    show: ({ secondsPerEpoch }) =>
      secondsPerEpoch === null ? '–' : formatSeconds(secondsPerEpoch),
    value: ({ secondsPerEpoch }) => secondsPerEpoch,
    better: 'low',
  },
];

function table(runs: readonly RunSummary[], { terminal }: Session): string {
  const titles = ['run', 'model', ...figures.map(({ title }) => title), 'began'];
  const rows = runs.map((run) => [
    ...[run.name, run.settings.model],
    ...figures.map(({ show }) => show(run)),
    run.started.slice(0, 16).replace('T', ' '),
  ]);
  const [head = '', ...lines] = alignColumns([titles, ...rows], 'llr');
  return [terminal.style.dim(head), ...lines].join('\n');
}

/** Whatever differs in a row for each setting and figure, a column for each run; the best figure is marked. */
function comparison(runs: readonly RunSummary[], { terminal }: Session): string {
  const keys = [...new Set(runs.flatMap(({ settings }) => Object.keys(settings)))];
  const told = (run: RunSummary, key: string): string => {
    const value = (run.settings as Record<string, string | number | boolean | readonly unknown[]>)[
      key
    ];
    return value === undefined || (Array.isArray(value) && value.length === 0)
      ? '–'
      : String(value);
  };
  const differing = keys.filter((key) => new Set(runs.map((run) => told(run, key))).size > 1);
  const settings = differing.map((key) => [flagName(key), ...runs.map((run) => told(run, key))]);
  const shown = figures.map((figure) => {
    const best = bestValue(runs, figure);
    const cells = runs.map((run) => {
      const mark = best !== null && figure.value?.(run) === best ? ' *' : '  ';
      return figure.show(run) + mark;
    });
    return [figure.title, ...cells];
  });
  const rows = [['', ...runs.map(({ name }) => name)], ...settings, [''], ...shown];
  const [head = '', ...lines] = alignColumns(rows, 'lr');
  const same = plural(keys.length - differing.length, 'setting');
  const hashes = new Set(runs.map(({ dataHash }) => dataHash));
  const warning =
    hashes.size > 1 ? ['The runs saw different images: their figures do not compare.'] : [];
  const notes = [`* best. ${same} are the same.`, ...warning];
  return [terminal.style.dim(head), ...lines, '', ...notes].join('\n');
}

/** Null where fewer than two runs have the figure. */
function bestValue(runs: readonly RunSummary[], { value, better }: Figure): number | null {
  const values = runs.map((run) => value?.(run) ?? null).filter((entry) => entry !== null);
  if (values.length < 2) return null;
  return better === 'low' ? Math.min(...values) : Math.max(...values);
}
