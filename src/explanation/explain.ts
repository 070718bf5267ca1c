/** Explanations of files and folders of images, written to a folder of their own. */
import { basename, extname, join } from 'node:path';
import { z } from 'zod';
import { refuseMasks, scanSource, type Problem } from '../data/index.js';
import { loadModel } from '../inference/index.js';
import {
  createNewFolder,
  invalidArgument,
  parseWith,
  RoentgenError,
  writeFileAtomic,
  type Hooks,
} from '../native/index.js';
import { explainNamed, type ExplainProgress } from './explainImages.js';
import { galleryHtml } from './gallery/page.js';
import { colormapNames } from './pictures/colors.js';
import { defaultColormap, defaultOpacity } from './pictures/heat.js';
import { pictureChoices, writePictures } from './pictures/writePictures.js';
import { explainSettingsSchema, type ExplainSettings } from './settings.js';
import { formatTable, rowOf, type ExplanationRow } from './table.js';

/** How pictures are drawn, and which. */
export const pictureSettingsSchema = z.strictObject({
  pictures: z
    .enum(pictureChoices)
    .default('all')
    .describe('overlays with the gallery; all draws heatmaps and figures as well'),
  colormap: z
    .enum(colormapNames)
    .default(defaultColormap)
    .describe('Of maps without sign; maps with one are blue, white and red'),
  opacity: z
    .number()
    .min(0)
    .max(1)
    .default(defaultOpacity)
    .describe("How far the color of a map's highest value covers the image"),
});

const optionsSchema = explainSettingsSchema.extend(pictureSettingsSchema.shape);

/** Which images of which model are explained, and which files are written. */
export interface ExplainOptions extends ExplainSettings, z.input<typeof pictureSettingsSchema> {
  /** A model file or a run directory. */
  model: string;
  /** Image files, and folders that are searched at any depth. */
  images: readonly string[];
  /** New folder for what is written (`-1`, `-2` … is added where it exists). Default `explanations`. */
  output?: string | undefined;
  /** Folder of lung masks, for a model that sees the lungs alone; see `scanSource`. */
  masks?: string | undefined;
  /** Images decoded at once; default 3. */
  workers?: number | undefined;
}

/** The explanations of all images, and where their pictures and table are. */
export interface ExplainResult {
  /** Holds explanations.csv and, but for pictures `none`, gallery.html and the folders of the pictures. */
  folder: string;
  /** Image by image, and for each in the order of the methods; of `activations` one for each convolution. */
  rows: ExplanationRow[];
  /** Files that gave no explanation, and why. */
  problems: Problem[];
}

/**
 * Explains image files and writes a table, pictures and a gallery. For research and education: not a medical device.
 * @throws RoentgenError as `loadModel`, `scanSource` and `explainImages`; ERR_UNSUPPORTED for an exported graph, which
 * has no gradients; ERR_NO_SPACE, ERR_IO, ABORT_ERR
 */
export async function explain(
  { model: path, images, output = 'explanations', masks, workers, ...options }: ExplainOptions,
  hooks: Hooks<ExplainProgress> = {},
): Promise<ExplainResult> {
  if (images.length === 0) throw invalidArgument('images', 'at least one path', 'none');
  checkPath(path);
  const { pictures, colormap, opacity, ...settings } = parseWith(optionsSchema, options);
  using model = await loadModel(path);
  refuseMasks(masks, model.format);
  const source = await scanSource(images, { unlabeled: true, masks });
  const named = source.samples.map(({ path: image, name, mask }) => ({ image, name, mask }));
  const rows: ExplanationRow[] = [];
  let folder: Promise<string> | undefined;
  // Only once the first image is explained: wrong settings leave no empty folder behind.
  let number = 0;
  const { problems } = await explainNamed(model, named, settings, {
    ...hooks,
    workers,
    visit: async (explained) => {
      folder ??= createNewFolder(output);
      number += 1;
      const stem = stemOf(explained.explanations[0]?.name ?? '', number);
      const options = { root: await folder, pictures, stem, colormap, opacity };
      const files = await writePictures(explained, options);
      explained.explanations.forEach((explanation, at) => {
        rows.push(rowOf(explanation, model.classes, files[at] ?? {}));
      });
    },
  });
  const root = await (folder ?? createNewFolder(output));
  const result = { folder: root, rows, problems: [...source.problems, ...problems] };
  await writeFileAtomic(join(root, 'explanations.csv'), formatTable(rows));
  if (pictures !== 'none') {
    const page = galleryHtml({ ...result, classes: model.classes, model: path });
    await writeFileAtomic(join(root, 'gallery.html'), page);
  }
  return result;
}

/** Exported graphs are made for answers: they have lost their layers, and with them gradients. */
function checkPath(path: string): void {
  if (extname(path).toLowerCase() !== '.onnx') return;
  throw new RoentgenError(
    'ERR_UNSUPPORTED',
    `${path} is a frozen export without layers and gradients: explain the .safetensors model that it was exported from.`,
  );
}

/** Keeps files in the order of the images and apart where only folders or endings tell their names apart. */
function stemOf(name: string, number: number): string {
  const plain = basename(name, extname(name)).replace(/[^\w-]+/g, '_');
  return `${String(number).padStart(4, '0')}_${plain.slice(0, 80)}`;
}
