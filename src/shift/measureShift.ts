/** Whether images differ from those that a model knows: in what, by how much, and what that may cost. */
import { isRunDirectory } from '../inference/index.js';
import { createNewFolder } from '../native/index.js';
import { acceptedOfBoth } from './answers.js';
import { compareSides, loadClassifier, type Study } from './study.js';
import type { ShiftHooks, ShiftOptions, ShiftReport } from './types.js';
import { verdictOf } from './verdict.js';
import { writeShift } from './writeShift.js';
import { basename, extname, join } from 'node:path';

/**
 * Compares the target's files, pixels and, with a model, embeddings with the source's, and estimates from the model's
 * confidence how often it is right on the target. No label of the target is used. With `output` it writes `shift.json`
 * and `shift.html`. For research and education: not a medical device.
 * @throws RoentgenError as `loadModel`, `scanSource`, `openData` and `packDataset`; ERR_UNSUPPORTED for a
 * reconstruction; ERR_EMPTY_DATASET for fewer than 20 images on a side; ERR_SINGLE_CLASS for a model with a source of one
 * class; ERR_UNKNOWN_CLASS where no class of the target is the model's; ERR_INVALID_ARGUMENT; ERR_NO_SPACE, ERR_IO;
 * ABORT_ERR
 */
export async function measureShift(
  options: ShiftOptions,
  hooks: ShiftHooks = {},
): Promise<ShiftReport> {
  const started = performance.now();
  using model = options.model === undefined ? null : await loadClassifier(options.model);
  using study = await compareSides(options, model, hooks);
  const place = outputOf(options);
  const output = place === undefined ? null : await createNewFolder(place);
  const report = reportOf(study, options, { started, output });
  if (output !== null) await writeShift(output, report, study, null);
  return report;
}

/** Where the files go; undefined for nowhere. */
export function outputOf({ output, model, target }: ShiftOptions): string | undefined {
  if (output !== undefined || model === undefined || !isRunDirectory(model)) return output;
  return join(model, `shift-${basename(target, extname(target))}`);
}

export function reportOf(
  { source, target, figures, ofModel }: Study,
  options: ShiftOptions,
  { started, output }: { started: number; output: string | null },
): ShiftReport {
  const embedding = ofModel && ofModel.drift;
  return {
    source: options.source,
    target: options.target,
    model: ofModel && ofModel.model.path,
    classes: ofModel ? [...ofModel.model.classes] : [],
    sourceImages: source.positions.length,
    sourcePart: source.part,
    targetImages: target.positions.length,
    seed: options.seed ?? 0,
    ...verdictOf(figures, embedding),
    ...{ figures, embedding },
    accepted: ofModel && acceptedOfBoth(ofModel.source.answers, ofModel.target),
    accuracy: ofModel && ofModel.accuracy,
    shares: ofModel && ofModel.shares,
    notes: notesOf(source, target, ofModel),
    problems: [...source.problems, ...target.problems],
    seconds: (performance.now() - started) / 1000,
    output,
  };
}

function notesOf(
  source: Study['source'],
  target: Study['target'],
  ofModel: Study['ofModel'],
): string[] {
  return [
    ...target.leftOut.map(
      ({ class: name, images }) =>
        `${images} images of ${name} are left out: the class stands for none of the model's (map, --map).`,
    ),
    ...(ofModel === null
      ? ['Without a model only files and pixels are compared (model, --model).']
      : []),
    ...(ofModel?.accuracy && ofModel.drift.grade !== 'none'
      ? [
          'The estimates of the accuracy trust the confidence of the model, which a shift makes too high as a rule: take ' +
            'them for the best case.',
        ]
      : []),
    ...(ofModel !== null && !source.heldOut
      ? [
          'No estimate of the accuracy: it takes at least 100 labeled images that the model did not learn from. Name ' +
            'its run directory with the data of the run, or a source with a split val.',
        ]
      : []),
  ];
}
