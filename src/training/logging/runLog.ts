/** What a run writes for the programs that people watch training with. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { confusionMatrixSvg, toPng } from '../../report/index.js';
import type { EpochRecord } from '../events.js';
import type { ResolvedSettings } from '../options.js';
import type { Preparation } from '../preparation.js';
import { drawPreview } from '../preview.js';
import type { Validated } from '../validation.js';
import { MlflowRun } from './mlflow.js';
import type { MlflowSettings } from './mlflowSettings.js';
import { EventWriter } from './tensorboard.js';

/** The figures of an epoch that there are, by the tag under which they are shown. */
function curves(record: EpochRecord): Record<string, number> {
  const figures = {
    'loss/train': record.trainLoss,
    'loss/validation': record.valLoss,
    'accuracy/train': record.trainAccuracy,
    'accuracy/validation': record.valAccuracy,
    'auroc/validation': record.valAuroc,
    'learning rate': record.learningRate,
    'images per second': record.imagesPerSecond,
  };
  const entries = Object.entries(figures).filter(
    (entry): entry is [string, number] => entry[1] !== null,
  );
  return Object.fromEntries(entries);
}

/** Of the sheet of augmented images. */
const preview = { images: 4, draws: 4 } as const;

/** Files of a complete run that are worth a place on a server. */
const artifacts = [
  'config.yaml',
  'summary.csv',
  'curves.svg',
  'metrics.json',
  'classification_report.txt',
  'confusion_matrix.svg',
  'roc.svg',
  'model_best.safetensors',
] as const;

export class RunLog {
  private classes: readonly string[] = [];

  private constructor(
    private readonly directory: string,
    private readonly events: EventWriter,
    private readonly mlflow: MlflowRun | undefined,
  ) {}

  /** Throws ERR_NO_SPACE, ERR_IO; as `MlflowRun.open`. */
  static async open(
    directory: string,
    tracking: MlflowSettings | null,
    onWarning: (message: string) => void,
  ): Promise<RunLog> {
    const mlflow = tracking ? MlflowRun.open(tracking, { directory, onWarning }) : undefined;
    return new RunLog(directory, await EventWriter.create(directory), mlflow);
  }

  /**
   * The settings, and training images as the first epochs see them.
   * @param history of a run that goes on: MLflow may not have been told of all of it
   */
  async start(
    preparation: Preparation,
    settings: ResolvedSettings,
    history: readonly EpochRecord[],
  ): Promise<void> {
    this.classes = preparation.packed.index.classes;
    const { sourceHash: dataHash } = preparation.packed.index;
    this.mlflow?.params(toParams({ ...settings, dataHash }));
    for (const record of history) this.mlflow?.metrics(curves(record), record.epoch);
    const { png, width, height } = await drawPreview(preparation, settings, preview);
    this.events.image('augmented samples', png, { width, height }, 0);
    await this.events.flush();
  }

  /**
   * The figures of an epoch and of its steps, counted through all epochs, and the confusion matrix.
   * @param steps `losses` of the last steps, `rates` of all
   */
  async epoch(
    record: EpochRecord,
    steps: { losses: readonly number[]; rates: Float64Array },
    validated: Validated | undefined,
  ): Promise<void> {
    const { epoch } = record;
    this.tell(curves(record), epoch);
    const earlier = steps.rates.length - steps.losses.length;
    for (const [index, loss] of steps.losses.entries()) {
      const step = (epoch - 1) * steps.rates.length + earlier + index + 1;
      const rate = steps.rates[earlier + index] ?? 0;
      this.tell({ 'step/loss': loss, 'step/learning rate': rate }, step);
    }
    if (validated?.classified) {
      const { confusionMatrix } = validated.classified.metrics;
      const { png, ...size } = await toPng(await confusionMatrixSvg(confusionMatrix, this.classes));
      this.events.image('confusion matrix/validation', png, size, epoch);
    }
    await this.events.flush();
  }

  private tell(figures: Readonly<Record<string, number>>, step: number): void {
    for (const [tag, value] of Object.entries(figures)) this.events.scalar(tag, value, step);
    this.mlflow?.metrics(figures, step);
  }

  /** Ends both logs; a complete run leaves its files on the server too. */
  async close(status: 'FINISHED' | 'FAILED' | 'KILLED'): Promise<void> {
    if (status === 'FINISHED') {
      for (const file of artifacts)
        if (existsSync(join(this.directory, file))) this.mlflow?.artifact(file);
    }
    const tracked = this.mlflow?.close(status);
    await this.events.close();
    await tracked;
  }
}

/** Lists and other values as JSON; settings that are left out are none. */
function toParams(
  settings: Readonly<Record<string, unknown>>,
): Record<string, string | number | boolean> {
  const entries = Object.entries(settings).flatMap(([key, value]) => {
    if (value === undefined) return [];
    const plain = ['string', 'number', 'boolean'].includes(typeof value);
    return [[key, plain ? (value as string | number | boolean) : JSON.stringify(value)] as const];
  });
  return Object.fromEntries(entries);
}
