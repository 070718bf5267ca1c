/** What became of many requests, in figures. */
import { percentile, rateAfter } from '../statistics.js';
import { refusals, type Outcome } from './loops.js';

export interface Latencies {
  /** Milliseconds; null where there were none. */
  p50: number | null;
  p99: number | null;
}

export interface Tally {
  /** Answered with 200. */
  served: number;
  /** Answered with 429 or 503. */
  refused: number;
  /** Everything else, connections that failed included. */
  failed: number;
  /** Of the first of these. */
  problem: string | null;
  /** Requests that came, and of them served, in a second. */
  offered: number;
  servedRate: number;
  latency: Latencies;
  refusal: Latencies;
  /** From when they were meant to go out to when they did. */
  lateness: Latencies;
}

/** Of the outcomes intended between two moments on the performance clock; rates count what ended between them. */
export function tally(outcomes: readonly Outcome[], from: number, to: number): Tally {
  const meant = outcomes.filter(({ intended }) => intended >= from && intended <= to);
  const served = meant.filter(({ status }) => status === 200);
  const refused = meant.filter(({ status }) => refusals.includes(status));
  const latency = ({ intended, ended }: Outcome): number => ended - intended;
  const servedTimes = outcomes
    .filter(({ status, ended }) => status === 200 && ended <= to)
    .map(({ ended }) => ended)
    .sort((a, b) => a - b);
  return {
    served: served.length,
    refused: refused.length,
    failed: meant.length - served.length - refused.length,
    problem: outcomes.find(({ problem }) => problem !== undefined)?.problem ?? null,
    offered: (1000 * meant.length) / (to - from),
    servedRate: rateAfter(from, servedTimes),
    latency: latencies(served.map(latency)),
    refusal: latencies(refused.map(latency)),
    lateness: latencies(meant.map(({ intended, sent }) => sent - intended)),
  };
}

function latencies(values: readonly number[]): Latencies {
  const at = (share: number): number | null =>
    values.length > 0 ? percentile(values, share) : null;
  return { p50: at(0.5), p99: at(0.99) };
}
