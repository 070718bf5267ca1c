/** A network as a service inside the process: calls that come together are computed together. */
import type { ImageFormat } from '../../data/index.js';
import {
  isAbort,
  parseWith,
  resolveDevice,
  RoentgenError,
  systemInfo,
  type CompiledNetwork,
  type CompileOptions,
  type Precision,
} from '../../native/index.js';
import { Admission, type Places } from './admission.js';
import { Batcher, batchSizes, type Crew, type Timing } from './batcher.js';
import { compileChecked, type Checked } from './precision.js';
import {
  predictorSettingsSchema,
  type PredictorSettings,
  type PredictorStatistics,
} from './types.js';

/** What a predictor is made of. */
export interface PredictorSource {
  /** A compiled copy of the network as it is now. */
  compile: (
    options: Pick<CompileOptions, 'precision' | 'device' | 'workers'>,
  ) => Promise<CompiledNetwork>;
  format: ImageFormat;
}

/** uint8 pixels or float32 normalized values, [C, H, W]. */
export type PredictorImage = Uint8Array | Float32Array;

export interface PredictorAnswer extends Timing {
  /** Raw outputs of the image. */
  values: Float32Array;
}

export interface AskOptions {
  /** Room that was asked for already; without it the image asks for its own. */
  places?: Places | undefined;
  signal?: AbortSignal | undefined;
}

/** The compiled network, and the queue in front of it. */
interface Engine extends Checked {
  batcher: Batcher<PredictorImage, Float32Array>;
}

export class Predictor implements Disposable {
  private readonly source: PredictorSource;
  private readonly settings: ReturnType<typeof resolveSettings>;
  private readonly admission: Admission;
  private engine: Engine | undefined;
  private making: Promise<Engine> | undefined;
  /** How often the network has changed. */
  private changes = 0;
  private disposed = false;
  private readonly totals = {
    ...{ answered: 0, aborted: 0, failed: 0, batches: 0, queueMs: 0, computeMs: 0 },
  };

  /**
   * Compiles the network at the first image, or at `warmUp`.
   * @throws RoentgenError ERR_INVALID_ARGUMENT naming the setting
   */
  constructor(source: PredictorSource, settings: PredictorSettings = {}) {
    this.source = source;
    this.settings = resolveSettings(settings);
    this.admission = new Admission(this.settings.capacity);
  }

  /** Images that are worth having ready while others are computed. */
  get appetite(): number {
    return this.settings.maxBatch + this.settings.workers;
  }

  /**
   * Room for a call of `count` images, given up as they are answered, or by `release`.
   * @throws RoentgenError ERR_OVERLOADED where others are pending and the capacity would be exceeded, ERR_DISPOSED
   */
  admit(count: number): Places {
    return this.admission.admit(count);
  }

  /**
   * Raw outputs of one image, computed together with others that wait.
   * @throws RoentgenError ERR_OVERLOADED, ERR_DISPOSED, ERR_INVALID_ARGUMENT for an image of another length, ABORT_ERR;
   * as `compileNetwork` at the first image
   */
  async outputs(
    image: PredictorImage,
    { places = this.admit(1), signal }: AskOptions = {},
  ): Promise<PredictorAnswer> {
    try {
      this.checkLength(image);
      // Without waiting where it is made already, so that images of one turn get into one batch.
      const { batcher } = this.engine ?? (await this.make());
      const { output: values, ...timing } = await batcher.submit(image, signal);
      this.count(timing);
      return { values, ...timing };
    } catch (error) {
      this.totals[isAbort(error) ? 'aborted' : 'failed'] += 1;
      throw error;
    } finally {
      places.release(1);
    }
  }

  /** Starts to compile the network, while its first images are still read; they are told what fails. */
  prepare(): void {
    if (this.engine === undefined) this.make().catch(() => undefined);
  }

  /** Compiles the network and computes a batch of each size, so that no request waits for what is done once. */
  async warmUp(): Promise<void> {
    const { compiled } = this.engine ?? (await this.make());
    const { channels, height, width } = this.source.format;
    const blank = new Uint8Array(channels * height * width);
    const run = async (count: number, crew: Crew): Promise<void> => {
      const images = Array.from({ length: count }, () => blank);
      await compiled.run(images, { worker: crew.worker, threads: this.threadsOf(crew) });
    };
    const { workers, maxBatch, teams } = this.settings;
    if (teams) await run(1, { worker: 0, team: true });
    for (const size of batchSizes(maxBatch)) await run(size, { worker: 0, team: false });
    // Kernels are shared; the others only start their threads.
    const others = Array.from({ length: workers - 1 }, (_, at) => at + 1);
    await Promise.all(others.map(async (worker) => run(1, { worker, team: false })));
  }

  /** What it has done since it was made; `precision` is fp32 before `auto` was tried. */
  statistics(): PredictorStatistics {
    const { device, workers, precision } = this.settings;
    const { pending, refused } = this.admission;
    return {
      precision: this.engine?.precision ?? (precision === 'auto' ? 'fp32' : precision),
      probabilityShift: this.engine?.probabilityShift ?? null,
      ...{ device, workers, pending, refused },
      ...this.totals,
      waiting: this.engine?.batcher.waiting ?? 0,
    };
  }

  /** The network has changed: compiles it anew for images that come from now on. */
  renew(): void {
    void this.retire();
  }

  /** Refuses new images, answers those that were accepted, and frees the compiled network. */
  async close(): Promise<void> {
    await this.admission.close();
    this.dispose();
  }

  /** Frees the compiled network at once: images that wait fail with ERR_DISPOSED. */
  dispose(): void {
    this.disposed = true;
    void this.admission.close();
    this.engine?.compiled.dispose();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  private async make(): Promise<Engine> {
    this.making ??= this.compile().finally(() => (this.making = undefined));
    return this.making;
  }

  private async compile(): Promise<Engine> {
    const { precision, autoPrecision, workers, device, teams, maxBatch, maxWaitMs } = this.settings;
    const { compile, format } = this.source;
    const { changes } = this;
    const compileAs = async (as: Precision) => compile({ precision: as, device, workers });
    const compilePlain = async (as: Precision) => {
      return { compiled: await compileAs(as), precision: as, probabilityShift: null };
    };
    const checked: Checked =
      precision === 'auto' && autoPrecision === 'bf16'
        ? await compileChecked(compileAs, format)
        : await compilePlain(precision === 'auto' ? 'fp32' : precision);
    if (this.disposed || changes !== this.changes) {
      checked.compiled.dispose();
      if (!this.disposed) return this.compile();
      throw new RoentgenError('ERR_DISPOSED', 'The model was disposed while it was made ready');
    }
    const batcher = new Batcher<PredictorImage, Float32Array>(
      async (images, crew) => this.run(checked.compiled, images, crew),
      { maxBatch, maxWaitMs, workers, teams },
    );
    this.engine = { ...checked, batcher };
    return this.engine;
  }

  private async run(
    compiled: CompiledNetwork,
    images: readonly PredictorImage[],
    crew: Crew,
  ): Promise<Float32Array[]> {
    this.totals.batches += 1;
    const values = await compiled.run(images, {
      worker: crew.worker,
      threads: this.threadsOf(crew),
    });
    const { outputs } = compiled;
    return images.map((_, at) => values.slice(at * outputs, (at + 1) * outputs));
  }

  private threadsOf({ team }: Crew): number {
    const { threads, cores, workers } = this.settings;
    return threads ?? (team ? cores : Math.max(1, Math.floor(cores / workers)));
  }

  private checkLength(image: PredictorImage): void {
    const { channels, height, width } = this.source.format;
    const expected = channels * height * width;
    if (image.length === expected) return;
    throw new RoentgenError(
      'ERR_INVALID_ARGUMENT',
      `Expected ${expected} values for an image of [${channels}, ${height}, ${width}] but received ${image.length}`,
    );
  }

  private count({ queueMs, computeMs }: Timing): void {
    this.totals.answered += 1;
    this.totals.queueMs += queueMs;
    this.totals.computeMs += computeMs;
  }

  private async retire(): Promise<void> {
    const { engine } = this;
    this.changes += 1;
    this.engine = undefined;
    if (engine === undefined) return;
    await engine.batcher.idled();
    engine.compiled.dispose();
  }
}

/** Settings as given, with what the machine decides. */
function resolveSettings(given: PredictorSettings) {
  const settings = parseWith(predictorSettingsSchema, given, "predictor's settings are");
  const { threads: cores, autoPrecision } = systemInfo();
  const device = resolveDevice(settings.device);
  // A CUDA device computes one batch after another.
  const { workers = device === 'cuda' ? 1 : cores } = settings;
  // What a team is for is latency; with one worker every batch has all cores anyway.
  const teams = settings.threads === undefined && workers > 1;
  return { ...settings, autoPrecision, device, cores, workers, teams };
}
