/** Finds and loads the compiled addon; nothing else in the project requires it. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { RoentgenError } from './errors.js';
import { packageRoot } from './packageRoot.js';
import type {
  ActivationOptions,
  CamMaps,
  CamOptions,
  GradientOptions,
  Gradients,
  LayerValues,
  NamedLayer,
  NeighborMetric,
  Neighbors,
  PassOptions,
  PerturbOptions,
  PrincipalComponents,
  Rows,
} from './explanationTypes.js';
import type {
  Augmentation,
  CompileOptions,
  EpochOptions,
  EpochStatistics,
  EvaluationOptions,
  GroupOptions,
  ImportOptions,
  ImportReport,
  LayerRow,
  LiveHandles,
  LossOptions,
  NetworkShape,
  Normalization,
  OptimizerOptions,
  PreviewOptions,
  Outputs,
  RunOptions,
  Shape4,
  SystemInfo,
  TrainerConfig,
} from './types.js';

/** Work on a native thread. `cancel` makes the promise reject with ABORT_ERR once the work has stopped. */
export interface Operation<T> {
  promise: Promise<T>;
  cancel(): void;
}

/** A step event as the addon sends it. */
export interface NativeProgress {
  step: number;
  steps: number;
  samples: number;
  loss: number;
  elapsedSeconds: number;
}
type OnProgress = ((progress: NativeProgress) => void) | undefined;

export interface NativeDataset {
  shape(): Shape4;
  metadata(): Record<string, string>;
  column(name: string): Int32Array;
  read(index: number): Uint8Array;
  mask(index: number): Uint8Array | null;
  preview(options: PreviewOptions): Uint8Array;
  measure(options: { indices: Int32Array }): Operation<Normalization>;
  save(
    path: string,
    contents: { metadata: Record<string, string>; columns: Record<string, Int32Array> },
  ): Operation<void>;
  dispose(): void;
}

export interface NativeNetwork {
  metadata(): Record<string, string>;
  summary(): LayerRow[];
  evaluate(
    dataset: NativeDataset,
    options: EvaluationOptions,
    onProgress: OnProgress,
  ): Operation<Outputs>;
  layers(): NamedLayer[];
  activations(
    dataset: NativeDataset,
    options: ActivationOptions,
    onProgress: OnProgress,
  ): Operation<LayerValues[]>;
  classActivations(
    dataset: NativeDataset,
    options: CamOptions,
    onProgress: OnProgress,
  ): Operation<CamMaps>;
  gradients(
    dataset: NativeDataset,
    options: GradientOptions,
    onProgress: OnProgress,
  ): Operation<Gradients>;
  perturb(
    dataset: NativeDataset,
    options: PerturbOptions,
    onProgress: OnProgress,
  ): Operation<Float32Array>;
  randomize(options: { layers: readonly string[]; seed: number }): void;
  estimateStatistics(
    dataset: NativeDataset,
    options: PassOptions,
    onProgress: OnProgress,
  ): Operation<void>;
  freeze(options: { layers: readonly string[] }): void;
  importWeights(path: string, options: ImportOptions): Operation<ImportReport>;
  save(path: string, contents: { metadata: Record<string, string> }): Operation<void>;
  dispose(): void;
}

/** A trainer's configuration with every default filled in. */
export interface NativeTrainerConfig extends Required<TrainerConfig> {
  loss: LossOptions;
  optimizer: OptimizerOptions;
  augmentation: Augmentation;
}

export interface NativeTrainer {
  epoch(
    dataset: NativeDataset,
    options: Omit<Required<EpochOptions>, 'learningRate'> & { learningRates: number[] },
    onProgress: OnProgress,
  ): Operation<EpochStatistics>;
  evaluate(
    dataset: NativeDataset,
    options: EvaluationOptions,
    onProgress: OnProgress,
  ): Operation<Outputs>;
  share(): Operation<void>;
  exchangeAverage(): void;
  save(path: string, contents: { metadata: Record<string, string> }): Operation<void>;
  load(path: string): Operation<Record<string, string>>;
  dispose(): void;
}

export interface NativeGroup {
  broadcast(words: string): Operation<string>;
  dispose(): void;
}

export interface NativeCompiledNetwork {
  outputs(): number;
  run(images: readonly (Uint8Array | Float32Array)[], options: RunOptions): Operation<Float32Array>;
  dispose(): void;
}

export interface Addon {
  Dataset: {
    open(path: string): Operation<NativeDataset>;
    fromRaw(
      path: string,
      layout: {
        channels: number;
        height: number;
        width: number;
        masked: boolean;
        keep: Int32Array;
      },
    ): Operation<NativeDataset>;
    fromImages(images: Uint8Array, shape: Shape4): NativeDataset;
  };
  Network: {
    build(spec: string, options: NetworkShape & { seed: number }): NativeNetwork;
    load(path: string): Operation<NativeNetwork>;
  };
  Trainer: new (
    network: NativeNetwork,
    config: NativeTrainerConfig,
    group: NativeGroup | undefined,
  ) => NativeTrainer;
  joinGroup(options: GroupOptions): Operation<NativeGroup>;
  compileNetwork(network: NativeNetwork, options: CompileOptions): Operation<NativeCompiledNetwork>;
  findNeighbors(
    queries: Rows,
    references: Rows,
    options: { k: number; metric: NeighborMetric },
    onProgress: OnProgress,
  ): Operation<Neighbors>;
  principalComponents(
    rows: Rows,
    options: { count: number },
    onProgress: OnProgress,
  ): Operation<PrincipalComponents>;
  systemInfo(): Omit<SystemInfo, 'autoPrecision'>;
  setThreads(count: number): void;
  /** A function that gives the lock up, or null where another holds it. */
  tryLockFile(path: string): (() => void) | null;
  liveHandles(): LiveHandles;
  stopAll(): void;
}

/** Where the build puts the addon. */
export const addonPath = join(packageRoot, 'build', 'native', 'Release', 'roentgen.node');

let loaded: Addon | undefined;

/** The addon, loaded at first use. Throws ERR_ADDON with a diagnosis. */
export function addon(): Addon {
  loaded ??= load();
  return loaded;
}

function load(): Addon {
  if (!existsSync(addonPath)) {
    throw new RoentgenError(
      'ERR_ADDON',
      'The native addon is not built: run `npm run setup` in a checkout, or `npx roentgen setup` where roentgen is a dependency',
    );
  }
  try {
    // eslint-disable-next-line @typescript-eslint/no-require-imports -- an addon can only be required
    const native = require(addonPath) as Addon;
    // Node runs C++ static destructors on exit without ending native threads first.
    process.on('exit', () => {
      native.stopAll();
    });
    return native;
  } catch (cause) {
    throw new RoentgenError('ERR_ADDON', diagnose(cause), { cause });
  }
}

const causes: readonly (readonly [pattern: RegExp, remedy: string])[] = [
  [/libtorch|libc10|cannot open shared object/, 'LibTorch was moved or removed: run setup again'],
  [/undefined symbol/, 'LibTorch has changed since the addon was built: run setup with --force'],
  [
    /GLIBC|GLIBCXX|CXXABI/,
    "this machine's C or C++ library is older than LibTorch needs (glibc 2.28)",
  ],
  [
    /invalid ELF header|wrong ELF class/,
    'the addon was built for another platform: run setup again',
  ],
  [/no-addons/, 'Node was started with --no-addons'],
];

function diagnose(cause: unknown): string {
  const message = cause instanceof Error ? cause.message : String(cause);
  const remedy = causes.find(([pattern]) => pattern.test(message))?.[1];
  return `The native addon cannot be loaded: ${remedy ?? 'run setup with --force'} (${message})`;
}
