/** How much may be in work at the same time: what is too much is refused before its body is read. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { RoentgenError } from '../native/index.js';
import { mebibyte, type ResolvedSettings } from './settings.js';
import { whenOver } from './whenOver.js';

/** The place of a request among those in work. */
interface Ticket {
  bytes: number;
  /** Whether its route is at work: then its end counts, as bodies live until then, and not that its client went. */
  working: boolean;
}

export class Admission {
  private readonly limits: { requests: number; bytes: number; body: number };
  private readonly tickets = new Map<FastifyRequest, Ticket>();
  private bytes = 0;

  constructor({
    capacity,
    maxPendingMiB,
    maxBodyMiB,
  }: Pick<ResolvedSettings, 'capacity' | 'maxPendingMiB' | 'maxBodyMiB'>) {
    // A request has one image or more.
    this.limits = {
      requests: capacity,
      bytes: maxPendingMiB * mebibyte,
      body: maxBodyMiB * mebibyte,
    };
  }

  /** Guards the routes of `app` that predict. To be called before they are added. */
  guard(app: FastifyInstance): void {
    app.addHook('onRoute', (route) => {
      if (!route.config?.predicts) return;
      const { handler } = route;
      const begin = this.begin.bind(this);
      const leave = this.leave.bind(this);
      route.handler = async function (request, reply): Promise<unknown> {
        begin(request);
        try {
          return await handler.call(this, request, reply);
        } finally {
          leave(request);
        }
      };
    });
    app.addHook('onRequest', (request, reply, done) => {
      if (!request.routeOptions.config.predicts) {
        done();
        return;
      }
      this.enter(request);
      whenOver(reply.raw, () => {
        if (this.tickets.get(request)?.working === false) this.leave(request);
      });
      done();
    });
  }

  /** @throws RoentgenError ERR_OVERLOADED */
  private enter(request: FastifyRequest): void {
    const { requests, body } = this.limits;
    const announced = Number(request.headers['content-length'] ?? body);
    const bytes = Math.min(announced, body);
    const full = this.tickets.size >= requests;
    // One alone may always come, however small the limit.
    const heavy = this.bytes > 0 && this.bytes + bytes > this.limits.bytes;
    if (full || heavy) {
      throw new RoentgenError(
        'ERR_OVERLOADED',
        `${this.tickets.size} requests are in work, which is as much as may be: ask again later`,
      );
    }
    this.tickets.set(request, { bytes, working: false });
    this.bytes += bytes;
  }

  private begin(request: FastifyRequest): void {
    const ticket = this.tickets.get(request);
    if (ticket) ticket.working = true;
  }

  private leave(request: FastifyRequest): void {
    this.bytes -= this.tickets.get(request)?.bytes ?? 0;
    this.tickets.delete(request);
  }
}
