/** Speed and accuracy of architectures on this machine, and what is needed to measure others beside them. */
export { benchmark } from './benchmark.js';
export type { BenchmarkEvent, BenchmarkHooks, BenchmarkResult } from './benchmark.js';
export { benchmarkAccuracy } from './accuracy.js';
export type { AccuracyEvent, AccuracyHooks, AccuracyOptions, AccuracyResult } from './accuracy.js';
export type { AccuracyRow } from './accuracyRow.js';
export { accuracySchema } from './accuracyOptions.js';
export { accuracyMarkdown } from './accuracyTables.js';
export { commonSchema, modes, rivals, speedSchema } from './options.js';
export type { BenchmarkOptions, BenchmarkSettings, Mode, Rival } from './options.js';
export type { Failure, Side } from './plan.js';
export type { BenchmarkRow } from './rows.js';
export type { Figures } from './summary.js';
export { sideNames } from './tables.js';

export { inTurn, run, runForOne } from './processes.js';
export type { Command } from './processes.js';
export { alternatingLabels, noise } from './drawnImages.js';
export { drawModel } from './drawnModel.js';
export { describeMachine } from './machine.js';
export type { MachineRow } from './machine.js';
export {
  locateOnnxruntime,
  onnxruntimeCache,
  onnxruntimeIn,
  onnxruntimeVersion,
} from './onnxruntime.js';
export { pythonProgram, pytorchVersion, tunedMemory } from './python.js';
