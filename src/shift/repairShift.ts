/** From a shift that was measured to a model that copes with it. */
import { join } from 'node:path';
import type { PackedDataset } from '../data/index.js';
import { loadModel, repairModel } from '../inference/index.js';
import { createNewFolder, invalidArgument } from '../native/index.js';
import { climbLadder, type Ladder } from './ladder/index.js';
import { outputOf, reportOf } from './measureShift.js';
import { lookAtLabels } from './outcome.js';
import type { RepairReport } from './repairReport.js';
import { answersOf, toldBy } from './seen.js';
import { sideOf, type Side } from './side.js';
import { compareSides, loadClassifier } from './study.js';
import type { ShiftHooks, ShiftOptions } from './types.js';
import { writeShift } from './writeShift.js';

/** Less is not worth a word. */
const fewerAccepted = 0.05;
const repairedFile = 'model_repaired.safetensors';

/**
 * Measures the shift as `measureShift`, then tries repairs of the target's images, of batch normalization and of the class
 * shares, chosen on unlabeled criteria alone (`ladder.criterion`). What was kept becomes part of a new model file,
 * `model_repaired.safetensors`; the model itself stays as it is. Labels of the target, where it has them, are used once,
 * at the end, for the figures before and after. For research and education: not a medical device.
 * @throws RoentgenError as `measureShift` and `repairModel`; ERR_INVALID_ARGUMENT without a model, or without a place for
 * the new one
 */
export async function repairShift(
  options: ShiftOptions & { model: string },
  hooks: ShiftHooks = {},
): Promise<RepairReport> {
  const started = performance.now();
  const place = outputOf(options);
  if (place === undefined) {
    throw invalidArgument('output', 'a folder for the new model', options.output);
  }
  using model = await loadClassifier(options.model);
  using study = await compareSides(options, model, hooks);
  const { ofModel } = study;
  if (ofModel === null) throw invalidArgument('model', 'a classifier', options.model);
  const ladder = await climbLadder({ study, ofModel, options, hooks });
  const output = await createNewFolder(place);
  const packed = ladder.kept.length > 0 ? await study.target.pack(ladder.repairs) : null;
  using repaired = packed && sideOf(packed, everyone(packed), null);
  const file = join(output, repairedFile);
  const after =
    packed && repaired && (await writeRepaired({ packed, repaired, ladder, file }, options, hooks));
  const before = toldBy(model, ofModel.target);
  const outcome = study.target.labeled
    ? await lookAtLabels(model, study.target, [before, after], options)
    : null;
  const measured = reportOf(study, options, { started, output });
  const report = {
    ...measured,
    ...{ ladder, outcome, repairedModel: packed && file },
    notes: [...measured.notes, ...notesOn(ladder)],
  };
  await writeShift(output, report, study, repaired);
  return report;
}

/** Writes the new model; what it tells of the target, row-major [N, classes]. */
async function writeRepaired(
  {
    packed,
    repaired,
    ladder,
    file,
  }: { packed: PackedDataset; repaired: Side; ladder: Ladder; file: string },
  options: ShiftOptions & { model: string },
  hooks: ShiftHooks,
): Promise<Float64Array> {
  const { signal } = hooks;
  const { positions } = repaired;
  const { repairs, adaBN: statistics, prior: classShares } = ladder;
  const settings = { repairs, statistics, classShares, batchSize: options.batchSize ?? 64 };
  await repairModel(options.model, { packed, positions }, settings, file, { signal });
  using model = await loadModel(file);
  const answers = await answersOf(model, repaired, options, signal);
  return toldBy(model, answers);
}

function everyone({ index }: PackedDataset): Int32Array {
  return Int32Array.from(index.names.keys());
}

/** The gate was fitted on images without repairs, which may leave a mark on all of them, such as one histogram. */
function notesOn({ accepted }: Ladder): string[] {
  if (accepted === null || accepted.after > accepted.before - fewerAccepted) return [];
  const percent = (share: number): string => `${(100 * share).toFixed(0)}%`;
  return [
    `The gate lets ${percent(accepted.after)} of the repaired images through, of those without repair ` +
      `${percent(accepted.before)}: it knows images without repairs. Fit it anew: roentgen calibrate.`,
  ];
}
