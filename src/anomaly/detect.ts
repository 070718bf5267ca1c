/** Judging detectors that know normal images alone on images of both kinds. */
import { join } from 'node:path';
import type { EvaluateHooks } from '../inference/index.js';
import { createNewFolder, type Hooks } from '../native/index.js';
import { refuseCollapse } from './collapse.js';
import { writeDetector } from './detectorFile.js';
import { chooseDetectors, learn, scoreAll } from './detectors.js';
import {
  checkDiscipline,
  chooseSplit,
  enterLooks,
  notesOn,
  type DisciplineOptions,
} from './discipline.js';
import { writeAnomalyFiles } from './files.js';
import { checkKinds, judge } from './judge.js';
import { lookAt, type Look } from './look.js';
import { checkNeighbors } from './neighbors.js';
import { openSubject, type SubjectOptions } from './subject.js';
import { chooseThreshold, parseThresholdRule } from './thresholds.js';
import type { AnomalyReport, DetectorName } from './types.js';

/** Which detectors judge which images, and by which thresholds. */
export interface AnomalyOptions extends SubjectOptions, DisciplineOptions {
  /** Default: all that the model is fit for; `error` and `errorPattern` take an autoencoder. */
  detectors?: readonly DetectorName[] | undefined;
  /** Layer of the embedding; default the architecture's own. */
  layer?: string | undefined;
  /** Which of the nearest normal embeddings counts; default 5. */
  neighbors?: number | undefined;
  /** `sigma=1` (default), `rate=0.05` or `youden`: see `chooseThreshold`. */
  threshold?: string | undefined;
  /** New folder for the files (`-1`, `-2` … is added where it exists); default `anomaly` in the run directory. */
  output?: string | undefined;
}

const defaultNeighbors = 5;
const defaultThreshold = 'sigma=1';

/**
 * Detectors learn from the run's normal training images, take their thresholds from its validation images, and are
 * judged on the test split, which is read once and entered in the run's ledger. Writes `anomaly.json`, `scores.csv`,
 * `detector.json`, a histogram for each detector, and for an autoencoder `reconstructions.png`.
 * For research and education: not a medical device.
 *
 * @throws RoentgenError as `openSubject` and `Network.activations`; ERR_TEST_SELECTION for thresholds from test images
 * without `allowTestSelection`; ERR_INVALID_ARGUMENT for a rule, layer or number of neighbors that does not do;
 * ERR_MODEL_MISMATCH for a detector that the model is not fit for; ERR_DIVERGED for an autoencoder that has collapsed
 * or an embedding without variance; ERR_SINGLE_CLASS where there are no anomalies; ERR_NO_SPACE, ERR_IO, ABORT_ERR
 */
export async function detectAnomalies(
  options: AnomalyOptions,
  hooks: EvaluateHooks = {},
): Promise<AnomalyReport> {
  const { normal, neighbors = defaultNeighbors, threshold: rule = defaultThreshold } = options;
  const { thresholdOn: on = 'validation' } = options;
  parseThresholdRule(rule);
  checkDiscipline(options);
  using subject = await openSubject(options, hooks);
  const { model, packed, parts } = subject;
  const { dataset, index } = packed;
  const { signal, onEvent } = hooks;
  const names = chooseDetectors(options.detectors, model);
  const layer = model.inside.layer(options.layer, 'embedding').name;
  const split = chooseSplit(subject, options);
  const classesOf = (positions: readonly number[]): string[] =>
    positions.map((position) => index.classes[index.labels[position] ?? -1] ?? '');
  const anomalous = classesOf(parts[on]).map((label) => label !== normal);
  const classes = classesOf(parts[split]);
  checkKinds(classes, normal);
  checkNeighbors(neighbors, parts.normal.length);
  // On scores that are all 0: a rule that these images cannot carry is refused before the network is at work.
  chooseThreshold(rule, { scores: new Float64Array(anomalous.length), anomalous });
  if (model.task === 'reconstruction') await refuseCollapse(model, dataset, parts.normal, signal);

  const onProgress: Hooks['onProgress'] = (progress) => onEvent?.({ kind: 'step', ...progress });
  const look = async (positions: readonly number[]): Promise<Look> =>
    lookAt(model, dataset, positions, { layer, signal, onProgress });
  const normalLook = await look(parts.normal);
  const learned = learn(names, normalLook, neighbors);
  const together = on === split ? parts[split] : [...parts[on], ...parts[split]];
  const scores = await scoreAll(names, learned, await look(together), signal);

  const looks = await enterLooks(subject, { ...options, split });
  const judged = new Map([...scores].map(([name, own]) => [name, own.slice(-classes.length)]));
  const results = [...scores].map(([name, own]) => {
    const threshold = chooseThreshold(rule, { scores: own.slice(0, anomalous.length), anomalous });
    const images = { scores: own.slice(-classes.length), classes, normal };
    return judge(name, images, { ...threshold, on });
  });
  const thresholds = new Map(results.map(({ name, threshold }) => [name, threshold]));
  const output = await createNewFolder(options.output ?? join(options.model, 'anomaly'));
  const report: AnomalyReport = {
    model: model.path,
    architecture: model.architecture,
    normal,
    anomalies: [...new Set(classes)].filter((label) => label !== normal).sort(),
    data: options.data,
    dataHash: index.sourceHash,
    split,
    images: classes.length,
    learnedFrom: parts.normal.length,
    layer,
    features: normalLook.embedding.features,
    neighbors,
    detectors: results,
    notes: notesOn(model, results, { split, normal }),
    looks,
    output,
    problems: packed.problems,
  };
  await writeDetector(output, model, { normal, layer, thresholds, learned });
  await writeAnomalyFiles(output, report, {
    ...{ model, dataset, scores: judged, classes },
    names: parts[split].map((position) => index.names[position] ?? ''),
    positions: parts[split],
  });
  return report;
}
