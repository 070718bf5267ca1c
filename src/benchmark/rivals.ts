/** The others that are at hand, and which cases they can do. */
import { RoentgenError } from '../native/index.js';
import { locateOnnxruntime, onnxruntimeVersion } from './onnxruntime.js';
import type { Rival } from './options.js';
import type { Case, Side } from './plan.js';
import { pytorchVersion } from './python.js';

/** The others that are at hand. */
export interface Rivals {
  /** Version of PyTorch; absent where it is not measured, as the next. */
  pytorch?: string;
  /** Folder of the package. */
  onnxruntime?: string;
  /** Why one that was asked for is not measured, or not everywhere. */
  notes: string[];
}

export async function findRivals(names: readonly Rival[], cases: readonly Case[]): Promise<Rivals> {
  const found: Rivals = { notes: [] };
  const finders: Readonly<Record<Rival, () => Promise<void>>> = {
    pytorch: async () => {
      found.pytorch = await pytorchVersion();
    },
    onnxruntime: () => {
      found.onnxruntime = requireOnnxruntime();
      const all = cases.every((each) => serves('onnxruntime', each));
      if (!all) found.notes.push('onnxruntime is measured in infer on the CPU in fp32 alone');
      return Promise.resolve();
    },
  };
  for (const name of new Set(names)) {
    try {
      await finders[name]();
    } catch (error) {
      if (!(error instanceof RoentgenError)) throw error;
      found.notes.push(`${name} is left out: ${error.message}`);
    }
  }
  return found;
}

function requireOnnxruntime(): string {
  const folder = locateOnnxruntime();
  if (folder !== undefined) return folder;
  throw new RoentgenError(
    'ERR_UNSUPPORTED',
    `ROENTGEN_ONNXRUNTIME may name a folder for which "npm install --prefix FOLDER --ignore-scripts ` +
      `onnxruntime-node@${onnxruntimeVersion}" was run`,
  );
}

/** Whether a side does what a case asks for at all. */
function serves(side: Side, { mode, device, precision }: Case): boolean {
  return side !== 'onnxruntime' || (mode === 'infer' && device === 'cpu' && precision === 'fp32');
}

/** Ours first. */
export function sidesOf(measured: Case, { pytorch, onnxruntime }: Rivals): Side[] {
  const sides: Side[] = ['roentgen'];
  if (pytorch !== undefined) sides.push('pytorch');
  if (onnxruntime !== undefined) sides.push('onnxruntime');
  return sides.filter((side) => serves(side, measured));
}
