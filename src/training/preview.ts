/** A contact sheet of training images: as they are, and as the first epochs change them. */
import {
  openData,
  samplesOf,
  selectSplits,
  type PackedDataset,
  type Problem,
  type SplitSelection,
} from '../data/index.js';
import { invalidArgument } from '../native/index.js';
import { toAugmentation } from './augmentation.js';
import type { TrainHooks } from './events.js';
import { resolveNormalization } from './normalization.js';
import { drawSheet, type ContactSheet } from './contactSheet.js';
import type { ResolvedSettings, TrainSettings } from './options.js';
import { plan, type Places, type Preparation } from './preparation.js';
import { parseSettings } from './settings.js';

export interface PreviewSettings extends TrainSettings, Places {
  /** Rows: training images, classes in turn. Default 6. */
  images?: number | undefined;
  /** Columns after the original, one for each of the first epochs. Default 5. */
  draws?: number | undefined;
}

/** A sheet of training images as augmentation changes them, as a picture. */
export interface AugmentationPreview {
  png: Buffer;
  /** Names of the images shown, from top to bottom. */
  names: string[];
  problems: Problem[];
}

/** Rows or columns. */
const maximum = 64;

/**
 * Draws what a training run with the same settings and data would see, image by image: exactly, since the changes
 * depend on seed, epoch and image alone. Mixup and cutmix are left out, and weights that the run would start from are
 * not read for the gray of erased rectangles.
 * @throws RoentgenError as `train`; ERR_INVALID_ARGUMENT for more than 64 rows or columns
 */
export async function previewAugmentation(
  { data, cacheDir, workers, keepGoing, images = 6, draws = 5, ...rest }: PreviewSettings,
  { onEvent, signal }: TrainHooks = {},
): Promise<AugmentationPreview> {
  for (const [name, count] of Object.entries({ images, draws })) {
    if (!Number.isInteger(count) || count < 1 || count > maximum) {
      throw invalidArgument(name, `an integer from 1 to ${maximum}`, count);
    }
  }
  const settings = parseSettings(rest);
  const { spec, format } = plan(settings);
  const packed = await openData(data, format, {
    ...{ cacheDir, workers, keepGoing, signal },
    ...settings,
    allowSingleClass: true,
    onProgress: (progress) => onEvent?.({ kind: 'packing', ...progress }),
  });
  using dataset = packed.dataset;
  const { valFraction, seed } = settings;
  const selection = selectSplits({ samples: samplesOf(packed.index) }, { valFraction, seed });
  const parts = { packed: { ...packed, dataset }, selection };
  const normalization = await resolveNormalization(settings, spec, format.channels, parts);
  const sheet = await drawPreview({ ...parts, normalization }, settings, { images, draws });
  return { png: sheet.png, names: sheet.names, problems: packed.problems };
}

/** The sheet and the names of its images, for a run that has everything at hand. */
export async function drawPreview(
  { packed, selection, normalization }: Pick<Preparation, 'packed' | 'selection' | 'normalization'>,
  settings: ResolvedSettings,
  { images, draws }: { images: number; draws: number },
): Promise<ContactSheet & { names: string[] }> {
  const { dataset, index } = packed;
  const indices = chooseImages(packed, selection, images);
  const augmentation = toAugmentation(settings);
  const { mean } = normalization;
  const columns = Array.from({ length: draws }, (_, epoch) =>
    dataset.preview({ indices, mean, augmentation, seed: settings.seed, epoch }),
  );
  const originals = Buffer.concat([...indices].map((position) => dataset.read(position)));
  const captions = [...indices].map(
    (position) => index.classes[index.labels[position] ?? -1] ?? 'unlabeled',
  );
  const sheet = await drawSheet([originals, ...columns], index.format, captions);
  return { ...sheet, names: [...indices].map((position) => index.names[position] ?? '') };
}

/** The first training images of each class, classes in turn. */
function chooseImages(
  { index }: PackedDataset,
  { train }: Pick<SplitSelection, 'train'>,
  count: number,
): Int32Array {
  const seen = new Map<number, number>();
  const ranked = train.map((position) => {
    const label = index.labels[position] ?? -1;
    const rank = seen.get(label) ?? 0;
    seen.set(label, rank + 1);
    return { position, label, rank };
  });
  ranked.sort((a, b) => a.rank - b.rank || a.label - b.label);
  return Int32Array.from(ranked.slice(0, count), ({ position }) => position);
}
