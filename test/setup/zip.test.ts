/** The pytorch.org zip: its digest, and everything a server can do wrong. */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import { createServer as createTcpServer, type AddressInfo, type Server } from 'node:net';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import {
  load,
  silentReporter,
  temporaryFolder,
  writeLibTorch,
  writeProgram,
  type Context,
  type Location,
} from './support.js';

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

async function listen(t: ExecutionContext, server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => {
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

/** Serves `answer` on a local port; returns the address of a zip there. */
async function serve(t: ExecutionContext, answer: RequestListener): Promise<string> {
  const server = createServer(answer);
  const port = await listen(t, server);
  t.teardown(() => {
    server.closeAllConnections();
  });
  return `http://127.0.0.1:${port}/libtorch.zip`;
}

/** A project that can get LibTorch only from `url`; its unzip unpacks a fake LibTorch whatever the zip holds. */
async function project(t: ExecutionContext, url: string, options: Partial<Context> = {}) {
  const root = temporaryFolder(t);
  const bin = join(root, 'bin');
  const content = writeLibTorch(join(root, 'content'));
  writeProgram(bin, 'unzip', `/bin/cp -r '${content}' "$4/libtorch"`);
  const { report, text } = await silentReporter();
  const context: Context = {
    root,
    home: join(root, '.libtorch'),
    env: { PATH: bin },
    report,
    command: 'npm run setup',
    urlOfZip: () => url,
    downloadLimits: { connectMs: 20_000, idleMs: 20_000 },
    ...options,
  };
  return { root, context, text };
}

async function ensure(context: Context): Promise<Location> {
  const { ensureLibTorch } = await load<{ ensureLibTorch: typeof ensure }>('libtorch.mjs');
  return ensureLibTorch(context);
}

const onX64 = process.arch === 'x64' ? test : test.skip;

onX64('the first digest is computed, printed and stored, and the next must equal it', async (t) => {
  let body = 'first';
  const url = await serve(t, (_request, response) => response.end(body));
  const { context, text } = await project(t, url);
  const location = await ensure(context);
  t.is(location.sha256, sha256('first'));
  t.is(location.path, join(context.home, 'cpu/torch'));
  t.true(text().includes(`SHA-256 ${sha256('first')}, trusted at first use and stored`));
  t.deepEqual(JSON.parse(readFileSync(join(context.home, 'digests.json'), 'utf8')), {
    [url]: sha256('first'),
  });

  body = 'changed';
  const error = await t.throwsAsync(ensure({ ...context, force: true }));
  t.regex(error.message, /stored at first use is/);
  t.true(existsSync(location.path));
});

onX64('a digest given with --sha256 decides', async (t) => {
  const url = await serve(t, (_request, response) => response.end('zip'));
  const right = await project(t, url, { sha256: sha256('zip').toUpperCase() });
  t.is((await ensure(right.context)).sha256, sha256('zip'));

  const wrong = await project(t, url, { sha256: sha256('other') });
  const error = await t.throwsAsync(ensure(wrong.context));
  t.regex(error.message, /given with --sha256 is/);
  t.deepEqual(readdirSync(wrong.context.home), []);
});

onX64('a redirect is followed', async (t) => {
  const url = await serve(t, (request, response) => {
    if (request.url === '/moved') response.end('zip');
    else response.writeHead(302, { location: '/moved' }).end();
  });
  const { context } = await project(t, url);
  t.is((await ensure(context)).sha256, sha256('zip'));
});

const misbehaving: {
  what: string;
  answer: RequestListener;
  reason: RegExp;
  idleMs?: number;
}[] = [
  {
    what: 'that stalls before its answer',
    answer: () => undefined,
    reason: /no byte for 0\.3 s/,
    idleMs: 300,
  },
  {
    what: 'that stalls in the middle',
    answer: (_request, response) => {
      response.writeHead(200, { 'content-length': '100' }).write('half');
    },
    reason: /no byte for 0\.3 s/,
    idleMs: 300,
  },
  {
    what: 'that breaks off',
    answer: (_request, response) => {
      response.writeHead(200, { 'content-length': '100' }).write('half', () => {
        response.destroy();
      });
    },
    reason: /aborted/,
  },
  {
    what: 'that has no such file',
    answer: (_request, response) => {
      response.writeHead(404).end();
    },
    reason: /answered 404/,
  },
  {
    what: 'that redirects without end',
    answer: (_request, response) => {
      response.writeHead(302, { location: '/again' }).end();
    },
    reason: /answered 302/,
  },
];

for (const { what, answer, reason, idleMs = 20_000 } of misbehaving) {
  onX64(`a server ${what} is given up, and nothing stays behind`, async (t) => {
    const url = await serve(t, answer);
    const { context } = await project(t, url, { downloadLimits: { idleMs } });
    const error = await t.throwsAsync(ensure(context));
    t.regex(error.message, reason);
    t.deepEqual(readdirSync(context.home), []);
  });
}

onX64('a server that never completes the connection is given up', async (t) => {
  const sockets = new Set<{ destroy(): void }>();
  const port = await listen(
    t,
    createTcpServer((socket) => sockets.add(socket)),
  );
  t.teardown(() => {
    for (const socket of sockets) socket.destroy();
  });
  const { context } = await project(t, `https://127.0.0.1:${port}/libtorch.zip`, {
    downloadLimits: { connectMs: 300, idleMs: 20_000 },
  });
  const error = await t.throwsAsync(ensure(context));
  t.regex(error.message, /no connection within 0\.3 s/);
});

onX64('without a program that unpacks zips, one is named that can be installed', async (t) => {
  const url = await serve(t, (_request, response) => response.end('zip'));
  const { context } = await project(t, url, { env: { PATH: '' } });
  const error = await t.throwsAsync(ensure(context));
  t.regex(error.message, /none of unzip, python3, bsdtar is on PATH; try: apt-get install unzip/);
});
