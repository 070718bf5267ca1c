/** What is measured inside a measuring process: a step that can be repeated, and what it belongs to. */
import type { Network, NetworkSummary } from '../../native/index.js';

export interface Subject {
  /** Null where unknown, as the next. */
  parameters: number | null;
  /** Of one image. */
  macs: number | null;
  /** One batch, from its images to its answers or to changed weights. */
  step: () => Promise<unknown>;
}

/** Parameters as PyTorch counts them: without the statistics of batch normalization. */
export function sizesOf(network: Network): Pick<NetworkSummary, 'macs'> & { parameters: number } {
  const { trainable, macs } = network.summary();
  return { parameters: trainable, macs };
}
