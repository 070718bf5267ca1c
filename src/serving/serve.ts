/** A server that answers what its models think of images. */
import type { RunningServer, ServeOptions } from './server.js';

/**
 * Loads models and answers over HTTP until it is closed; files that change are loaded beside the old ones and take their
 * place. For research and education: not a medical device.
 * @throws RoentgenError ERR_INVALID_ARGUMENT for a wrong setting, an address beyond loopback without a token, a port that
 * is taken; ERR_NOT_FOUND, and what `loadModel` throws
 */
export async function serve(options: ServeOptions): Promise<RunningServer> {
  // Whoever predicts in a program of their own need not wait for what speaks HTTP.
  const [{ serveRoutes }, { routes }] = await Promise.all([
    import('./server.js'),
    import('./routes.js'),
  ]);
  return serveRoutes(routes, options);
}
