/** The Python that has PyTorch: where it is, and which PyTorch that is. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { RoentgenError } from '../../src/native/index.js';

/** ROENTGEN_PYTHON, or whatever `python3` is. */
export const python = process.env['ROENTGEN_PYTHON'] ?? 'python3';

/** Its version of PyTorch. Throws ERR_UNSUPPORTED where torch or torchvision cannot be found. */
export async function pytorchVersion(): Promise<string> {
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
