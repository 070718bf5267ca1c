/** A learning-rate range test: the rate rises from step to step, and the loss shows where it is too high. */
import { invalidArgument, RoentgenError, setThreads } from '../native/index.js';
import { rateFinderSvg } from '../report/index.js';
import { trainEpoch } from './epoch.js';
import type { StepReport, TrainHooks } from './events.js';
import type { TrainSettings } from './options.js';
import { prepare, type Places } from './preparation.js';
import type { Schedule } from './schedule.js';
import { parseSettings } from './settings.js';
import { Steering } from './steering.js';

/** One step of the test. */
export interface RatePoint {
  learningRate: number;
  /** Of its batch. */
  loss: number;
  /** Exponential average of the losses so far, freed of its start at zero. */
  smoothed: number;
}

/** The loss over a rising learning rate, and the rates that it suggests. */
export interface RateFinding {
  points: RatePoint[];
  /** In the longest descent of the loss, a little before its middle; null where it never falls. */
  suggestion: number | null;
  /** Where the loss falls fastest; null where it never does. */
  steepest: number | null;
  /** Where the loss is least, divided by 10. */
  minimum: number;
  /** Whether the loss had grown out of bounds before the last step. */
  diverged: boolean;
  /** The curve, the suggestion marked. */
  svg: string;
}

export interface FindRateOptions extends TrainSettings, Places {
  /** First and last rate; default 1e-7 and 10. */
  from?: number | undefined;
  to?: number | undefined;
  /** Updates; default 100. */
  steps?: number | undefined;
  /** As `train`. */
  threads?: number | undefined;
}

/** Of the exponential average, and the multiple of the best loss that ends the test: fastai's. */
const smoothing = 0.98;
const tolerated = 4;

/**
 * Trains as `train` would with these settings, but for the rate, on a network that is thrown away afterwards: a run
 * that follows begins from its own weights. Nothing is written.
 *
 * Smith 2017, Cyclical learning rates for training neural networks, section 3.3; course, smoothing and suggestions as
 * fastai's `lr_find`.
 *
 * @throws RoentgenError as `train`; ERR_INVALID_ARGUMENT for rates out of order or fewer than 20 steps
 */
export async function findLearningRate(
  {
    data,
    cacheDir,
    workers,
    keepGoing,
    threads,
    from = 1e-7,
    to = 10,
    steps = 100,
    ...rest
  }: FindRateOptions,
  hooks: TrainHooks = {},
): Promise<RateFinding> {
  if (!(from > 0 && to > from && to < Infinity)) {
    throw invalidArgument('from', `a rate above 0 and below ${to}`, from);
  }
  if (!Number.isInteger(steps) || steps < 20) {
    throw invalidArgument('steps', 'an integer of at least 20', steps);
  }
  const settings = parseSettings(rest);
  if (threads !== undefined) setThreads(threads);
  using preparation = await prepare(settings, { data, cacheDir, workers, keepGoing }, hooks);
  const course = new Course(from, to, steps);
  const points: RatePoint[] = [];
  const steering = new Steering(from);
  const onStep = async (report: StepReport): Promise<{ stop: boolean }> => {
    await hooks.onStep?.(report);
    return { stop: addPoint(points, report) || points.length === steps };
  };
  const parts = { settings, preparation, schedule: course, steering };
  try {
    for (let epoch = 1; !steering.stopped; epoch += 1) {
      await trainEpoch(epoch, { ...parts, hooks: { ...hooks, onStep } });
    }
  } catch (error) {
    // A loss that is no number is what the test looks for.
    if (!(error instanceof RoentgenError) || error.code !== 'ERR_DIVERGED') throw error;
  }
  return await conclude(points, steps);
}

/** Rates that rise evenly on a logarithmic scale, through as many epochs as it takes. */
class Course implements Schedule {
  private before = 0;

  constructor(
    private readonly from: number,
    private readonly to: number,
    private readonly steps: number,
  ) {}

  rates(_epoch: number, perEpoch: number): Float64Array {
    const first = this.before;
    this.before += perEpoch;
    return Float64Array.from({ length: perEpoch }, (_, index) => {
      const share = Math.min((first + index) / (this.steps - 1), 1);
      return this.from * (this.to / this.from) ** share;
    });
  }

  observe(): void {
    // Nothing is validated.
  }

  state(): Record<string, number | null> {
    return {};
  }

  restore(): void {
    // A test is not resumed.
  }
}

/** Returns whether the loss has grown out of bounds. */
function addPoint(points: RatePoint[], { learningRate, loss }: StepReport): boolean {
  const count = points.length;
  const previous = points.at(-1)?.smoothed ?? 0;
  const sum = previous * (1 - smoothing ** count) * smoothing + loss * (1 - smoothing);
  const smoothed = sum / (1 - smoothing ** (count + 1));
  points.push({ learningRate, loss, smoothed });
  return smoothed > tolerated * Math.min(...points.map((point) => point.smoothed));
}

async function conclude(points: RatePoint[], steps: number): Promise<RateFinding> {
  // The start is noise, and the last steps are those that diverge.
  const judged = points.slice(Math.floor(steps / 10), -5);
  const least = judged.reduce<RatePoint | undefined>(
    (best, point) => (best === undefined || point.smoothed < best.smoothed ? point : best),
    undefined,
  );
  if (least === undefined) {
    throw new RoentgenError(
      'ERR_DIVERGED',
      `The loss had grown out of bounds after ${points.length} steps: begin at a lower rate`,
    );
  }
  const suggestion = valley(judged);
  return {
    points,
    suggestion,
    steepest: steepest(judged),
    minimum: least.learningRate / 10,
    diverged: points.length < steps,
    svg: await rateFinderSvg(points, suggestion),
  };
}

/** fastai's `valley`: the longest falling subsequence, and in it the point at one half of its second third. */
function valley(points: readonly RatePoint[]): number | null {
  const lengths = points.map(() => 1);
  let end = 0;
  for (const [index, point] of points.entries()) {
    for (let earlier = 0; earlier < index; earlier += 1) {
      if (point.smoothed >= (points[earlier]?.smoothed ?? -Infinity)) continue;
      lengths[index] = Math.max(lengths[index] ?? 1, (lengths[earlier] ?? 1) + 1);
    }
    if ((lengths[index] ?? 1) > (lengths[end] ?? 1)) end = index;
  }
  const length = lengths[end] ?? 1;
  if (length < 2) return null;
  const third = length / 3;
  const index = end - length + Math.floor(third) + Math.floor(third / 2);
  return points[Math.max(index, 0)]?.learningRate ?? null;
}

/** Where the loss falls fastest over the logarithm of the rate. */
function steepest(points: readonly RatePoint[]): number | null {
  let best = { slope: 0, learningRate: null as number | null };
  for (const [index, point] of points.entries()) {
    const next = points[index + 1];
    if (next === undefined) break;
    const slope =
      (next.smoothed - point.smoothed) / Math.log(next.learningRate / point.learningRate);
    if (slope < best.slope) best = { slope, learningRate: point.learningRate };
  }
  return best.learningRate;
}
