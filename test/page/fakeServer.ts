/** A server as the page knows it, with canned answers, that can be made to fail in ways a real one hardly can. */
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { extname, join, resolve } from 'node:path';
import type { ExecutionContext } from 'ava';
import type { FailureBody, ModelEntry } from '../../src/serving/api.js';
import {
  answerFor,
  binaryModel,
  explanationFor,
  notice,
  phantomPng,
  ternaryModel,
} from './canned.js';

const pageFolder = resolve('dist/www');

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

interface Failure {
  status: number;
  error: string;
  headers?: Record<string, string>;
}

interface Reply {
  status: number;
  headers: Record<string, string>;
  content: string | Buffer;
}

export interface Fake {
  url: string;
  behavior: {
    /** What an upload gets in the place of its answer; null for the answer. */
    failure: ((filename: string, path: string) => Failure | null) | null;
    /** Wanted as a bearer token for everything but the page. */
    token: string | null;
    /** Whether anything speaks for a class. */
    evidence: boolean;
    /** Waited for before each answer to an upload. */
    gate: Promise<void> | null;
  };
  /** Method and address of each request to the API, in order. */
  asked: string[];
  /** Uploads that are on their way at the moment, and the most that ever were. */
  uploads: { now: number; most: number };
  /** Closes the door on everyone, and opens it again at the same address. */
  leave(): Promise<void>;
  comeBack(): Promise<void>;
}

export async function startFake(
  t: Pick<ExecutionContext, 'teardown' | 'log'>,
  models: readonly ModelEntry[] = [binaryModel, ternaryModel],
): Promise<Fake> {
  const behavior: Fake['behavior'] = { failure: null, token: null, evidence: true, gate: null };
  const asked: string[] = [];
  const uploads = { now: 0, most: 0 };
  const sockets = new Set<Socket>();
  const server = createServer((request, response) => {
    void reply(request).then(
      ({ status, headers, content }) => response.writeHead(status, headers).end(content),
      (error: unknown) => {
        t.log(String(error));
        response.destroy();
      },
    );
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  const listen = (port: number): Promise<void> =>
    new Promise((done) => {
      server.listen(port, '127.0.0.1', done);
    });
  await listen(0);
  const { port } = server.address() as AddressInfo;
  const leave = (): Promise<void> =>
    new Promise((done) => {
      server.close(() => done());
      for (const socket of sockets) socket.destroy();
    });
  t.teardown(leave);

  async function reply(request: IncomingMessage): Promise<Reply> {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost');
    const page = await pageReply(pathname);
    if (page !== null) return page;
    asked.push(`${request.method ?? ''} ${request.url ?? ''}`);
    if (pathname === '/health') return json(200, { status: 'ok' });
    if (behavior.token !== null && request.headers.authorization !== `Bearer ${behavior.token}`) {
      return refusal({ status: 401, error: 'a token is needed' });
    }
    if (pathname === '/models') return json(200, { models, notice });
    if (pathname.startsWith('/examples')) return exampleReply(pathname);
    uploads.most = Math.max(uploads.most, (uploads.now += 1));
    try {
      return await uploadReply(request, pathname, searchParams);
    } finally {
      uploads.now -= 1;
    }
  }

  async function uploadReply(
    request: IncomingMessage,
    path: string,
    parameters: URLSearchParams,
  ): Promise<Reply> {
    const { filename, bytes } = await uploadOf(request);
    await behavior.gate;
    const failure = behavior.failure?.(filename, path) ?? null;
    if (failure !== null) return refusal(failure);
    const model = models.find(({ name }) => name === parameters.get('model'));
    if (model === undefined) return refusal({ status: 404, error: 'no such model' });
    if (path === '/explain') {
      const { evidence } = behavior;
      return json(200, await explanationFor(filename, bytes, model, { parameters, evidence }));
    }
    const { name, version } = model;
    const predictions = [answerFor(filename, model)];
    return json(200, { model: name, version, predictions, problems: [], notice });
  }

  const url = `http://127.0.0.1:${port}/`;
  return { url, behavior, asked, uploads, leave, comeBack: () => listen(port) };
}

async function pageReply(path: string): Promise<Reply | null> {
  const name = path === '/' ? 'index.html' : path.slice(1);
  if (name !== 'index.html' && !/^assets\/[\w.-]+$/.test(name)) return null;
  const content = await readFile(join(pageFolder, name));
  const type = types[extname(name)] ?? '';
  const headers = { 'content-type': type, 'content-security-policy': policy };
  return { status: 200, headers, content };
}

async function exampleReply(path: string): Promise<Reply> {
  const kinds = ['normal', 'bacterial'] as const;
  const kind = kinds.find((name) => path === `/examples/${name}.png`);
  if (kind === undefined) {
    return json(
      200,
      kinds.map((name) => ({ name: `${name}.png`, url: `/examples/${name}.png` })),
    );
  }
  const content = await phantomPng(kind);
  return { status: 200, headers: { 'content-type': 'image/png' }, content };
}

async function uploadOf(request: IncomingMessage): Promise<{ filename: string; bytes: Buffer }> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const body = Buffer.concat(chunks);
  const head = body.indexOf('\r\n\r\n');
  const filename = /filename="([^"]*)"/.exec(body.subarray(0, head).toString())?.[1] ?? '';
  return { filename, bytes: body.subarray(head + 4, body.lastIndexOf('\r\n--')) };
}

function json(status: number, body: unknown, headers: Record<string, string> = {}): Reply {
  const content = JSON.stringify(body);
  return { status, headers: { 'content-type': 'application/json', ...headers }, content };
}

function refusal({ status, error, headers }: Failure): Reply {
  const body: FailureBody = { error, code: 'ERR_MADE_UP', requestId: 'request-1' };
  return json(status, body, headers);
}
