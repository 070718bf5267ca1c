/** A training run as people see it: what is trained on what, a live line for the steps, a line for each epoch. */
import type { TrainEvent } from '../training/index.js';
import { createPackingReporter } from './packingProgress.js';
import { progressLine } from './progressLine.js';
import type { Terminal } from './terminal.js';
import { formatClock, formatCount, formatSeconds, plural } from './text.js';

type EventOf<Kind extends TrainEvent['kind']> = Extract<TrainEvent, { kind: Kind }>;

const validationSources: Readonly<Record<EventOf<'start'>['validationFrom'], string>> = {
  train: 'taken from train by patient',
  val: "the data's own val",
  none: 'so the last epoch is kept',
};

/** A function for the events of one run. */
export function createTrainingReporter(terminal: Terminal): (event: TrainEvent) => void {
  const packing = createPackingReporter(terminal);
  return (event) => {
    if (event.kind === 'packing') packing(event);
    else if (event.kind === 'start') for (const line of startLines(event)) terminal.print(line);
    else if (event.kind === 'step') terminal.live((width) => stepLine(event, width, terminal));
    else terminal.print(epochLine(event, terminal));
  };
}

function startLines(event: EventOf<'start'>): string[] {
  const { model, parameters, classes, train, validation, validationFrom } = event;
  const { device, precision, threads, runDirectory } = event;
  const about = [
    ['model', `${model}, ${formatCount(parameters)} parameters`],
    ['classes', classes.join(', ')],
    [
      'images',
      `${formatCount(train)} to train on, ${formatCount(validation)} to validate on (${validationSources[validationFrom]})`,
    ],
    ['machine', `${device}, ${precision}, ${plural(threads, 'thread')}`],
    ['run', runDirectory],
  ] as const;
  return about.map(([name, value]) => `${name.padEnd(8)} ${value}`);
}

function stepLine(event: EventOf<'step'>, width: number, { style }: Terminal): string {
  const { epoch, epochs, step, steps, loss, imagesPerSecond, secondsLeft } = event;
  const parts = [
    { text: `epoch ${epoch}/${epochs}`, rank: 0 },
    { text: `step ${String(step).padStart(String(steps).length)}/${steps}`, rank: 3 },
    { text: `${imagesPerSecond.toFixed(0)} img/s`, rank: 4 },
    { text: `loss ${loss.toFixed(4)}`, rank: 2 },
    { text: `${formatClock(secondsLeft)} left`, rank: 1 },
  ];
  return progressLine(parts, step / steps, width, style);
}

/** What is not there, such as an autoencoder's accuracy, is left out. */
function epochLine({ record, epochs, best }: EventOf<'epoch'>, { style }: Terminal): string {
  const { epoch, seconds, imagesPerSecond } = record;
  const sides = [
    describeSide('train', { loss: record.trainLoss, accuracy: record.trainAccuracy }),
    describeSide('val', {
      loss: record.valLoss,
      accuracy: record.valAccuracy,
      AUROC: record.valAuroc,
    }),
  ];
  const speed = style.dim(`${imagesPerSecond.toFixed(0)} img/s  ${formatSeconds(seconds)}`);
  const parts = [
    `epoch ${String(epoch).padStart(String(epochs).length)}/${epochs}`,
    ...sides.filter((side) => side !== ''),
    speed,
    ...(best ? [style.green('best')] : []),
  ];
  return parts.join('  ');
}

function describeSide(name: string, figures: Record<string, number | null>): string {
  const words = Object.entries(figures).flatMap(([figure, value]) =>
    value === null ? [] : [`${figure} ${value.toFixed(4)}`],
  );
  return words.length === 0 ? '' : `${name} ${words.join(' ')}`;
}
