/** Packing as people see it: a line with a bar on a terminal, two plain lines elsewhere. */
import { progressLine, showShare } from './progressLine.js';
import type { Terminal } from './terminal.js';
import { formatClock, formatCount, formatSeconds } from './text.js';

export interface Packing {
  done: number;
  total: number;
  imagesPerSecond: number;
}

/** A function for the progress events of one packing. */
export function createPackingReporter(terminal: Terminal): (progress: Packing) => void {
  let started: number | undefined;
  return ({ done, total, imagesPerSecond }) => {
    if (started === undefined && !terminal.interactive) {
      terminal.print(`packing ${formatCount(total)} images`);
    }
    started ??= performance.now();
    if (done === total) {
      const seconds = formatSeconds((performance.now() - started) / 1000);
      terminal.print(`packing took ${seconds}`);
      return;
    }
    terminal.live((width) => {
      const left = imagesPerSecond > 0 ? (total - done) / imagesPerSecond : 0;
      const parts = [
        { text: 'packing', rank: 0 },
        { text: `${formatCount(done)}/${formatCount(total)}`, rank: 1 },
        { text: `${imagesPerSecond.toFixed(0)} img/s`, rank: 3 },
        ...(left > 0 ? [{ text: `${formatClock(left)} left`, rank: 2 }] : []),
      ];
      return progressLine(parts, done / total, width, terminal.style);
    });
  };
}

type StepEvent = ({ kind: 'packing' } & Packing) | { kind: 'step'; title: string; share: number };

/** A function for the events of work that packs images first and then goes on in steps with a title. */
export function createStepReporter(terminal: Terminal): (event: StepEvent) => void {
  const packing = createPackingReporter(terminal);
  return (event) => {
    if (event.kind === 'packing') packing(event);
    else showShare(terminal, event.title, event.share);
  };
}
