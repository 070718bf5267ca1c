/** What every route of the server is given: `app.register(routes, { context })`. */
import type { FastifyPluginAsync, FastifyRequest } from 'fastify';
import type { Metrics } from './metrics/metrics.js';
import type { Observer } from './observer.js';
import type { Lease, Registry } from './registry/types.js';
import type { ResolvedSettings } from './settings.js';

export interface ServingContext {
  readonly settings: ResolvedSettings;
  readonly registry: Registry;
  readonly observer: Observer;
  readonly metrics: Pick<Metrics, 'text'>;
  /** Whether requests are taken: false as soon as the server was asked to end. */
  readonly ready: boolean;
  /**
   * `registry.lease`, counted and logged as the model that this request asks: for `using`.
   * @throws RoentgenError ERR_UNKNOWN_MODEL
   */
  lease(request: FastifyRequest, name?: string, version?: string): Lease;
}

/** Routes of the server. Errors that they throw are answered as `failures` says. */
export type Routes = FastifyPluginAsync<{ context: ServingContext }>;

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Answered without a token, too. Default false. */
    open?: boolean;
    /** Tells whether the server lives: answered whatever the rate. Default false. */
    probe?: boolean;
    /** Puts models to work: refused while as much is in work as may be. Default false. */
    predicts?: boolean;
  }
}
