/** What the clients of a loaded server saw. */
import { rateRatio, type Finding, type Series } from './finding.js';
import type { Latencies } from './http/tally.js';
import type { ClientResult } from './programs/client.js';
import { median } from './statistics.js';

type Runs = readonly ClientResult[];

function series(
  label: string,
  unit: string,
  runs: Runs,
  value: (run: ClientResult) => number | null,
): Series {
  return { label, unit, values: runs.map((run) => value(run) ?? NaN) };
}

/** Where no more came than the server can answer. */
export function steady(
  what: string,
  closed: Runs,
  { poisson, even }: Readonly<Record<'poisson' | 'even', Runs>>,
): Finding[] {
  const all = [...closed, ...poisson, ...even];
  return [
    {
      what: `${what}, requests without an answer of 200`,
      value: all.reduce((sum, { refused, failed }) => sum + refused + failed, 0),
      unit: '',
      bar: { atMost: 0 },
      series: [
        series('answered', 'of a run', all, ({ served }) => served),
        series('client', 'of a core', all, ({ cpu }) => cpu),
      ],
    },
    ...calm(`${what} arriving at 80% of that`, poisson),
    ...calm(`${what} arriving evenly at 80% of that`, even),
  ];
}

function calm(what: string, runs: Runs): Finding[] {
  const [p50, p99] = percentiles(runs, ({ latency }) => latency);
  return [
    {
      what: `${what}, p99 over p50`,
      value: median(p99.values) / median(p50.values),
      unit: '×',
      bar: { atMost: 3 },
      series: [p50, p99],
    },
    // Where the queue only grows all latencies are long, and alike.
    rateRatio(
      `${what}, served over offered`,
      series('served', 'img/s', runs, ({ servedRate }) => servedRate),
      series('offered', 'req/s', runs, ({ offered }) => offered),
      { atLeast: 0.95 },
    ),
  ];
}

function percentiles(runs: Runs, of: (run: ClientResult) => Latencies): [Series, Series] {
  return [
    series('p50', 'ms', runs, (run) => of(run).p50),
    series('p99', 'ms', runs, (run) => of(run).p99),
  ];
}

/** Where four times as much came. `samples` are the server's resident memory in MB, from first to last. */
export function overloaded(
  what: string,
  most: Series,
  { result, samples }: { result: ClientResult; samples: readonly number[] },
): Finding[] {
  const { served, refused, failed } = result;
  const runs = [result];
  const quarter = Math.floor(samples.length / 4);
  const [early, late] = [samples.slice(quarter, 2 * quarter), samples.slice(-quarter)];
  const resident = (label: string, values: readonly number[]): Series => ({
    ...{ label, unit: 'MB', values },
  });
  const at = `${what} at 4× that`;
  return [
    {
      what: `${at}, throughput over the most`,
      value: result.servedRate / median(most.values),
      unit: '×',
      bar: { atLeast: 0.9 },
      series: [
        series('served', 'img/s', runs, ({ servedRate }) => servedRate),
        series('offered', 'req/s', runs, ({ offered }) => offered),
        series('client', 'of a core', runs, ({ cpu }) => cpu),
      ],
    },
    {
      what: `${at}, neither served nor refused`,
      value: failed,
      unit: '',
      bar: { atMost: 0 },
      series: [
        { label: 'refused', unit: 'of all', values: [refused / (served + refused + failed)] },
        ...percentiles(runs, ({ latency }) => latency).map((each) => ({
          ...each,
          label: `served ${each.label}`,
        })),
      ],
    },
    {
      what: `${at}, time to a refusal, p99`,
      value: result.refusal.p99 ?? NaN,
      unit: 'ms',
      series: [
        ...percentiles(runs, ({ refusal }) => refusal),
        ...percentiles(runs, ({ lateness }) => lateness).map((each) => ({
          ...each,
          label: `left the client late by ${each.label}`,
        })),
      ],
    },
    {
      what: `${at}, the server's memory in the last quarter over the second`,
      value: median(late) / median(early),
      unit: '×',
      bar: { atMost: 1.05 },
      series: [resident('second', early), resident('last', late)],
    },
  ];
}
