/** The exam of explanations: every method on every image, measured, checked and judged. */
import { scanSource, type Problem } from '../../data/index.js';
import { loadModel, type Model } from '../../inference/index.js';
import {
  createNewFolder,
  invalidArgument,
  parseWith,
  RoentgenError,
  throwIfAborted,
} from '../../native/index.js';
import { openBatch } from './batch.js';
import { checks, judgeMethod, verdictRule } from './checks.js';
import { writeExam } from './files.js';
import { readMasks, type ExamMasks } from './masks.js';
import { toExaminee } from './methodExaminee.js';
import { examineMethod } from './rows.js';
import { loadCascade } from './sanity.js';
import { examSettingsSchema, type ExamSettings } from './settings.js';
import type { Box, Examinee, ExamReport, ExamRow } from './types.js';

/** Which explanations are examined, on which model and images, and how thoroughly. */
export interface ExamOptions extends ExamSettings {
  /** A model file or a run directory. */
  model: string;
  /** Image files, and folders that are searched at any depth. */
  images: readonly string[];
  /** Methods of your own, examined beside those of `method`. Default none. */
  examinees?: readonly Examinee[] | undefined;
  /** Where evidence was planted, by the image's name, in pixels of the model's input. Default nowhere. */
  planted?: ((name: string) => Box | undefined) | undefined;
}

/** Progress and the signal of an exam. */
export interface ExamHooks {
  /** Called whenever a method has been examined on an image. */
  onProgress?: ((progress: ExamProgress) => void) | undefined;
  signal?: AbortSignal | undefined;
}

/** How far an exam has come. */
export interface ExamProgress {
  /** Methods times images. */
  done: number;
  total: number;
  /** What was examined last. */
  method: string;
}

/**
 * Examines methods of explanation on images, which need no labels: deletion and insertion, ROAD, randomized weights, the
 * share of maps inside lung masks and planted boxes, and of LIME its fit and its stability. The report says by which
 * rules. For research and education: not a medical device.
 * @throws RoentgenError ERR_INVALID_ARGUMENT for an unknown method or class, with the nearest name, or a wrong setting;
 * ERR_UNSUPPORTED for a reconstruction; ERR_EMPTY_DATASET where no image can be used; ERR_NOT_FOUND for a folder without
 * masks of the images; ERR_NO_SPACE, ERR_IO, ABORT_ERR; as `loadModel`, `scanSource` and `lime`
 */
export async function examineExplanations(
  { model: path, images, examinees: own = [], planted, ...given }: ExamOptions,
  { onProgress, signal }: ExamHooks = {},
): Promise<ExamReport> {
  const settings = parseWith(examSettingsSchema, given);
  const { seed, batchSize, draws, limeSamples, segments, hideColor } = settings;
  const lime = { seed, samples: limeSamples, segments, hideColor };
  const examinees = [...settings.method.map((name) => toExaminee(name, lime)), ...own];
  if (images.length === 0) throw invalidArgument('images', 'at least one path', 'none');
  const source = await scanSource(images, { unlabeled: true, masks: settings.masks });
  using model = await loadModel(path);
  checkTask(model);
  const masks: ExamMasks =
    settings.masks === undefined
      ? { regions: new Map(), problems: [] }
      : await readMasks(source.samples, model.format, signal);
  using cascade = await loadCascade(model, seed);
  const problems: Problem[] = [...source.problems, ...masks.problems];
  const rows: ExamRow[] = [];
  const total = source.samples.length * examinees.length;
  const context = {
    ...{ model, cascade, draws, seed },
    lungs: (name: string) => masks.regions.get(name),
    planted: (name: string) => planted?.(name),
    onRow: ({ method }: ExamRow) => {
      throwIfAborted(signal);
      examined += 1;
      onProgress?.({ done: examined, total, method });
    },
  };
  let examined = 0;
  for (let start = 0; start < source.samples.length; start += batchSize) {
    const some = source.samples.slice(start, start + batchSize);
    using batch = await openBatch(model, some, settings, signal);
    problems.push(...batch.problems);
    for (const examinee of examinees) rows.push(...(await examineMethod(examinee, batch, context)));
  }
  if (rows.length === 0) throw noImages(problems);
  const output = settings.output === undefined ? null : await createNewFolder(settings.output);
  const names = examinees.map(({ name }) => name);
  const report: ExamReport = {
    model: model.path,
    images: rows.length / examinees.length,
    seed,
    methods: names.map((name) => judgeMethod(name, rows)),
    rows,
    rules: Object.entries(checks).map(([check, { rule, reason }]) => ({ check, rule, reason })),
    rule: verdictRule,
    problems,
    output,
  };
  if (output !== null) await writeExam(output, report);
  return report;
}

function checkTask({ task, path }: Model): void {
  if (task === 'classification') return;
  throw new RoentgenError(
    'ERR_UNSUPPORTED',
    `${path} reconstructs images and answers with no class that could be explained.`,
  );
}

function noImages([first]: readonly Problem[]): RoentgenError {
  const reason = first === undefined ? '' : `; ${first.file}: ${first.message}`;
  return new RoentgenError(
    'ERR_EMPTY_DATASET',
    `There is no image to examine explanations of${reason}`,
  );
}
