/** A server as the page knows it, with canned answers, that can be made to fail in ways a real one hardly can. */
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { extname, join, resolve } from 'node:path';
import type { ExecutionContext } from 'ava';
import sharp from 'sharp';
import { drawPhantom } from '../../src/data/index.js';
import type {
  ExplainBody,
  FailureBody,
  ModelEntry,
  PredictionEntry,
} from '../../src/serving/api.js';

const pageFolder = resolve('dist/page');
const notice = 'For research and education only: not a medical device.';
const types: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
};

/** As strict as the page can bear. */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' blob: data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

export const binaryModel: ModelEntry = {
  name: 'chest',
  version: '2',
  default: true,
  architecture: 'resnet18',
  classes: ['NORMAL', 'PNEUMONIA'],
  input: { channels: 1, height: 128, width: 128, fit: 'contain' },
  operatingPoint: { positive: 'PNEUMONIA', threshold: 0.38, rule: 'youden' },
  abstains: true,
  explanation: {
    methods: ['gradCam', 'layerCam', 'integratedGradients'],
    layers: ['layer1', 'layer2', 'layer3', 'layer4'],
    layer: 'layer4',
  },
  precision: 'fp32',
  repair: null,
  loaded: '2026-01-01T00:00:00.000Z',
};

export const ternaryModel: ModelEntry = {
  ...binaryModel,
  name: 'kinds',
  version: '1',
  default: false,
  classes: ['NORMAL', 'BACTERIA', 'VIRUS'],
  operatingPoint: null,
  abstains: false,
};

export interface Fake {
  url: string;
  behavior: {
    /** Answers in the place of a prediction or a map. */
    failure: ((name: string) => Failure | null) | null;
    /** Wants this as a bearer token for everything but the page. */
    token: string | null;
    /** Whether the maps are empty. */
    evidence: boolean;
    /** Waited for before each prediction. */
    gate: Promise<void> | null;
  };
  /** Method and address of each request to the API, in order. */
  asked: string[];
  /** Closes the door on everyone, and opens it again at the same address. */
  leave(): Promise<void>;
  comeBack(): Promise<void>;
}

interface Failure {
  status: number;
  error: string;
  headers?: Record<string, string>;
}

/** `probabilities` by what the file name holds, so that a test says what is seen by how it calls a file. */
export function answerFor(filename: string, { classes }: ModelEntry): PredictionEntry {
  const share = filename.includes('healthy') ? 0.07 : filename.includes('doubt') ? 0.44 : 0.934;
  const first = classes.length === 2 ? [1 - share, share] : [1 - share, share * 0.8, share * 0.2];
  const probabilities = Object.fromEntries(classes.map((name, at) => [name, first[at] ?? 0]));
  const label = share >= 0.38 ? (classes[1] ?? '') : (classes[0] ?? '');
  if (filename.includes('doubt')) {
    return { filename, label, probabilities, predictionSet: classes, abstain: 'ambiguous' };
  }
  const abstain = filename.includes('strange') ? 'unfamiliar' : null;
  return { filename, label, probabilities, predictionSet: [label], abstain };
}

export async function phantomPng(
  kind: 'normal' | 'bacterial' | 'viral',
  size = 256,
): Promise<Buffer> {
  const { pixels } = drawPhantom({ kind, size, seed: 7 });
  return sharp(pixels, { raw: { width: size, height: size, channels: 1 } })
    .png()
    .toBuffer();
}

export async function startFake(
  t: ExecutionContext,
  models: readonly ModelEntry[] = [binaryModel, ternaryModel],
): Promise<Fake> {
  const behavior: Fake['behavior'] = { failure: null, token: null, evidence: true, gate: null };
  const asked: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      t.log(String(error));
      response.destroy();
    });
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  const listen = (port: number): Promise<void> =>
    new Promise((done) => server.listen(port, '127.0.0.1', done));
  await listen(0);
  const { port } = server.address() as AddressInfo;
  const leave = (): Promise<void> =>
    new Promise((done) => {
      server.close(() => done());
      for (const socket of sockets) socket.destroy();
    });
  t.teardown(leave);

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const address = new URL(request.url ?? '/', 'http://localhost');
    const path = address.pathname;
    if (await sendPage(path, response)) return;
    asked.push(`${request.method ?? ''} ${request.url ?? ''}`);
    if (path === '/health') return send(response, 200, { status: 'ok' });
    if (behavior.token !== null && request.headers.authorization !== `Bearer ${behavior.token}`) {
      request.resume();
      return refuse(response, { status: 401, error: 'a token is needed' });
    }
    if (path === '/models') return send(response, 200, { models, notice });
    if (path === '/examples') {
      return send(
        response,
        200,
        ['normal', 'bacterial'].map((name) => ({
          name: `${name}.png`,
          url: `/examples/${name}.png`,
        })),
      );
    }
    const example = /^\/examples\/(normal|bacterial)\.png$/.exec(path)?.[1];
    if (example !== undefined) {
      response.setHeader('content-type', 'image/png');
      response.end(await phantomPng(example as 'normal' | 'bacterial'));
      return;
    }
    const { filename, bytes } = await uploadOf(request);
    await behavior.gate;
    const failure = behavior.failure?.(filename) ?? null;
    if (failure !== null) return refuse(response, failure);
    const model = models.find(({ name }) => name === address.searchParams.get('model'));
    if (model === undefined) return refuse(response, { status: 404, error: 'no such model' });
    const entry = answerFor(filename, model);
    const { name, version } = model;
    if (path === '/predict') {
      return send(response, 200, {
        model: name,
        version,
        predictions: [entry],
        problems: [],
        notice,
      });
    }
    return send(response, 200, await explain(entry, bytes, model, address.searchParams));
  }

  async function explain(
    entry: PredictionEntry,
    bytes: Buffer,
    { name, version, input }: ModelEntry,
    parameters: URLSearchParams,
  ): Promise<ExplainBody> {
    const layer = parameters.get('layer');
    const heatmap = await heat(input, behavior.evidence, Number(layer?.at(-1) ?? 4));
    return {
      ...entry,
      model: name,
      version,
      method: parameters.get('method') ?? 'gradCam',
      layers: layer === null ? [] : [layer],
      target: entry.label,
      evidence: behavior.evidence,
      raw: { minimum: 0, maximum: 1 },
      map: { height: input.height, width: input.width, values: [] },
      heatmap: heatmap.toString('base64'),
      image: (await seen(bytes, input)).toString('base64'),
      notice,
    };
  }

  return {
    url: `http://127.0.0.1:${port}/`,
    behavior,
    asked,
    leave,
    comeBack: () => listen(port),
  };
}

/** What the network would see; of what sharp cannot read, a phantom. */
async function seen(bytes: Buffer, { height, width, fit }: ModelEntry['input']): Promise<Buffer> {
  const resized = (source: Buffer) =>
    sharp(source).resize({ width, height, fit, background: 'black' }).greyscale().png().toBuffer();
  return resized(bytes).catch(async () => resized(await phantomPng('viral')));
}

/** A red spot, the smaller the deeper the layer. */
async function heat(
  { height, width }: ModelEntry['input'],
  evidence: boolean,
  depth: number,
): Promise<Buffer> {
  const pixels = Buffer.alloc(4 * height * width);
  const spread = 60 / depth;
  for (let at = 0; evidence && at < height * width; at += 1) {
    const distance = Math.hypot((at % width) - 0.35 * width, Math.floor(at / width) - 0.6 * height);
    const value = Math.exp(-((distance / spread) ** 2));
    pixels.set([255, 160 * value, 20, 255 * value], 4 * at);
  }
  return sharp(pixels, { raw: { width, height, channels: 4 } })
    .png()
    .toBuffer();
}

async function sendPage(path: string, response: ServerResponse): Promise<boolean> {
  const name = path === '/' ? 'index.html' : path.slice(1);
  if (name !== 'index.html' && !/^assets\/[\w.-]+$/.test(name)) return false;
  response.setHeader('content-type', types[extname(name)] ?? '');
  response.setHeader('content-security-policy', policy);
  response.end(await readFile(join(pageFolder, name)));
  return true;
}

async function uploadOf(request: IncomingMessage): Promise<{ filename: string; bytes: Buffer }> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const body = Buffer.concat(chunks);
  const head = body.indexOf('\r\n\r\n');
  const filename = /filename="([^"]*)"/.exec(body.subarray(0, head).toString())?.[1] ?? '';
  return { filename, bytes: body.subarray(head + 4, body.lastIndexOf('\r\n--')) };
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}

function refuse(response: ServerResponse, { status, error, headers = {} }: Failure): void {
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  send(response, status, { error, code: 'ERR', requestId: 'r-1' } satisfies FailureBody);
}
