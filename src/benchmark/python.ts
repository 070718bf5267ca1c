/** The Python that has PyTorch: where it is, which PyTorch that is, and what makes it fast. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { RoentgenError } from '../native/index.js';

/** ROENTGEN_PYTHON, or whatever `python3` is. */
export function pythonProgram(): string {
  return process.env['ROENTGEN_PYTHON'] ?? 'python3';
}

/** Of the settings of glibc that end PyTorch's page faults, these gave it the highest speed. */
export const tunedMemory = {
  MALLOC_MMAP_MAX_: '0',
  MALLOC_TRIM_THRESHOLD_: '100000000000',
  GLIBC_TUNABLES: 'glibc.malloc.hugetlb=1',
} as const;

/** Its version of PyTorch. Throws ERR_UNSUPPORTED where torch or torchvision cannot be found. */
export async function pytorchVersion(): Promise<string> {
  const python = pythonProgram();
  const print =
    "from importlib.metadata import version; version('torchvision'); print(version('torch'))";
  try {
    const { stdout } = await promisify(execFile)(python, ['-c', print]);
    return stdout.trim();
  } catch (cause) {
    throw new RoentgenError(
      'ERR_UNSUPPORTED',
      `${python} has no PyTorch to compare with: let ROENTGEN_PYTHON name a Python with torch and torchvision`,
      { cause },
    );
  }
}
