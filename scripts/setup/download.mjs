/** Downloads a file with short time-outs while hashing it, and unpacks a zip with whatever the system has. */
import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { lastLines, run, which } from './process.mjs';

const maximumRedirects = 5;

/**
 * Downloads `url` to `file` and returns its SHA-256 in hex.
 * Gives up when no connection stands after `connectMs` (10 s) or no byte comes for `idleMs` (60 s).
 */
export async function download(url, file, { connectMs = 10_000, idleMs = 60_000, onBytes } = {}) {
  const response = await open(new URL(url), { connectMs, idleMs }, maximumRedirects);
  const hash = createHash('sha256');
  const total = Number(response.headers['content-length'] ?? 0);
  let received = 0;
  const meter = new Transform({
    transform(chunk, _encoding, done) {
      hash.update(chunk);
      received += chunk.length;
      onBytes?.(received, total);
      done(null, chunk);
    },
  });
  await pipeline(response, meter, createWriteStream(file));
  if (total && received !== total) {
    throw new Error(`${received} of ${total} bytes came from ${url}`);
  }
  return hash.digest('hex');
}

function open(url, limits, redirects) {
  const client = url.protocol === 'http:' ? http : https;
  return new Promise((resolve, reject) => {
    const request = client.get(url);
    // Once there is a response, whoever reads it gets to know only what it was destroyed with.
    let failing = request;
    const fail = (message) => failing.destroy(new Error(`${url.host}: ${message}`));
    const connecting = setTimeout(() => {
      fail(`no connection within ${limits.connectMs / 1000} s`);
    }, limits.connectMs);
    request.on('socket', (socket) => {
      const ready = url.protocol === 'http:' ? 'connect' : 'secureConnect';
      socket.once(ready, () => clearTimeout(connecting));
    });
    request.setTimeout(limits.idleMs, () => fail(`no byte for ${limits.idleMs / 1000} s`));
    request.on('error', (error) => {
      clearTimeout(connecting);
      reject(error);
    });
    request.on('response', (response) => {
      clearTimeout(connecting);
      failing = response;
      const { statusCode, headers } = response;
      if (statusCode >= 300 && statusCode < 400 && headers.location && redirects > 0) {
        response.resume();
        resolve(open(new URL(headers.location, url), limits, redirects - 1));
      } else if (statusCode === 200) {
        resolve(response);
      } else {
        response.resume();
        reject(new Error(`${url.host} answered ${statusCode} for ${url.pathname}`));
      }
    });
  });
}

/** Programs that unpack a zip, the first on PATH is used. */
const unpackers = [
  { program: 'unzip', args: (zip, folder) => ['-q', zip, '-d', folder] },
  { program: 'python3', args: (zip, folder) => ['-m', 'zipfile', '-e', zip, folder] },
  { program: 'bsdtar', args: (zip, folder) => ['-xf', zip, '-C', folder] },
];

/** Unpacks `zip` into `folder`; returns the name of the program that did it. */
export async function unpack(zip, folder, env) {
  const tool = unpackers.find(({ program }) => which(program, env));
  if (!tool) {
    const names = unpackers.map(({ program }) => program).join(', ');
    throw new Error(`none of ${names} is on PATH; try: apt-get install unzip`);
  }
  const result = await run(tool.program, tool.args(zip, folder), { env, timeoutMs: 600_000 });
  if (!result.ok) {
    throw new Error(`${tool.program}: ${result.reason}: ${lastLines(result.output, 3)}`);
  }
  return tool.program;
}
