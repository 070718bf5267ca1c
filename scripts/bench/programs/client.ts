/** Loads a server with prepared requests and prints what became of them. */
import { evenArrivals, poissonArrivals } from '../http/arrivals.js';
import { prepareRequest } from '../http/connection.js';
import { closedLoop, openLoop, type Outcome } from '../http/loops.js';
import { tally, type Tally } from '../http/tally.js';
import { readPayloads, type PayloadKind } from './payloads.js';
import { emit, main, measure } from './measure.js';
import { randomNumbers } from './random.js';

export interface ClientPlan {
  /** Of the server, without a path. */
  url: string;
  model: string;
  kind: PayloadKind;
  /** Folder of JPEG files. */
  images: string;
  /** Callers who wait for their answers, or requests in a second that wait for nobody. */
  load: { callers: number } | { rate: number; arrivals: 'poisson' | 'even' };
  /** After a quarter as long again that does not count. */
  seconds: number;
}

export interface ClientResult extends Tally {
  /** Share of one core that this client took. */
  cpu: number;
}

const warmUpShare = 0.25;
/** Far more than a server lets wait: the client itself must never be what holds requests back. */
const connections = 2048;

const paths: Readonly<Record<PayloadKind, (model: string) => string>> = {
  pixels: (model) => `/v2/models/${model}/infer`,
  jpeg: () => '/predict',
};

const prepare: Readonly<Record<PayloadKind, (url: URL, payload: Uint8Array) => Buffer>> = {
  jpeg: (url, payload) => prepareRequest(url, { 'content-type': 'image/jpeg' }, payload),
  pixels: (url, payload) => {
    const size = { binary_data_size: payload.length };
    const input = { name: 'pixels', shape: [1, 1, 224, 224], datatype: 'UINT8', parameters: size };
    const wish = { inputs: [input], outputs: [{ name: 'probabilities' }] };
    const header = Buffer.from(JSON.stringify(wish));
    return prepareRequest(
      url,
      {
        'content-type': 'application/octet-stream',
        'inference-header-content-length': String(header.length),
      },
      Buffer.concat([header, payload]),
    );
  },
};

main(async () => {
  const plan = JSON.parse(process.argv[2] ?? '') as ClientPlan;
  const { seconds, load } = plan;
  const total = seconds * (1 + warmUpShare);
  const url = new URL(paths[plan.kind](plan.model), plan.url);
  const payloads = await readPayloads(plan.kind, plan.images);
  const requests = payloads.map((payload) => prepare[plan.kind](url, payload));
  const target = { url, requests };
  const started = performance.now();
  const { result: outcomes, cpuSeconds } = await measure<Outcome[]>(() => {
    if ('callers' in load) return closedLoop(target, load.callers, total);
    const { rate } = load;
    const arrivals =
      load.arrivals === 'even'
        ? evenArrivals(rate, total)
        : poissonArrivals(rate, total, randomNumbers(5));
    return openLoop(target, arrivals, connections);
  });
  const elapsed = (performance.now() - started) / 1000;
  const figures = tally(outcomes, started + 1000 * seconds * warmUpShare, started + 1000 * total);
  const result: ClientResult = { ...figures, cpu: cpuSeconds / elapsed };
  emit(result);
});
