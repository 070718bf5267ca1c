/** The source: images as a model knows them, if there is a choice those that it did not learn from. */
import { extname } from 'node:path';
import {
  openData,
  samplesOf,
  scanSource,
  selectSplits,
  shuffled,
  type ImageFormat,
  type PackedDataset,
  type PackedIndex,
  type Problem,
} from '../data/index.js';
import { isRunDirectory, type Model } from '../inference/index.js';
import { RoentgenError } from '../native/index.js';
import { readRun, type RunSummary } from '../training/index.js';
import { readingOf } from './reading.js';
import { checkSize, mostOfASide, sideOf, type Side } from './side.js';
import type { ShiftHooks, ShiftOptions } from './types.js';

export interface SourceSide extends Side {
  /** What images these are, in words. */
  part: string;
  /** Whether the model did not learn from them, as far as its run says. */
  heldOut: boolean;
  problems: Problem[];
}

interface Chosen {
  part: string;
  heldOut: boolean;
  positions: readonly number[];
}

/** For files and pixels alone, where no model says what it takes. */
export const plainFormat: ImageFormat = { channels: 1, height: 224, width: 224, fit: 'fill' };

/**
 * The validation images of the model's run where they are known, else the split `val`, else `train`, else all.
 * @throws RoentgenError as `openData`; ERR_EMPTY_DATASET; ERR_SINGLE_CLASS where a model's source shows one class only
 */
export async function openSource(
  options: ShiftOptions,
  model: Model | null,
  hooks: ShiftHooks,
): Promise<SourceSide> {
  const { source: data, model: place, seed = 0 } = options;
  const run = place !== undefined && isRunDirectory(place) ? await readRun(place) : null;
  const { labelsFrom, groupBy } = run?.settings ?? options;
  const reading = { labelsFrom, groupBy, classes: model?.classes, allowSingleClass: true };
  // Networks learn from images as they are: repairs are for others.
  const { repairs: _, ...format } = model?.format ?? plainFormat;
  const packed = await openData(data, format, {
    ...reading,
    ...readingOf(options, hooks),
  });
  try {
    const { positions: all, ...chosen } = choose(packed, run, data);
    const drawn = shuffled(all, seed).slice(0, mostOfASide(options));
    const positions = Int32Array.from(drawn).sort();
    checkSize(positions.length, data);
    const isPacked = extname(data).toLowerCase() === '.safetensors';
    const samples = isPacked ? null : (await scanSource(data, reading)).samples;
    const side = sideOf(packed, positions, samples);
    if (model) checkClasses(side, data);
    return { ...side, ...chosen, problems: packed.problems };
  } catch (error) {
    packed.dataset.dispose();
    throw error;
  }
}

function choose({ index }: PackedDataset, run: RunSummary | null, data: string): Chosen {
  const ofSplit = (split: PackedIndex['splits'][number]): number[] =>
    [...index.splits.keys()].filter((position) => index.splits[position] === split);
  if (run !== null && run.dataHash === index.sourceHash) {
    const { validation } = selectSplits({ samples: samplesOf(index) }, run.settings);
    if (isEnough(validation)) {
      return { part: `validation images of ${run.path}`, heldOut: true, positions: validation };
    }
  }
  const [val, train] = [ofSplit('val'), ofSplit('train')];
  if (isEnough(val)) return { part: `split val of ${data}`, heldOut: true, positions: val };
  if (train.length > 0) return { part: `split train of ${data}`, heldOut: false, positions: train };
  return { part: data, heldOut: false, positions: [...index.names.keys()] };
}

/** The accuracy on fewer is known to no better than ten points. */
const fewestHeldOut = 100;

function isEnough(positions: readonly number[]): boolean {
  return positions.length >= fewestHeldOut;
}

function checkClasses({ labels }: Side, data: string): void {
  if (new Set(labels).size > 1) return;
  throw new RoentgenError(
    'ERR_SINGLE_CLASS',
    `The source images in ${data} are all of one class, so that what a model makes of them says nothing: name ` +
      'images of its classes, or leave the model out.',
  );
}
