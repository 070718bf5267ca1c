/** Measuring one method on some images. */
import { combineSeeds } from '../../data/index.js';
import type { Model } from '../../inference/index.js';
import type { ExamBatch } from './batch.js';
import { checkMap } from './checks.js';
import { measureCurves } from './curves.js';
import { boxRegion, flatShare, shareInside } from './places.js';
import { measureRoad } from './road.js';
import { measureSanity, type Cascade } from './sanity.js';
import { subjectOf } from './subject.js';
import { measureNames, type Box, type Examinee, type ExamRow, type Measures } from './types.js';

export interface ExamContext {
  model: Model;
  cascade: Cascade;
  draws: number;
  seed: number;
  /** Of an image by its name: [H, W] 1 in the lungs; undefined without a mask. */
  lungs: (name: string) => Uint8Array | undefined;
  planted: (name: string) => Box | undefined;
  /** Called when a method has been examined on an image. */
  onRow: (row: ExamRow) => void;
}

/** One row per image. */
export async function examineMethod(
  examinee: Examinee,
  { images, probabilities }: ExamBatch,
  context: ExamContext,
): Promise<ExamRow[]> {
  const { model, cascade } = context;
  const maps = await examinee.explain(model, images);
  const redrawn: Float32Array[][] = [];
  for (const copy of cascade.models) redrawn.push(await examinee.explain(copy, images));
  const rows: ExamRow[] = [];
  for (const [index, image] of images.names.entries()) {
    const map = maps[index] ?? new Float32Array();
    // A map that shows nothing claims nothing that could be checked.
    const measured = isEmpty(map)
      ? {}
      : {
          ...(await examinee.measure?.(model, images, index)),
          ...measureSanity(
            map,
            redrawn.map((found) => found[index] ?? map),
            model.format,
          ),
          ...measurePlaces(map, image, context),
          ...(await measureAnswers(map, index, images, context)),
        };
    const complete = withAllMeasures(measured);
    const row = {
      image,
      method: examinee.name,
      target: model.classes[images.targets[index] ?? 0] ?? '',
      probability: probabilities[index] ?? 0,
      measures: complete,
      ...checkMap(complete),
    };
    rows.push(row);
    context.onRow(row);
  }
  return rows;
}

function isEmpty(map: Float32Array): boolean {
  return map.every((value) => value === 0);
}

async function measureAnswers(
  map: Float32Array,
  index: number,
  images: ExamBatch['images'],
  { model, draws, seed }: ExamContext,
): Promise<Partial<Measures>> {
  const subject = subjectOf(model, images, index);
  // An image's draws depend on its name, not on the images beside it.
  const own = combineSeeds(seed, ...Buffer.from(images.names[index] ?? ''));
  const curves = await measureCurves(subject, map, { draws, seed: own });
  return { ...curves, ...(await measureRoad(subject, map, own)) };
}

function measurePlaces(
  map: Float32Array,
  name: string,
  { model, lungs, planted }: ExamContext,
): Partial<Measures> {
  const mask = lungs(name);
  const box = planted(name);
  const region = box && boxRegion(box, model.format);
  return {
    ...(mask ? { maskShare: shareInside(map, mask), maskFlatShare: flatShare(mask) } : {}),
    ...(region
      ? { plantedShare: shareInside(map, region), plantedFlatShare: flatShare(region) }
      : {}),
  };
}

function withAllMeasures(measured: Partial<Measures>): Measures {
  const entries = measureNames.map((name) => [name, measured[name] ?? null]);
  return Object.fromEntries(entries) as Measures;
}
