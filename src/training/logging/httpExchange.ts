/** One HTTP request and its answer: a file is streamed, and a server that falls silent is given up. */
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';

export interface Exchange {
  method: 'GET' | 'POST' | 'PUT';
  url: string;
  /** `Content-Length` among them where `body` is a stream. */
  headers: Readonly<Record<string, string | number>>;
  body?: string | Readable | undefined;
  signal: AbortSignal;
  /** Milliseconds without any byte sent or received after which the server counts as gone. */
  silenceMs: number;
}

export interface Answer {
  status: number;
  text: string;
}

/**
 * `fetch` has no time-out for silence, and one for the whole would cut off a large file on a slow line. A redirection
 * is an answer like others, so that credentials reach no other server.
 * @throws the system's error, an AbortError, or `no answer for … s`
 */
export function exchange(sent: Exchange): Promise<Answer> {
  const { method, headers, body, signal, silenceMs } = sent;
  const url = new URL(sent.url);
  const send = url.protocol === 'https:' ? httpsRequest : httpRequest;
  return new Promise((resolve, reject) => {
    // A connection of its own: one kept since the last epoch may be closed by the server just then.
    const options = { method, headers, signal, timeout: silenceMs, agent: false as const };
    let answered = false;
    const request = send(url, options, (response) => {
      answered = true;
      const status = response.statusCode ?? 0;
      text(response).then((body) => resolve({ status, text: body }), reject);
    });
    request.on('timeout', () => {
      request.destroy(new Error(`no answer for ${silenceMs / 1000} s`));
    });
    // A server that refuses a file answers first and then hangs up: the answer counts.
    request.on('error', (error) => {
      if (!answered) reject(error);
    });
    if (body === undefined || typeof body === 'string') request.end(body);
    else body.on('error', (error) => request.destroy(error)).pipe(request);
  });
}
