/** `GET /examples`: synthetic radiographs to try a model with. */
import sharp from 'sharp';
import { z } from 'zod';
import { drawPhantom, phantomKinds, type PhantomKind } from '../../data/index.js';
import type { ExampleEntry } from '../api.js';
import type { Routes } from '../context.js';
import { parseWith } from '../../native/index.js';
import { RequestError } from '../failures.js';

/** Large enough for a screen, and drawn in a sixth of a second. */
const size = 512;
/** Whose findings can be seen. */
const patients: Readonly<Record<PhantomKind, number>> = { normal: 0, bacterial: 1, viral: 4 };

const fileOf = (kind: PhantomKind): string => `phantom-${kind}.png`;
const entries: ExampleEntry[] = phantomKinds.map((kind) => ({
  name: fileOf(kind),
  url: `/examples/${fileOf(kind)}`,
}));

/** The same pixels at every time: a browser may keep them. */
const cacheControl = 'private, max-age=86400';

// Fastify awaits plugins.
// eslint-disable-next-line @typescript-eslint/require-await
export const exampleRoutes: Routes = async (app) => {
  const drawn = new Map<PhantomKind, Promise<Buffer>>();
  const drawOnce = async (kind: PhantomKind): Promise<Buffer> => {
    const picture = drawn.get(kind) ?? draw(kind);
    drawn.set(kind, picture);
    return picture;
  };
  app.get('/examples', () => entries);
  app.get('/examples/:file', async (request, reply) => {
    const { file } = parseWith(z.object({ file: z.string() }), request.params, 'address is');
    const kind = phantomKinds.find((known) => fileOf(known) === file);
    if (kind === undefined) {
      const known = phantomKinds.map(fileOf).join(', ');
      throw new RequestError('ERR_NO_ROUTE', `There is no example of that name. Known: ${known}`);
    }
    void reply.type('image/png').header('cache-control', cacheControl);
    return drawOnce(kind);
  });
};

async function draw(kind: PhantomKind): Promise<Buffer> {
  const { pixels } = drawPhantom({ kind, size, patient: patients[kind] });
  return sharp(pixels, { raw: { width: size, height: size, channels: 1 } })
    .png()
    .toBuffer();
}
