/** What a run asks of its trainer, be it alone or the first of several. */
import type { Trainer } from '../native/index.js';

export type RunTrainer = Pick<
  Trainer,
  'epoch' | 'evaluate' | 'exchangeAverage' | 'share' | 'save' | 'load' | 'processes' | 'dispose'
>;
