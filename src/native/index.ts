/** The typed face of the addon: the only door to native code. */
export { RoentgenError, errorCodes, invalidArgument } from './errors.js';
export type { ErrorCode } from './errors.js';
export type * from './types.js';
export type * from './explanationTypes.js';
export { createNewFolder, writeError, writeFileAtomic } from './files.js';
export { readJsonFile } from './jsonFile.js';
export { isAbort, throwIfAborted } from './call.js';
export type { NativeProgress } from './addon.js';
export type { Hooks } from './call.js';
export { compileNetwork } from './compiledNetwork.js';
export type { CompiledNetwork } from './compiledNetwork.js';
export { Dataset } from './dataset.js';
export type {
  CompiledNetwork,
  CompileNetwork,
  CompileOptions,
  RunOptions,
} from './compiledNetwork.js';
export { acquireLock } from './lock.js';
export { Network } from './network.js';
export { packageRoot, packageVersion } from './packageRoot.js';
export { liveHandles, setThreads, systemInfo } from './system.js';
export { Trainer, countSteps, noAugmentation } from './trainer.js';
export { invalidFile, parseJson, readTensors, writeTensors } from './tensorFile.js';
export type { Tensor, TensorFile } from './tensorFile.js';
export { findNeighbors, principalComponents } from './vectors.js';
