/** The methods of `explainImages` as those who take the exam. */
import type { Model } from '../../inference/index.js';
import { nearest } from '../../models/index.js';
import { parseWith, RoentgenError } from '../../native/index.js';
import { targetLogit } from '../computing/batch.js';
import { computers } from '../computing/computers.js';
import { readMap } from '../maps/readMap.js';
import { methodNames, methodOf, type MethodName } from '../methods.js';
import { explainSettingsSchema } from '../settings.js';
import { limeExaminee, type LimeSettings } from './limeExaminee.js';
import type { Examinee, ExamImages } from './types.js';

/** Maps of the layers themselves explain no class: there is nothing to examine. */
const classMethods = methodNames.filter((name) => methodOf(name).looksAt !== 'convolutions');

/** What `--method` may be. */
export const examMethods: readonly string[] = classMethods;

/**
 * Those who take the exam: methods by name, and others as they are.
 * @throws RoentgenError ERR_INVALID_ARGUMENT for an unknown name, with the nearest one
 */
export function toExaminee(method: string | Examinee, settings: LimeSettings): Examinee {
  if (typeof method !== 'string') return method;
  if (method === 'lime') return limeExaminee(settings);
  const name = classMethods.find((known) => known === method);
  if (name !== undefined) return methodExaminee(name, settings.seed);
  const suggestion = nearest(method, examMethods);
  const hint = suggestion === undefined ? '' : `; did you mean ${suggestion}?`;
  throw new RoentgenError(
    'ERR_INVALID_ARGUMENT',
    `There is no method "${method}" to examine${hint}\nKnown: ${examMethods.join(', ')}`,
  );
}

function methodExaminee(name: MethodName, seed: number | undefined): Examinee {
  return {
    name,
    async explain(model, images) {
      const { dataset, targets, precision, signal } = images;
      const settings = parseWith(explainSettingsSchema, {
        method: [name],
        batchSize: images.batchSize,
        seed,
      });
      const outputs = await outputsOf(model, images);
      const logits = Float64Array.from(outputs, (row, at) => targetLogit(row, targets[at] ?? 0));
      const indices = Int32Array.from(targets.keys());
      const batch = { model, dataset, indices, targets, logits, settings, precision, signal };
      const found = await computers[name](batch);
      const { reading, unit } = methodOf(name);
      const { height, width } = model.format;
      return found.map(([first], at) => {
        const largestLogit = Math.max(...(outputs[at] ?? []).map(Math.abs));
        return readMap(first?.parts ?? [], { reading, unit, largestLogit, height, width }).map;
      });
    },
  };
}

/** Logits of each image. */
async function outputsOf(
  model: Model,
  { dataset, targets, batchSize, precision, signal }: ExamImages,
): Promise<Float32Array[]> {
  const indices = Int32Array.from(targets.keys());
  const selection = {
    indices,
    labels: new Int32Array(),
    batchSize,
    precision,
    tta: 'none',
  } as const;
  const { values, outputs } = await model.outputs(dataset, selection, { signal });
  return Array.from(indices, (at) => values.subarray(at * outputs, (at + 1) * outputs));
}
