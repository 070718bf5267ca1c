/** A comparison in the making: both collections, the model, and all that was found of them. */
import { loadModel, type Model } from '../inference/index.js';
import { RoentgenError } from '../native/index.js';
import { accuracyOn, sharesOn, type Answered } from './answers.js';
import { compareEmbeddings, type ComparedEmbeddings } from './embeddingDrift.js';
import type { AccuracyEstimates } from './estimates.js';
import { compareFigures, type FigureColumns } from './figureDrift.js';
import { halvesOf } from './halves.js';
import { answersOf, figuresOf, type Answers } from './seen.js';
import { openSource, type SourceSide } from './source.js';
import { openTarget, type TargetSide } from './target.js';
import type { FigureDrift, SharesOfClasses, ShiftHooks, ShiftOptions } from './types.js';

/** What a model adds to a comparison. */
export interface ModelStudy extends ComparedEmbeddings {
  model: Model;
  source: Answered;
  target: Answers;
  shares: SharesOfClasses;
  /** Null without images that the model did not learn from. */
  accuracy: AccuracyEstimates | null;
}

/** Frees the images when it is disposed of. */
export interface Study extends Disposable {
  source: SourceSide;
  target: TargetSide;
  columns: { source: FigureColumns; target: FigureColumns };
  figures: FigureDrift[];
  /** Null without a model. */
  ofModel: ModelStudy | null;
}

/** @throws RoentgenError as `loadModel`; ERR_UNSUPPORTED for a reconstruction */
export async function loadClassifier(path: string): Promise<Model> {
  const model = await loadModel(path);
  if (model.task === 'classification') return model;
  model.dispose();
  throw new RoentgenError(
    'ERR_UNSUPPORTED',
    `${path} reconstructs images and has no answers that a shift could spoil: name a classifier.`,
  );
}

/** @throws RoentgenError as `openSource`, `openTarget` and `answersOf`; ABORT_ERR */
export async function compareSides(
  options: ShiftOptions,
  model: Model | null,
  hooks: ShiftHooks,
): Promise<Study> {
  const { onEvent, signal } = hooks;
  const step = (title: string, share: number): void => onEvent?.({ kind: 'step', title, share });
  const source = await openSource(options, model, hooks);
  try {
    const target = await openTarget(options, model, hooks);
    try {
      step('pixels and files', 0);
      const columns = {
        source: await figuresOf(source, target.format, signal),
        target: await figuresOf(target, target.format, signal),
      };
      const halves = halvesOf(source.groups, options.seed ?? 0);
      const figures = compareFigures(columns.source, columns.target, halves);
      const ofModel =
        model && (await studyModel(model, { source, target, halves }, options, hooks));
      return {
        ...{ source, target, columns, figures, ofModel },
        [Symbol.dispose]: () => {
          source[Symbol.dispose]();
          target[Symbol.dispose]();
        },
      };
    } catch (error) {
      target[Symbol.dispose]();
      throw error;
    }
  } catch (error) {
    source[Symbol.dispose]();
    throw error;
  }
}

async function studyModel(
  model: Model,
  sides: { source: SourceSide; target: TargetSide; halves: Int32Array[] },
  options: ShiftOptions,
  { onEvent, signal }: ShiftHooks,
): Promise<ModelStudy> {
  const { seed = 0 } = options;
  const classes = model.classes.length;
  onEvent?.({ kind: 'step', title: 'embeddings', share: 0.3 });
  const answers = await answersOf(model, sides.source, options, signal);
  const target = await answersOf(model, sides.target, options, signal);
  onEvent?.({ kind: 'step', title: 'distances', share: 0.8 });
  const { labels } = sides.source;
  const described = { labels, classes, halves: sides.halves };
  const compared = await compareEmbeddings(answers, target, described, { seed, signal });
  const source = { side: sides.source, answers, classes };
  return {
    ...{ model, source, target, ...compared },
    shares: sharesOn(source, target, compared.mixed.least),
    accuracy: accuracyOn(source, sides.target, target, seed),
  };
}
