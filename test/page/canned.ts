/** What the fake server answers: two models, and answers that follow from the name of a file. */
import sharp from 'sharp';
import { drawPhantom } from '../../src/data/index.js';
import type { ExplainBody, ModelEntry, PredictionEntry } from '../../src/serving/api.js';

export const notice = 'For research and education only: not a medical device.';

export const binaryModel: ModelEntry = {
  name: 'chest',
  version: '2',
  default: true,
  architecture: 'resnet18',
  classes: ['NORMAL', 'PNEUMONIA'],
  input: { channels: 1, height: 128, width: 128, fit: 'contain' },
  operatingPoint: { positive: 'PNEUMONIA', threshold: 0.38, rule: 'youden' },
  abstains: true,
  explanation: {
    methods: ['gradCam', 'layerCam', 'integratedGradients'],
    layers: ['layer1', 'layer2', 'layer3', 'layer4'],
    layer: 'layer4',
  },
  precision: 'fp32',
  tta: 'none',
  repair: null,
  loaded: '2026-01-01T00:00:00.000Z',
};

export const ternaryModel: ModelEntry = {
  ...binaryModel,
  name: 'kinds',
  version: '1',
  default: false,
  classes: ['NORMAL', 'BACTERIA', 'VIRUS'],
  operatingPoint: null,
  abstains: false,
};

/** A test says what is seen by how it calls a file: `healthy`, `doubt`, `strange`, else pneumonia. */
export function answerFor(filename: string, { classes }: ModelEntry): PredictionEntry {
  const share = filename.includes('healthy') ? 0.07 : filename.includes('doubt') ? 0.44 : 0.934;
  const first = classes.length === 2 ? [1 - share, share] : [1 - share, share * 0.8, share * 0.2];
  const probabilities = Object.fromEntries(classes.map((name, at) => [name, first[at] ?? 0]));
  const label = share >= 0.38 ? (classes[1] ?? '') : (classes[0] ?? '');
  if (filename.includes('doubt')) {
    return { filename, label, probabilities, predictionSet: classes, abstain: 'ambiguous' };
  }
  const abstain = filename.includes('strange') ? 'unfamiliar' : null;
  return { filename, label, probabilities, predictionSet: [label], abstain };
}

export async function phantomPng(
  kind: 'normal' | 'bacterial' | 'viral',
  size = 256,
): Promise<Buffer> {
  const { pixels } = drawPhantom({ kind, size, seed: 7 });
  return sharp(pixels, { raw: { width: size, height: size, channels: 1 } })
    .png()
    .toBuffer();
}

/** @param parameters of the request's address */
export async function explanationFor(
  filename: string,
  bytes: Buffer,
  model: ModelEntry,
  { parameters, evidence }: { parameters: URLSearchParams; evidence: boolean },
): Promise<ExplainBody> {
  const { name, version, input } = model;
  const entry = answerFor(filename, model);
  const layer = parameters.get('layer');
  const heatmap = await heat(input, evidence, Number(layer?.at(-1) ?? 4));
  const image = await seen(bytes, input);
  return {
    ...entry,
    model: name,
    version,
    method: parameters.get('method') ?? 'gradCam',
    layers: layer === null ? [] : [layer],
    target: entry.label,
    evidence,
    raw: { minimum: 0, maximum: 1 },
    map: { height: input.height, width: input.width, values: [] },
    heatmap: heatmap.toString('base64'),
    image: image.toString('base64'),
    notice,
  };
}

/** What the network would see; of what sharp cannot read, a phantom. */
async function seen(bytes: Buffer, { height, width, fit }: ModelEntry['input']): Promise<Buffer> {
  const resized = (source: Buffer) =>
    sharp(source).resize({ width, height, fit, background: 'black' }).greyscale().png().toBuffer();
  return resized(bytes).catch(async () => resized(await phantomPng('viral')));
}

/** A red spot, the smaller the deeper the layer. */
async function heat(
  { height, width }: ModelEntry['input'],
  evidence: boolean,
  depth: number,
): Promise<Buffer> {
  const pixels = Buffer.alloc(4 * height * width);
  const spread = 60 / depth;
  for (let at = 0; evidence && at < height * width; at += 1) {
    const distance = Math.hypot((at % width) - 0.35 * width, Math.floor(at / width) - 0.6 * height);
    const value = Math.exp(-((distance / spread) ** 2));
    pixels.set([255, 160 * value, 20, 255 * value], 4 * at);
  }
  return sharp(pixels, { raw: { width, height, channels: 4 } })
    .png()
    .toBuffer();
}
