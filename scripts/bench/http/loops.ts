/** Two ways to load a server: callers who wait for their answers, and arrivals that wait for nobody. */
import { setTimeout as sleep } from 'node:timers/promises';
import { Connection } from './connection.js';

/** What became of one request. */
export interface Outcome {
  /** 0 where the connection failed. */
  status: number;
  /** Performance clock in ms: when it was meant to be sent, when it was, and when it was answered. */
  intended: number;
  sent: number;
  ended: number;
  /** What the server, or the connection, said where the status is neither 200 nor a refusal. */
  problem?: string;
}

/** Statuses of a server that has too much to do. */
export const refusals: readonly number[] = [429, 503];

export interface Target {
  url: URL;
  /** Sent in turn; see `prepareRequest`. */
  requests: readonly Buffer[];
}

/** Each of `callers` asks again as soon as it is answered, for `seconds`. */
export async function closedLoop(
  { url, requests }: Target,
  callers: number,
  seconds: number,
): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  const end = performance.now() + 1000 * seconds;
  const caller = async (first: number): Promise<void> => {
    const connection = new Connection(url);
    for (let at = first; performance.now() < end; at += callers) {
      outcomes.push(await ask(connection, pick(requests, at), performance.now()));
    }
    connection.close();
  };
  await Promise.all(Array.from({ length: callers }, (_, first) => caller(first)));
  return outcomes;
}

/**
 * Sends a request at each of `arrivals` (ms from now), whether or not earlier ones were answered; latencies count from
 * then on, so what waits for a free connection here, or for this process, has waited too. A connection is opened where
 * none is free, at most `connections`.
 */
export async function openLoop(
  { url, requests }: Target,
  arrivals: readonly number[],
  connections: number,
): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  const free: Connection[] = [];
  const all: Connection[] = [];
  const due: { request: Buffer; intended: number }[] = [];
  let answered: () => void = () => undefined;
  const done = new Promise<void>((resolve) => (answered = resolve));

  const connection = (): Connection | undefined => {
    if (free.length > 0 || all.length >= connections) return free.pop();
    const fresh = new Connection(url);
    all.push(fresh);
    return fresh;
  };
  const sendDue = (): void => {
    while (due.length > 0) {
      const through = connection();
      if (through === undefined) return;
      const next = due.shift();
      if (next === undefined) return;
      void ask(through, next.request, next.intended).then((outcome) => {
        outcomes.push(outcome);
        free.push(through);
        sendDue();
        if (outcomes.length === arrivals.length) answered();
      });
    }
  };

  const started = performance.now();
  for (const [at, arrival] of arrivals.entries()) {
    const wait = started + arrival - performance.now();
    if (wait >= 1) await sleep(wait);
    due.push({ request: pick(requests, at), intended: started + arrival });
    sendDue();
  }
  if (arrivals.length > 0) await done;
  for (const each of all) each.close();
  return outcomes;
}

function pick(requests: readonly Buffer[], at: number): Buffer {
  return requests[at % requests.length] ?? Buffer.alloc(0);
}

async function ask(connection: Connection, request: Buffer, intended: number): Promise<Outcome> {
  const sent = performance.now();
  try {
    const { status, ended, body } = await connection.send(request);
    const known = status === 200 || refusals.includes(status);
    return { status, intended, sent, ended, ...(known ? {} : { problem: body.toString() }) };
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    return { status: 0, intended, sent, ended: performance.now(), problem };
  }
}
