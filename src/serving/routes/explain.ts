/** `POST /explain`: where a model looked, as a heat map or as numbers; TorchServe's addresses beside it. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { asError } from '../../data/index.js';
import {
  colormapNames,
  explainImages,
  methodNames,
  renderImage,
  renderTransparent,
  type ColormapName,
  type Explanation,
} from '../../explanation/index.js';
import { RoentgenError } from '../../native/index.js';
import type { ExplainBody } from '../api.js';
import type { Routes, ServingContext } from '../context.js';
import { signalOf } from '../deadline.js';
import { notice } from '../../models/index.js';
import type { ServedModel } from '../registry/types.js';
import { readFiles, takeFiles, type UploadedFile } from './bodies.js';
import { entryOf } from './predict.js';
import { answerAt, modelQuery } from './query.js';
import { inTurn } from './turns.js';

const layerSchema = z.string().min(1).max(256);

export const explanationsQuerySchema = z.strictObject({
  method: z.enum(methodNames).default('gradCam').describe('How to explain [gradCam]'),
  layer: z
    .union([layerSchema, z.array(layerSchema).min(1).max(16)])
    .optional()
    .describe("Layer that the map comes from; several give their mean [the architecture's own]"),
  target: z.string().max(256).optional().describe("Class to explain [the model's answer]"),
  colormap: z.enum(colormapNames).default('inferno').describe('Of maps without sign [inferno]'),
});
export const explainQuerySchema = z.strictObject({
  ...modelQuery,
  ...explanationsQuerySchema.shape,
});

type Asked = z.output<typeof explainQuerySchema>;

/** Share of the time for the whole request that it may spend in line. */
const patience = 0.5;

export const explainRoutes: Routes = async (app, { context }) => {
  await takeFiles(app, context.settings);
  const addresses = {
    ...{ url: '/explain', query: explainQuerySchema },
    ...{ urlOfModel: '/explanations', queryOfModel: explanationsQuerySchema },
  };
  answerAt(app, addresses, async (request, reply, asked) => answer(context, request, reply, asked));
};

async function answer(
  context: ServingContext,
  request: FastifyRequest,
  reply: FastifyReply,
  asked: Asked,
): Promise<ExplainBody | Buffer> {
  const { settings, observer } = context;
  using lease = context.lease(request, asked.model, asked.version);
  const { served } = lease;
  const signal = signalOf(request);
  const file = onlyOne(await readFiles(request, settings));
  const waiting = { patience: settings.requestTimeout * 1000 * patience, signal };
  const explanation = await inTurn(served, waiting, async () =>
    explain(served, file, asked, { pixelLimit: settings.maxPixels, signal }),
  );
  const started = performance.now();
  const { colormap } = asked;
  void reply.header('vary', 'accept');
  const picture = prefersPicture(request.headers.accept);
  const body = picture
    ? await renderTransparent(explanation, { colormap })
    : await bodyOf(served, explanation, colormap);
  if (picture) void reply.type('image/png');
  const outputMs = performance.now() - started;
  observer.worked(request, { images: 1, answers: [explanation.answer], outputMs });
  return body;
}

function onlyOne(files: readonly UploadedFile[]): UploadedFile {
  const [file, ...others] = files;
  if (file !== undefined && others.length === 0) return file;
  throw new RoentgenError(
    'ERR_INVALID_ARGUMENT',
    `One image is explained at a time, and the form has ${files.length} files`,
  );
}

async function explain(
  { model }: ServedModel,
  { name, bytes }: UploadedFile,
  { method: asked, layer, target }: Asked,
  options: { pixelLimit: number; signal: AbortSignal },
): Promise<Explanation> {
  const settings = {
    method: [asked],
    ...(layer !== undefined && { layer: [layer].flat() }),
    ...(target !== undefined && { target }),
  };
  const { explanations, problems } = await explainImages(model, [bytes], settings, options);
  const [explanation, ...others] = explanations;
  if (explanation === undefined) {
    throw asError(problems.map((problem) => ({ ...problem, file: name })));
  }
  if (others.length === 0) return { ...explanation, name };
  throw new RoentgenError(
    'ERR_INVALID_ARGUMENT',
    `${asked} has a map for each of ${explanations.length} layers: name one with layer=`,
  );
}

async function bodyOf(
  { name, version, model }: ServedModel,
  explanation: Explanation,
  colormap: ColormapName,
): Promise<ExplainBody> {
  const { answer: given, image, map, layers, target, evidence, raw } = explanation;
  const { height, width } = image;
  const pictures = [renderTransparent(explanation, { colormap }), renderImage(image)];
  const [heatmap = '', seen = ''] = (await Promise.all(pictures)).map((png) =>
    png.toString('base64'),
  );
  return {
    ...entryOf(explanation.name, given, model.classes),
    model: name,
    version,
    method: explanation.method,
    layers,
    target,
    evidence,
    raw,
    map: { height, width, values: Array.from(map, fourDecimals) },
    heatmap,
    image: seen,
    notice,
  };
}

/** A color scale of 256 shades shows no more, and all digits of a float would treble the body. */
const fourDecimals = (value: number): number => Math.round(value * 1e4) / 1e4;

/** Whether the client would rather have a picture than JSON, which it gets unless it says so. */
export function prefersPicture(accept = '*/*'): boolean {
  const quality = (...types: readonly string[]): number =>
    Math.max(
      0,
      ...accept.split(',').map((entry) => {
        const [type = '', ...parameters] = entry
          .split(';')
          .map((part) => part.trim().toLowerCase());
        const q = parameters.find((parameter) => parameter.startsWith('q='));
        return types.includes(type) ? Number(q?.slice(2) ?? 1) || 0 : 0;
      }),
    );
  return quality('image/png', 'image/*') > quality('application/json', 'application/*', '*/*');
}
