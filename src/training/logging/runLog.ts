/** What a run writes for the programs that people watch training with. */
import { confusionMatrixSvg, toPng } from '../../report/index.js';
import type { EpochRecord } from '../events.js';
import type { ResolvedSettings } from '../options.js';
import type { Preparation } from '../preparation.js';
import { drawPreview } from '../preview.js';
import type { Validated } from '../validation.js';
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

export class RunLog implements AsyncDisposable {
  private classes: readonly string[] = [];

  private constructor(private readonly events: EventWriter) {}

  /** Throws ERR_NO_SPACE, ERR_IO. */
  static async open(directory: string): Promise<RunLog> {
    return new RunLog(await EventWriter.create(directory));
  }

  /** Training images as the first epochs see them. */
  async start(preparation: Preparation, settings: ResolvedSettings): Promise<void> {
    this.classes = preparation.packed.index.classes;
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
    for (const [tag, figure] of Object.entries(curves(record)))
      if (figure !== null) this.events.scalar(tag, figure, epoch);
    const earlier = steps.rates.length - steps.losses.length;
    for (const [index, loss] of steps.losses.entries()) {
      const step = (epoch - 1) * steps.rates.length + earlier + index + 1;
      this.events.scalar('step/loss', loss, step);
      this.events.scalar('step/learning rate', steps.rates[earlier + index] ?? 0, step);
    }
    if (validated?.classified) {
      const { confusionMatrix } = validated.classified.metrics;
      const { png, ...size } = await toPng(confusionMatrixSvg(confusionMatrix, this.classes));
      this.events.image('confusion matrix/validation', png, size, epoch);
    }
    await this.events.flush();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.events.close();
  }
}
