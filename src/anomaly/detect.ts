/** Judging detectors that know normal images alone on images of both kinds. */
import { join } from 'node:path';
import { enterLook, type EvaluateHooks, type Model } from '../inference/index.js';
import { createNewFolder, RoentgenError } from '../native/index.js';
import { refuseCollapse } from './collapse.js';
import { writeDetector } from './detectorFile.js';
import { chooseDetectors, learn, scoreAll, type Learned } from './detectors.js';
import { writeAnomalyFiles } from './files.js';
import { judge } from './judge.js';
import { lookAt } from './look.js';
import { openSubject, type Subject, type SubjectOptions } from './subject.js';
import { fitThreshold, parseThresholdRule } from './thresholds.js';
import type { AnomalyReport, AnomalyThreshold, DetectorName, Scores } from './types.js';

export interface AnomalyOptions extends SubjectOptions {
  /** Default: all that the model is fit for; `error` and `errorPattern` take an autoencoder. */
  detectors?: readonly DetectorName[] | undefined;
  /** Layer of the embedding; default the architecture's own. */
  layer?: string | undefined;
  /** Which of the nearest normal embeddings counts; default 5. */
  neighbors?: number | undefined;
  /** `sigma=1` (default), `rate=0.05` or `youden`: see `fitThreshold`. */
  threshold?: string | undefined;
  /** Images that thresholds are chosen on; default `validation`. */
  thresholdOn?: 'validation' | 'test' | undefined;
  /** Choose thresholds on test images all the same. Default false. */
  allowTestSelection?: boolean | undefined;
  /** Images to judge on; default `test` where the data have one. */
  split?: 'test' | 'validation' | undefined;
  /** What the figures are for, as the run's ledger keeps it. */
  why?: string | undefined;
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
  const { neighbors = defaultNeighbors, threshold: rule = defaultThreshold, normal } = options;
  parseThresholdRule(rule);
  checkDiscipline(options);
  using subject = await openSubject(options, hooks);
  const { model, packed, parts } = subject;
  const { dataset, index } = packed;
  const names = chooseDetectors(options.detectors, model);
  const layer = model.inside.layer(options.layer, 'embedding').name;
  if (model.task === 'reconstruction') {
    await refuseCollapse(model, dataset, parts.normal, hooks.signal);
  }
  const look = async (positions: readonly number[]) =>
    lookAt(model, dataset, positions, { layer, ...watch(hooks) });

  const normalLook = await look(parts.normal);
  const learned = learn(names, normalLook, neighbors);
  const split = chooseSplit(subject, options);
  const judged = await scorePart(parts[split], { names, learned, look, hooks });
  const on = options.thresholdOn ?? 'validation';
  const chosen =
    on === split ? judged : await scorePart(parts[on], { names, learned, look, hooks });

  const looks = await enterLooks(subject, { split, on, ...options });
  const classesOf = (positions: readonly number[]): string[] =>
    positions.map((position) => index.classes[index.labels[position] ?? -1] ?? '');
  const anomalous = classesOf(parts[on]).map((label) => label !== normal);
  const thresholds = Object.fromEntries(
    names.map((name): [DetectorName, AnomalyThreshold] => {
      const scores = chosen[name] ?? new Float64Array();
      const images = rule === 'youden' ? scores.length : anomalous.filter((is) => !is).length;
      return [name, { rule, value: fitThreshold(rule, { scores, anomalous }), on, images }];
    }),
  ) as Record<DetectorName, AnomalyThreshold>;
  const classes = classesOf(parts[split]);
  const results = names.map((name) =>
    judge(name, { scores: judged[name] ?? new Float64Array(), classes, normal }, thresholds[name]),
  );
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
    detectors: results,
    notes: notesOn(model, { split, on, normal, rule }),
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

function checkDiscipline({ thresholdOn, allowTestSelection, split }: AnomalyOptions): void {
  if (thresholdOn !== 'test') return;
  if (allowTestSelection !== true) {
    throw new RoentgenError(
      'ERR_TEST_SELECTION',
      'A threshold from test images makes the figures on them too good. Take it from validation images (leave ' +
        'thresholdOn out), or insist (allowTestSelection, --allow-test-selection): the report will say so.',
    );
  }
  if (split === 'validation') {
    throw new RoentgenError(
      'ERR_INVALID_ARGUMENT',
      'Thresholds from the test split go with figures on it: leave split out.',
    );
  }
}

function chooseSplit(
  { parts, packed }: Subject,
  { split = parts.test.length > 0 ? 'test' : 'validation', thresholdOn, data }: AnomalyOptions,
): 'test' | 'validation' {
  if (parts.test.length > 0 || (split === 'validation' && thresholdOn !== 'test')) return split;
  throw new RoentgenError(
    'ERR_EMPTY_DATASET',
    `${data} has no test split among its ${packed.index.names.length} images: judge on validation images (--split validation).`,
  );
}

function watch({ onEvent, signal }: EvaluateHooks): {
  signal: AbortSignal | undefined;
  onProgress: Parameters<typeof lookAt>[3]['onProgress'];
} {
  return { signal, onProgress: (progress) => onEvent?.({ kind: 'step', ...progress }) };
}

async function scorePart(
  positions: readonly number[],
  {
    names,
    learned,
    look,
    hooks,
  }: {
    names: readonly DetectorName[];
    learned: Learned;
    look: (positions: readonly number[]) => ReturnType<typeof lookAt>;
    hooks: EvaluateHooks;
  },
): Promise<Scores> {
  return scoreAll(names, learned, await look(positions), hooks.signal);
}

/** Before any figure of test images is told. */
async function enterLooks(
  { model, packed, parts }: Subject,
  { split, on, data, why = 'to judge anomaly detectors' }: AnomalyOptions & { on: string },
): Promise<number | null> {
  if (split !== 'test') return null;
  return enterLook(model.path, {
    ...{ split, data, dataHash: packed.index.sourceHash, images: parts.test.length },
    why: on === 'test' ? `${why}, thresholds chosen on them too` : why,
  });
}

function notesOn(
  model: Model,
  { split, on, normal, rule }: { split: string; on: string; normal: string; rule: string },
): string[] {
  const others = model.classes.filter((name) => name !== normal);
  const notes: readonly (readonly [applies: boolean, note: string])[] = [
    [
      model.task === 'classification',
      'The embedding is a classifier’s, which was trained with labels of both kinds: it has seen anomalies.',
    ],
    [
      model.task === 'reconstruction' && others.length > 0,
      `The autoencoder learned from ${others.join(', ')} as well, not from ${normal} alone.`,
    ],
    [on === 'test', 'Thresholds were chosen on the test images that they are judged on: too good.'],
    [
      on === split && split === 'validation',
      'Thresholds were chosen on the validation images that they are judged on: too good.',
    ],
    [
      rule === 'youden',
      'The threshold was chosen with labeled anomalies; without them take sigma or rate.',
    ],
  ];
  return notes.flatMap(([applies, note]) => (applies ? [note] : []));
}
