/** The pictures of one image's explanations as files of an output folder. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
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
/** `overlays` with the images that they lie on; `all` heatmaps and figures as well. */
export type PictureChoice = (typeof pictureChoices)[number];

const folders = ['images', 'heatmaps', 'overlays', 'figures', 'channels'] as const;

/** Makes the folders that the pictures go to. */
export async function makePictureFolders(root: string, pictures: PictureChoice): Promise<void> {
  if (pictures === 'none') return;
  for (const folder of pictures === 'all' ? folders : ['images', 'overlays']) {
    await mkdir(join(root, folder)).catch((cause: unknown) => {
      throw writeError(join(root, folder), cause);
    });
  }
}

export interface PictureOptions extends HeatOptions {
  root: string;
  pictures: PictureChoice;
  /** Begins the files' names; unique in the folder. */
  stem: string;
}

/** Writes the pictures; gives their files for each explanation, in order. */
export async function writePictures(
  { explanations, batch, at }: ExplainedImage,
  { root, pictures, stem, colormap, opacity }: PictureOptions,
): Promise<PictureFiles[]> {
  const [first] = explanations;
  if (pictures === 'none' || first === undefined) return explanations.map(() => ({}));
  const write = async (file: string, png: Promise<Buffer>): Promise<string> => {
    await writeFileAtomic(join(root, file), await png);
    return file;
  };
  const { classes } = batch.model;
  const options = { colormap, opacity, classes };
  const image = await write(`images/${stem}.png`, renderImage(first.image));
  const [convolution, ...others] = explanations.filter(({ method }) => method === 'activations');
  const sheet =
    convolution === undefined || pictures !== 'all'
      ? {}
      : {
          figure: await write(
            `figures/${stem}.activations.png`,
            renderConvolutions([convolution, ...others], options),
          ),
        };
  if (convolution !== undefined && pictures === 'all') {
    for (const layer of await activationsOf(batch, at)) {
      const file = `channels/${stem}.${layer.layer}.png`;
      await write(file, renderChannels(layer, { name: first.name, colormap }));
    }
  }
  return Promise.all(
    explanations.map(async (explanation) => {
      if (explanation.method === 'activations') return { image, ...sheet };
      const { method } = explanation;
      const draw = async (
        folder: (typeof folders)[number],
        render: (
          explanation: Explanation,
          options: HeatOptions & { classes: readonly string[] },
        ) => Promise<Buffer>,
      ): Promise<string> => write(`${folder}/${stem}.${method}.png`, render(explanation, options));
      const overlay = await draw('overlays', renderOverlay);
      if (pictures === 'overlays') return { image, overlay };
      return {
        ...{ image, overlay },
        heatmap: await draw('heatmaps', renderHeatmap),
        figure: await draw('figures', renderFigure),
      };
    }),
  );
}
