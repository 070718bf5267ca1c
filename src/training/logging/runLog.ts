/** What a run writes for the programs that people watch training with. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { confusionMatrixSvg, toPng } from '../../report/index.js';
import type { EpochRecord } from '../events.js';
import type { ResolvedSettings } from '../options.js';
import type { Preparation } from '../preparation.js';
import { drawPreview } from '../preview.js';
import type { Validated } from '../validation.js';
import { MlflowRun, type MlflowStatus } from './mlflow.js';
import type { MlflowServer } from './mlflowClient.js';
import { EventWriter } from './tensorboard.js';

/** What TensorBoard shows of an epoch, by tag. */
function curves(record: EpochRecord): Record<string, number | null> {
  return {
    'loss/train': record.trainLoss,
    'loss/validation': record.valLoss,
    'accuracy/train': record.trainAccuracy,
    'accuracy/validation': record.valAccuracy,
    'auroc/validation': record.valAuroc,
    'learning rate': record.learningRate,
    'images per second': record.imagesPerSecond,
  };
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

  /** Throws ERR_NO_SPACE, ERR_IO. */
  static async open(
    directory: string,
    server: MlflowServer | undefined,
    onWarning: (message: string) => void,
  ): Promise<RunLog> {
    const events = await EventWriter.create(directory);
    return new RunLog(directory, events, server && new MlflowRun(server, directory, onWarning));
  }

  /** The settings, and training images as the first epochs see them. */
  async start(preparation: Preparation, settings: ResolvedSettings): Promise<void> {
    this.classes = preparation.packed.index.classes;
    this.mlflow?.params({ ...settings, dataHash: preparation.packed.index.sourceHash });
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
    const points = Object.entries(curves(record)).map(([key, value]) => ({
      ...{ key, value, step: epoch },
    }));
    const earlier = steps.rates.length - steps.losses.length;
    for (const [index, loss] of steps.losses.entries()) {
      const step = (epoch - 1) * steps.rates.length + earlier + index + 1;
      const rate = steps.rates[earlier + index] ?? 0;
      points.push({ key: 'step/loss', value: loss, step });
      points.push({ key: 'step/learning rate', value: rate, step });
    }
    for (const { key, value, step } of points)
      if (value !== null) this.events.scalar(key, value, step);
    this.mlflow?.metrics(points);
    if (validated?.classified) {
      const { confusionMatrix } = validated.classified.metrics;
      const { png, ...size } = await toPng(confusionMatrixSvg(confusionMatrix, this.classes));
      this.events.image('confusion matrix/validation', png, size, epoch);
    }
    await this.events.flush();
  }

  /** Ends both logs; a complete run leaves its files on the server too. */
  async close(status: MlflowStatus): Promise<void> {
    if (status === 'FINISHED') {
      for (const file of artifacts)
        if (existsSync(join(this.directory, file))) this.mlflow?.artifact(file);
    }
    await this.events.close();
    await this.mlflow?.close(status);
  }
}
