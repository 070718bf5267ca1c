/** What the machine and LibTorch can do, and the process-wide settings. */
import { addon } from './addon.js';
import { callNative } from './call.js';
import type { Device, LiveHandles, SystemInfo } from './types.js';

/** Versions, threads, CPU abilities, CUDA devices. Throws ERR_ADDON where the addon cannot be loaded. */
export function systemInfo(): SystemInfo {
  const info = callNative(() => addon().systemInfo());
  // Without hardware bfloat16 the same arithmetic is emulated and slower than float.
  const fast = info.cpu.avx512bf16 || info.cpu.amxBf16;
  return { ...info, autoPrecision: fast ? 'bf16' : 'fp32' };
}

/** `auto` is a CUDA device where there is one. Throws ERR_ADDON. */
export function resolveDevice(choice: Device | 'auto'): Device {
  if (choice !== 'auto') return choice;
  return systemInfo().cuda.available ? 'cuda' : 'cpu';
}

/**
 * Threads of one native operation, for the whole process, from the next operation on.
 * Default: OMP_NUM_THREADS, or the number of cores. Throws ERR_INVALID_ARGUMENT outside 1 … 1024.
 */
export function setThreads(count: number): void {
  callNative(() => {
    addon().setThreads(count);
  });
}

/** Native objects that have not been freed, for leak tests. */
export function liveHandles(): LiveHandles {
  return addon().liveHandles();
}
