/** How far predictions may be from the stored ones and still be the same. */
import type { Checksums } from '../checksums/index.js';

export interface Tolerance {
  /** Of a probability, absolute. */
  probability: number;
  /** Of a figure of the new predictions, absolute; of a loss relative. */
  figure: number;
}

/**
 * On one machine the same pass gives the same bits. Another processor adds up in another order: below 1e-6 in fp32, and
 * a tenth of that bound is room for sigmoid and softmax. Two kinds of bf16 may each be 0.01 from fp32.
 */
const tolerances = {
  fp32: { probability: 1e-5, figure: 1e-3 },
  bf16: { probability: 0.02, figure: 0.02 },
} as const satisfies Record<string, Tolerance>;

/** A CUDA device convolves in TF32, and this is verified on the CPU: as coarse as bf16. */
export function toleranceOf({ precision, device }: Checksums['inference']): Tolerance {
  return device === 'cuda' ? tolerances.bf16 : tolerances[precision];
}
