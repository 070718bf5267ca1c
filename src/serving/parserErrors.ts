/** What cannot be parsed as HTTP has no request and no reply: the answer is written by hand. */
import { randomUUID } from 'node:crypto';
import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { toFailure } from './failures.js';

export function answerParserErrors(error: Error & { code?: string }, socket: Socket): void {
  // Where the client is gone, nobody reads.
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const id = randomUUID();
  // What the parser says of the bytes is for the authors of clients; the status says enough.
  const { status, body } = toFailure(
    {
      statusCode: 400,
      code: error.code,
      message: 'The request is no valid HTTP, or came too slowly',
    },
    id,
  );
  const text = JSON.stringify(body);
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`,
    'Content-Type: application/json; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(text)}`,
    `X-Request-Id: ${id}`,
    'Connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${text}`);
}
