/** The pictures of one image's explanations as files of an output folder. */
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { writeError, writeFileAtomic } from '../../native/index.js';
import { activationsOf } from '../computing/activations.js';
import type { ExplainedImage } from '../explainImages.js';
import type { PictureFiles } from '../table.js';
import type { Explanation } from '../types.js';
import { renderChannels, renderConvolutions } from './activationSheets.js';
import { renderFigure } from './figure.js';
import type { HeatOptions } from './heat.js';
import { renderHeatmap, renderImage, renderOverlay } from './render.js';

export const pictureChoices = ['none', 'overlays', 'all'] as const;
/** `overlays` with the images that they lie on; `all` heatmaps, figures and sheets of activations as well. */
export type PictureChoice = (typeof pictureChoices)[number];

export interface PictureOptions extends HeatOptions {
  root: string;
  pictures: PictureChoice;
  /** Begins the files' names; unique in the folder. */
  stem: string;
}

/** Draws what a file below the root is to hold. */
type Draw = (file: string, png: Promise<Buffer>) => Promise<string>;

/**
 * Writes the pictures; gives their files for each explanation, in order.
 * @throws RoentgenError ERR_NO_SPACE, ERR_IO
 */
export async function writePictures(
  explained: ExplainedImage,
  { root, pictures, ...options }: PictureOptions,
): Promise<PictureFiles[]> {
  const { explanations, batch } = explained;
  const [first] = explanations;
  if (pictures === 'none' || first === undefined) return explanations.map(() => ({}));
  const draw: Draw = async (file, png) => {
    const path = join(root, file);
    await mkdir(dirname(path), { recursive: true }).catch((cause: unknown) => {
      throw writeError(path, cause);
    });
    await writeFileAtomic(path, await png);
    return file;
  };
  const style = { ...options, classes: batch.model.classes };
  const image = await draw(`images/${style.stem}.png`, renderImage(first.image));
  const sheet = pictures === 'all' ? await drawActivations(explained, draw, style) : {};
  return Promise.all(
    explanations.map(async (explanation) =>
      explanation.method === 'activations'
        ? { image, ...sheet }
        : { image, ...(await drawMap(explanation, draw, { ...style, pictures })) },
    ),
  );
}

type Style = Omit<PictureOptions, 'root' | 'pictures'> & { classes: readonly string[] };

async function drawMap(
  explanation: Explanation,
  draw: Draw,
  { stem, pictures, ...style }: Style & { pictures: PictureChoice },
): Promise<PictureFiles> {
  const name = `${stem}.${explanation.method}.png`;
  const overlay = await draw(`overlays/${name}`, renderOverlay(explanation, style));
  if (pictures !== 'all') return { overlay };
  return {
    overlay,
    heatmap: await draw(`heatmaps/${name}`, renderHeatmap(explanation, style)),
    figure: await draw(`figures/${name}`, renderFigure(explanation, style)),
  };
}

/** One sheet of all convolutions, and one of the channels of each. */
async function drawActivations(
  { explanations, batch, at }: ExplainedImage,
  draw: Draw,
  { stem, ...style }: Style,
): Promise<PictureFiles> {
  const [first, ...others] = explanations.filter(({ method }) => method === 'activations');
  if (first === undefined) return {};
  for (const layer of await activationsOf(batch, at)) {
    const file = `channels/${stem}.${layer.layer}.png`;
    await draw(file, renderChannels(layer, { name: first.name, ...style }));
  }
  const sheet = renderConvolutions([first, ...others], style);
  return { figure: await draw(`figures/${stem}.activations.png`, sheet) };
}
