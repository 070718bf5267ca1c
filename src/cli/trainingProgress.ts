/** A training run as people see it: what is trained on what, a live line for the steps, a line for each epoch. */
import type { EpochRecord, TrainEvent } from '../training/index.js';
import { glyphsFor, type Glyphs } from './glyphs.js';
import { createPackingReporter } from './packingProgress.js';
import { progressLine } from './progressLine.js';
import { sparkline } from './sparkline.js';
import type { Terminal } from './terminal.js';
import { formatClock, formatCount, formatSeconds, plural } from './text.js';

type EventOf<Kind extends TrainEvent['kind']> = Extract<TrainEvent, { kind: Kind }>;

const validationSources: Readonly<Record<EventOf<'start'>['validationFrom'], string>> = {
  train: 'taken from train by patient',
  val: "the data's own val",
  test: 'the TEST split, so figures from it will be too good',
  none: 'so the last epoch is kept',
};

/** Characters of the loss curve. */
const curveWidth = 12;
/** Reports of steps in it, the latest: over a whole run the first losses of a run would press the others flat. */
const curveSteps = 20 * curveWidth;

/** A function for the events of one run. */
export function createTrainingReporter(terminal: Terminal): (event: TrainEvent) => void {
  const packing = createPackingReporter(terminal);
  const glyphs = glyphsFor();
  const losses: number[] = [];
  return (event) => {
    if (event.kind === 'packing') packing(event);
    else if (event.kind === 'auditing') {
      terminal.live(() => `looking for leaks in ${plural(event.images, 'image')}`);
    } else if (event.kind === 'audit') terminal.print(`audit    ${event.audit.headline}`);
    else if (event.kind === 'start') for (const line of startLines(event)) terminal.print(line);
    else if (event.kind === 'warning') terminal.print(terminal.style.yellow(event.message));
    else if (event.kind === 'step') {
      losses.push(event.loss);
      if (losses.length > curveSteps) losses.shift();
      terminal.live((width) => stepLine(event, losses, width, terminal, glyphs));
    } else for (const line of epochLines(event, terminal)) terminal.print(line);
  };
}

function startLines(event: EventOf<'start'>): string[] {
  const { model, parameters, classes, train, validation, validationFrom } = event;
  const { device, precision, threads, loss, runDirectory } = event;
  const about = [
    ['model', `${model}, ${formatCount(parameters)} parameters`],
    ['classes', classes.join(', ')],
    [
      'images',
      `${formatCount(train)} to train on, ${formatCount(validation)} to validate on (${validationSources[validationFrom]})`,
    ],
    ['loss', loss],
    ['machine', `${device}, ${precision}, ${plural(threads, 'thread')}`],
    ['run', runDirectory],
  ] as const;
  return about.map(([name, value]) => `${name.padEnd(8)} ${value}`);
}

function stepLine(
  event: EventOf<'step'>,
  losses: readonly number[],
  width: number,
  { style }: Terminal,
  glyphs: Glyphs,
): string {
  const { epoch, epochs, step, steps, loss, imagesPerSecond, secondsLeft } = event;
  const parts = [
    { text: `epoch ${epoch}/${epochs}`, rank: 0 },
    { text: `step ${String(step).padStart(String(steps).length)}/${steps}`, rank: 3 },
    { text: `${imagesPerSecond.toFixed(0)} img/s`, rank: 5 },
    { text: `loss ${loss.toFixed(4)}`, rank: 2 },
    { text: sparkline(losses, curveWidth, glyphs.levels).padEnd(curveWidth), rank: 4 },
    { text: `${formatClock(secondsLeft)} left`, rank: 1 },
  ];
  return progressLine(parts, step / steps, width, style, glyphs);
}

interface Column {
  title: string;
  /** In characters, title or figure. */
  width: number;
  show: (record: EpochRecord) => string | null;
}

const figure = (value: number | null): string | null => value?.toFixed(4) ?? null;

/** Together with the epoch and the mark of the best one they fit 80 columns. */
const columns: readonly Column[] = [
  { title: 'train loss', width: 10, show: ({ trainLoss }) => figure(trainLoss) },
  { title: 'accuracy', width: 8, show: ({ trainAccuracy }) => figure(trainAccuracy) },
  { title: 'val loss', width: 8, show: ({ valLoss }) => figure(valLoss) },
  { title: 'accuracy', width: 8, show: ({ valAccuracy }) => figure(valAccuracy) },
  { title: 'AUROC', width: 6, show: ({ valAuroc }) => figure(valAuroc) },
  { title: 'img/s', width: 5, show: ({ imagesPerSecond }) => imagesPerSecond.toFixed(0) },
  { title: 'time', width: 7, show: ({ seconds }) => formatSeconds(seconds) },
];

/** A row of the table, after the first epoch below its head; an autoencoder, say, has no accuracy and no column. */
function epochLines({ record, epochs, best }: EventOf<'epoch'>, { style }: Terminal): string[] {
  const width = Math.max('epoch'.length, 2 * String(epochs).length + 1);
  const shown = columns.filter(({ show }) => show(record) !== null);
  const line = (first: string, cellOf: (column: Column) => string): string =>
    [first.padStart(width), ...shown.map((column) => cellOf(column).padStart(column.width))].join(
      '  ',
    );
  const row = line(`${record.epoch}/${epochs}`, ({ show }) => show(record) ?? '');
  const head = record.epoch === 1 ? [style.dim(line('epoch', ({ title }) => title))] : [];
  return [...head, best ? `${row}  ${style.green('best')}` : row];
}
