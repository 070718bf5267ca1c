/** Who is let in, and what browsers are told. */
import { writeFile } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import { join } from 'node:path';
import anyTest, { type TestFn } from 'ava';
import { RoentgenError } from '../../src/index.js';
import { serve } from '../../src/serving/index.js';
import { checkAccess, readToken } from '../../src/serving/settings.js';
import { failureOf, smallModel, startServer } from './support.js';

const test = anyTest as TestFn<Awaited<ReturnType<typeof smallModel>>>;
test.before(async (t) => {
  t.context = await smallModel();
});
test.after.always((t) => t.context.remove());

const token = 'a-token-of-the-tests-0123456789';
const bearer = (value: string): RequestInit => ({ headers: { authorization: value } });

test('with a token, only probes and the page answer without it', async (t) => {
  const server = await startServer(t, { models: [t.context.file], token });
  for (const path of ['/health', '/ping', '/']) t.is((await server.get(path)).status, 200, path);
  for (const path of ['/models', '/metrics', '/test/predict', '/nowhere']) {
    const response = await server.get(path);
    t.is(response.headers.get('www-authenticate'), 'Bearer realm="roentgen"');
    t.like(await failureOf(response), { status: 401, code: 'ERR_UNAUTHORIZED' }, path);
  }
  t.is((await server.get('/models', bearer(`Bearer ${token}`))).status, 200);
  t.is((await server.get('/test/predict', bearer(`bearer ${token}`))).status, 200);
});

test('no other token opens, whatever its length', async (t) => {
  const server = await startServer(t, { models: [t.context.file], token });
  const others = [
    `Bearer ${token}x`,
    `Bearer ${token.slice(0, -1)}`,
    `Bearer ${token.toUpperCase()}`,
    `Bearer ${'x'.repeat(8000)}`,
    'Bearer',
    `Basic ${token}`,
    token,
  ];
  for (const value of others) t.is((await server.get('/models', bearer(value))).status, 401, value);
  t.false(server.log.text.includes(token.slice(0, -1)), 'the log has no tokens');
});

test('beyond loopback a token is needed, or the word that none is', async (t) => {
  const error = await t.throwsAsync(serve({ models: [t.context.file], host: '0.0.0.0', port: 0 }), {
    instanceOf: RoentgenError,
    code: 'ERR_INVALID_ARGUMENT',
  });
  t.regex(error.message, /--token-file or ROENTGEN_TOKEN.*--allow-unauthenticated/);
  const open = await startServer(t, {
    models: [t.context.file],
    host: '0.0.0.0',
    allowUnauthenticated: true,
  });
  t.is((await fetch(`${open.url.replace('0.0.0.0', '127.0.0.1')}/models`)).status, 200);
});

test('every way to say loopback is known, and nothing that looks like it', (t) => {
  const access = (host: string) => () =>
    checkAccess({ host, allowUnauthenticated: false }, undefined);
  for (const host of ['127.0.0.1', '127.8.9.1', 'localhost', '::1']) t.notThrows(access(host));
  for (const host of ['0.0.0.0', '::', '192.168.0.1', '127.0.0.1.example.org', 'localhost.evil']) {
    t.throws(access(host), { code: 'ERR_INVALID_ARGUMENT' }, host);
  }
});

test('a token comes from a file or the environment, and short ones are refused', async (t) => {
  const tokenFile = join(t.context.root, 'token');
  await writeFile(tokenFile, `${token}\n`);
  t.is(readToken({ tokenFile }, {}), token);
  t.is(readToken({}, { ROENTGEN_TOKEN: token }), token);
  t.is(readToken({}, { ROENTGEN_TOKEN: '' }), undefined);
  t.is(readToken({}, {}), undefined);
  t.throws(() => readToken({ token: 'short' }, {}), { code: 'ERR_INVALID_ARGUMENT' });
  t.throws(() => readToken({ token: 'two words of some length' }, {}), { message: /one word/ });
  t.throws(() => readToken({ tokenFile: `${tokenFile}.none` }, {}), { code: 'ERR_NOT_FOUND' });
});

/** `fetch` writes the Host header itself. */
async function statusAs(url: string, headers: Record<string, string>): Promise<number> {
  return new Promise((resolve, reject) => {
    httpRequest(url, { headers }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    })
      .on('error', reject)
      .end();
  });
}

test('on loopback, a name that somebody pointed there is refused', async (t) => {
  const server = await startServer(t, { models: [t.context.file], allowedHosts: ['xray.example'] });
  const url = `${server.url}/models`;
  for (const host of ['localhost', 'localhost:8080', '127.0.0.1', '[::1]:80', 'XRAY.example:443']) {
    t.is(await statusAs(url, { host }), 200, host);
  }
  for (const host of ['evil.example', 'localhost.evil.example', 'evil.example:8080']) {
    t.is(await statusAs(url, { host }), 421, host);
  }
});

test('pages of other sites may follow links here, and send nothing', async (t) => {
  const server = await startServer(t, { models: [t.context.file] });
  const headers = { 'sec-fetch-site': 'cross-site', 'content-type': 'application/json' };
  t.is((await server.get('/', { headers })).status, 200);
  const sent = await server.get('/test/body', { method: 'POST', headers, body: '{}' });
  t.like(await failureOf(sent), { status: 403, code: 'ERR_FORBIDDEN' });
});

test('a client that asks too often is told when to come again, before its token is looked at', async (t) => {
  const server = await startServer(t, { models: [t.context.file], token, rateLimit: 3 });
  for (let i = 0; i < 3; i += 1) t.is((await server.get('/models')).status, 401);
  const refused = await server.get('/models', bearer(`Bearer ${token}`));
  const seconds = Number(refused.headers.get('retry-after'));
  t.true(seconds > 0 && seconds <= 60);
  t.like(await failureOf(refused), { status: 429, code: 'ERR_RATE_LIMIT' });
  t.is((await server.get('/health')).status, 200, 'probes are never too often');
});

test('browsers may load nothing from elsewhere, frame nothing and guess no types', async (t) => {
  const server = await startServer(t, { models: [t.context.file] });
  for (const path of ['/', '/models', '/nowhere']) {
    const { headers } = await server.get(path);
    const policy = headers.get('content-security-policy') ?? '';
    t.regex(policy, /default-src 'none'/);
    t.notRegex(policy, /unsafe|\*|http/);
    t.is(headers.get('x-content-type-options'), 'nosniff');
    t.is(headers.get('x-frame-options'), 'DENY');
    t.is(headers.get('referrer-policy'), 'no-referrer');
    t.is(headers.get('access-control-allow-origin'), null);
    t.is(headers.get('server') ?? headers.get('x-powered-by'), null);
  }
});
