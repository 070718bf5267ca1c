/** The end of a response, whether it was sent or its client went away. */
import type { ServerResponse } from 'node:http';

/** Calls `then` once. Fastify's own onResponse says nothing of clients that go. */
export function whenOver(response: ServerResponse, then: () => void): void {
  let over = false;
  const once = (): void => {
    if (over) return;
    over = true;
    then();
  };
  response.once('finish', once);
  response.once('close', once);
}
