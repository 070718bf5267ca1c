/** The HTTP server under load, against the predictor that it serves. */
import { join } from 'node:path';
import { RoentgenError, systemInfo, type Precision } from '../../src/native/index.js';
import { inTurn, program, run, runForOne } from './child.js';
import { rateRatio, type Finding, type Series } from './finding.js';
import { radiographs } from './images.js';
import type { Context, Part } from './part.js';
import type { ClientPlan, ClientResult } from './programs/client.js';
import type { OwnPlan } from './programs/own.js';
import type { PayloadKind } from './programs/payloads.js';
import { sampling, withServer, type Server } from './server.js';
import { overloaded, steady } from './servingFindings.js';
import { median } from './statistics.js';

const callers = 64;
const efforts = {
  full: { rounds: 5, seconds: 10, overloadSeconds: 30 },
  quick: { rounds: 2, seconds: 4, overloadSeconds: 8 },
};
/** Of what the server serves at most. */
const [calmShare, overloadShare] = [0.8, 4];
/** Milliseconds between looks at the server's memory. */
const watchInterval = 250;

const kinds: Readonly<Record<PayloadKind, string>> = {
  pixels: 'decoded pixels',
  jpeg: 'JPEG files of 224²',
};

interface Subject {
  path: string;
  /** Folder of JPEG files. */
  images: string;
  precision: Precision;
}

export const serving: Part = {
  name: 'serving',
  method:
    'resnet18 with drawn weights at 224², gray, in the precision that `auto` takes: the faster the network, the more ' +
    'the server weighs. `roentgen serve` as it comes, but for the rate limit, and a client in a process of its own ' +
    'share the cores; the predictor alone, `model.predictTensor` and `model.predict` with as many waiting calls, has ' +
    `them for itself. Decoded pixels go as the binary tensor of \`/v2/models/…/infer\`, files as the body of ` +
    `\`/predict\`. Throughput: ${callers} clients that ask again when answered. Latency: requests that arrive ` +
    'whether or not others were answered, independent of each other (Poisson) or evenly; counted from when they were ' +
    'meant to go out. Refused: answered with 429 or 503.',
  async measure(context) {
    const { folder } = context;
    const [drawn] = await run<{ path: string }>(program('draw', folder, 'resnet18'));
    const subject: Subject = {
      path: drawn?.path ?? '',
      images: await radiographs(join(folder, 'images'), 64),
      precision: systemInfo().autoPrecision,
    };
    const findings: Finding[] = [];
    for (const kind of Object.keys(kinds) as PayloadKind[]) {
      findings.push(...(await load(kind, subject, context)));
    }
    return findings;
  },
};

async function load(
  kind: PayloadKind,
  subject: Subject,
  { effort, folder, say }: Context,
): Promise<Finding[]> {
  const { rounds, seconds, overloadSeconds } = efforts[effort];
  const what = kinds[kind];
  const client = async (
    { url }: Server,
    over: Pick<ClientPlan, 'load' | 'seconds'>,
  ): Promise<ClientResult> => {
    const plan: ClientPlan = { ...over, url, kind, model: 'resnet18', images: subject.images };
    const result = await runForOne<ClientResult>(program('client', JSON.stringify(plan)));
    if (result.problem !== null) say(`serving ${what}: ${result.problem}`);
    return result;
  };
  const flags = ['--precision', subject.precision, '--rate-limit', '0'];
  const serve = <T>(use: (server: Server) => Promise<T>): Promise<T> =>
    withServer({ model: `resnet18=${subject.path}`, flags, log: join(folder, 'server.log') }, use);

  say(`serving ${what}: ${rounds} × the predictor alone and the server with ${callers} clients`);
  const alone: number[] = [];
  const served: ClientResult[] = [];
  await inTurn(rounds, [
    async () => alone.push(await own(kind, subject, seconds)),
    async () =>
      served.push(await serve((server) => client(server, { load: { callers }, seconds }))),
  ]);
  const most = median(served.map(({ servedRate }) => servedRate));
  if (Number.isNaN(most)) {
    throw new RoentgenError('ERR_INTERNAL', `the server answered nothing in ${seconds} s`);
  }
  const rate = calmShare * most;
  const calm: Record<'poisson' | 'even', ClientResult[]> = { poisson: [], even: [] };
  say(`serving ${what}: ${rounds} × 2 at ${Math.round(rate)} requests/s`);
  await serve((server) =>
    inTurn(
      rounds,
      (['poisson', 'even'] as const).map((arrivals) => async () => {
        calm[arrivals].push(await client(server, { load: { rate, arrivals }, seconds }));
      }),
    ),
  );
  const flood = overloadShare * most;
  say(`serving ${what}: ${overloadSeconds} s at ${Math.round(flood)} requests/s`);
  const overload = await serve(async (server) => {
    await client(server, { load: { callers }, seconds });
    const arriving = { rate: flood, arrivals: 'poisson' } as const;
    const work = client(server, { load: arriving, seconds: overloadSeconds });
    return sampling(work, server.resident, watchInterval);
  });
  const rates: Series = { label: 'server', unit: 'img/s', values: served.map((r) => r.servedRate) };
  return [
    rateRatio(
      `${what}, server's throughput over the predictor's own`,
      rates,
      { label: 'predictor', unit: 'img/s', values: alone },
      { atLeast: 0.9 },
    ),
    ...steady(what, served, calm),
    ...overloaded(what, rates, overload),
  ];
}

async function own(
  kind: PayloadKind,
  { path, images, precision }: Subject,
  seconds: number,
): Promise<number> {
  const plan: OwnPlan = { model: path, precision, kind, images, callers, seconds };
  return (await runForOne<{ rate: number }>(program('own', JSON.stringify(plan)))).rate;
}
