/** What goes wrong, in one shape, without a word about the server's insides. */
import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import anyTest, { type TestFn } from 'ava';
import { errorCodes, RoentgenError, type ErrorCode } from '../../src/index.js';
import { RequestError, toFailure } from '../../src/serving/failures.js';
import {
  aborted,
  failureOf,
  letGo,
  smallModel,
  startServer,
  thrown,
  type TestServer,
} from './support.js';

const test = anyTest as TestFn<Awaited<ReturnType<typeof smallModel>>>;
test.before(async (t) => {
  t.context = await smallModel();
});
test.after.always((t) => t.context.remove());

const expected: Partial<Record<ErrorCode, number>> = {
  ERR_INVALID_ARGUMENT: 400,
  ERR_UNKNOWN_CLASS: 400,
  ERR_UNKNOWN_MODEL: 404,
  ERR_IMAGE_TOO_LARGE: 413,
  ERR_UNREADABLE_IMAGE: 422,
  ERR_INVALID_FILE: 422,
  ERR_MODEL_MISMATCH: 422,
  ERR_UNSUPPORTED: 422,
  ERR_BUSY: 503,
  ERR_OVERLOADED: 503,
  ERR_DISPOSED: 503,
  ERR_OUT_OF_MEMORY: 503,
  ABORT_ERR: 503,
};

test('every code has its status, and those that clients cannot cause are 500', (t) => {
  for (const code of Object.keys(errorCodes) as ErrorCode[]) {
    const { status, body, headers } = toFailure(new RoentgenError(code, 'What.'), 'id');
    t.is(status, expected[code] ?? 500, code);
    t.is(body.code, code);
    t.is(body.requestId, 'id');
    t.is(headers['retry-after'], status === 503 ? '1' : undefined);
  }
});

test('what clients may learn names no folder of the server and no line of its code', (t) => {
  const folders = [
    process.cwd(),
    '/srv/modèles/deep folder',
    t.context.root,
    '/home/somebody/x-rays',
    '/etc/roentgen',
  ];
  const sentences = [
    (path: string) => `${path}: not a roentgen model`,
    (path: string) => `ENOENT: no such file or directory, open '${path}'`,
    (path: string) => `The model ${path} knows no class "X"\nKnown: A, B`,
    (path: string) => `(${path})`,
    (path: string) => `file://${path} cannot be read`,
  ];
  const codes = Object.keys(errorCodes) as ErrorCode[];
  const make = (message: string): unknown[] => [
    ...codes.map((code) => new RoentgenError(code, message, { cause: new Error(message) })),
    new Error(message),
    new TypeError(message),
    Object.assign(new Error(message), { statusCode: 500 }),
    Object.assign(new Error(message), { statusCode: 503, code: 'FST_ERR_X' }),
    Object.assign(new Error(message), { code: 'ENOENT', path: message }),
    message,
    { message },
    null,
    undefined,
  ];
  for (const folder of folders) {
    // Names with spaces are known where the folder is.
    const known = folder === process.cwd() || !folder.includes(' ');
    for (const sentence of sentences) {
      for (const error of make(sentence(`${folder}/model_best.safetensors`))) {
        const { status, body } = toFailure(error, 'id');
        if (!known && status < 500) continue;
        const text = JSON.stringify(body);
        t.false(text.includes(folder), text);
        t.notRegex(text, /\/(home|etc|srv|tmp|work)|node_modules|\bat .*:\d+:\d+/);
      }
    }
  }
});

test('sentences stay as they are where they only look a little like paths', (t) => {
  const sentences = ['image/png is not read here', 'between 1/2 and 3/4', 'N/A', 'a and/or b'];
  for (const sentence of sentences) {
    t.is(toFailure(new RoentgenError('ERR_INVALID_ARGUMENT', sentence), '').body.error, sentence);
  }
});

async function throwing(server: TestServer, error: unknown) {
  thrown.error = error;
  return failureOf(await server.get('/test/throw'));
}

test.serial(
  'what routes throw is answered in one shape, and unknown errors are in the log in full',
  async (t) => {
    const server = await startServer(t, { models: [t.context.file] });
    const known = await throwing(
      server,
      new RoentgenError('ERR_UNREADABLE_IMAGE', 'x.png: no image'),
    );
    t.deepEqual(
      { ...known, requestId: '' },
      {
        ...{ status: 422, code: 'ERR_UNREADABLE_IMAGE', error: 'x.png: no image', requestId: '' },
      },
    );
    const told = await throwing(server, new RequestError('ERR_MEDIA_TYPE', 'Send an image'));
    t.like(told, { status: 415, code: 'ERR_MEDIA_TYPE', error: 'Send an image' });
    const unknown = await throwing(server, new TypeError(`cannot read ${t.context.file}`));
    t.like(unknown, { status: 500, code: 'ERR_INTERNAL' });
    t.regex(unknown.error, /^internal error/);
    const entry = server.log.entries.find(({ msg }) => msg === 'internal error');
    t.is(entry?.['requestId'], unknown.requestId);
    const { stack } = entry?.['err'] as { stack: string };
    t.regex(stack, /cannot read .*\n +at /s);
  },
);

test.serial('what Fastify refuses has the same shape', async (t) => {
  const server = await startServer(t, { models: [t.context.file], maxBodyMiB: 1 });
  const post = async (type: string, body: string | Uint8Array<ArrayBuffer>) =>
    failureOf(
      await server.get('/test/body', { method: 'POST', headers: { 'content-type': type }, body }),
    );
  t.like(await failureOf(await server.get('/nowhere')), { status: 404, code: 'ERR_NO_ROUTE' });
  t.like(await failureOf(await server.get('/%zz')), { status: 400, code: 'ERR_INVALID_ARGUMENT' });
  t.like(await post('application/json', '{"a":'), { status: 400, code: 'ERR_INVALID_ARGUMENT' });
  t.like(await post('application/json', '{"__proto__": {"admin": true}}'), { status: 400 });
  t.like(await post('application/x-unheard', 'x'), { status: 415, code: 'ERR_MEDIA_TYPE' });
  const large = await post('application/json', new Uint8Array(2 ** 20 + 1));
  t.like(large, { status: 413, code: 'ERR_BODY_TOO_LARGE' });
  const model = await failureOf(await server.get('/test/predict?model=mode_best'));
  t.like(model, { status: 404, code: 'ERR_UNKNOWN_MODEL' });
});

/** All that comes back until the server closes the connection. */
async function talk(server: TestServer, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = '';
    const socket = connect(Number(new URL(server.url).port), '127.0.0.1', () => socket.write(text));
    socket.setEncoding('utf8').on('data', (data: string) => (answer += data));
    socket.on('close', () => resolve(answer)).on('error', reject);
  });
}

test.serial('bytes that are no HTTP are answered in the same shape', async (t) => {
  const server = await startServer(t, { models: [t.context.file] });
  const nonsense = await talk(server, 'what is this\r\n\r\n');
  t.regex(nonsense, /^HTTP\/1\.1 400 [^]*"code":"ERR_INVALID_ARGUMENT","requestId":"/);
  const headers = await talk(server, `GET / HTTP/1.1\r\nx: ${'x'.repeat(20_000)}\r\n\r\n`);
  t.regex(headers, /^HTTP\/1\.1 431 [^]*"code":"ERR_LONG_HEADERS"/);
});

test.serial(
  'a body that never comes is not waited for, and an answer that never comes neither',
  async (t) => {
    const server = await startServer(t, { models: [t.context.file], requestTimeout: 1 });
    const head =
      'POST /test/body HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n';
    t.regex(await talk(server, `${head}content-length: 100\r\n\r\n{`), /^HTTP\/1\.1 (408|503) /);
    const ask = { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' };
    const late = await failureOf(await server.get('/test/hold', ask));
    t.like(late, { status: 503, code: 'ERR_TIMEOUT', error: 'There was no answer within 1 s' });
    await letGo(1);
    t.is((await server.get('/test/abort', ask)).status, 503);
    while (aborted.count < 1) await delay(5);
    t.is(server.log.entries.filter(({ level }) => Number(level) > 40).length, 0);
  },
);
