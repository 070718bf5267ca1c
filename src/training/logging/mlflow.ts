/** A training run as MLflow tracks it: what is logged here reaches the server without training waiting for it. */
import { randomUUID } from 'node:crypto';
import { basename, join, relative, resolve } from 'node:path';
import { invalidArgument, RoentgenError } from '../../native/index.js';
import { MlflowClient } from './mlflowClient.js';
import { MlflowDelivery } from './mlflowDelivery.js';
import type { Entry } from './mlflowEntries.js';
import { MlflowJournal } from './mlflowJournal.js';
import type { MlflowSettings } from './mlflowSettings.js';

/** Longest value of a param that MLflow keeps. */
const longestParam = 6000;

export interface MlflowRunOptions {
  /** The run directory: `mlflow.jsonl` is kept there. */
  directory: string;
  /** Of the MLflow run; default the folder's name. */
  runName?: string | undefined;
  /** Told once for each kind of trouble, in words for the user; none of it concerns training. */
  onWarning: (message: string) => void;
  /** Milliseconds of silence after which a request is given up; default 30 s. */
  silenceMs?: number | undefined;
  /** Milliseconds before the first retry; doubles up to 5 s. Default 1 s. */
  pauseMs?: number | undefined;
}

/** What became of what was logged. */
export interface MlflowOutcome {
  /** Entries that are kept in `mlflow.jsonl`, and are sent when the run is resumed. */
  undelivered: number;
  /** Entries that the server did not take; they are not sent again. */
  refused: number;
}

/**
 * `params`, `metrics` and `artifact` append to `mlflow.jsonl` and return; the entries are sent in that order in the
 * background. Each of them throws ERR_DISPOSED after `close`.
 */
export class MlflowRun {
  private readonly told = new Set<string>();
  private readonly stop = new AbortController();
  private readonly journal: MlflowJournal;
  private readonly delivery: MlflowDelivery;
  private closing: Promise<MlflowOutcome> | undefined;

  private constructor(
    settings: MlflowSettings,
    private readonly options: MlflowRunOptions,
  ) {
    const { directory, silenceMs = 30_000, pauseMs = 1000 } = options;
    this.journal = openJournal(settings, options, ({ message }) => {
      // Training has files of its own to fail for; a point that MLflow does not get is no reason.
      this.warn('unwritten', `MLflow does not get all that is logged. ${message}`);
    });
    const { signal } = this.stop;
    const client = new MlflowClient(settings, { signal, silenceMs });
    const warn = this.warn.bind(this);
    this.delivery = new MlflowDelivery(this.journal, client, { directory, pauseMs, signal, warn });
    if (!this.journal.isNew) this.add({ kind: 'status', status: 'RUNNING' });
  }

  /**
   * Begins an MLflow run, or goes on with the one that this run directory's `mlflow.jsonl` tells of, beginning with
   * what an earlier process could not deliver. Does not wait for the server.
   * @throws RoentgenError ERR_INVALID_ARGUMENT where the run is tracked by another server or experiment;
   * ERR_INVALID_FILE where `mlflow.jsonl` is broken; ERR_NO_SPACE, ERR_IO
   */
  static open(settings: MlflowSettings, options: MlflowRunOptions): MlflowRun {
    return new MlflowRun(settings, options);
  }

  /** Settings of the run. The first value of a name stands; one of more than 6000 characters is cut. */
  params(values: Readonly<Record<string, string | number | boolean>>): void {
    const known = this.journal.logged.params;
    for (const [key, value] of Object.entries(values)) {
      if (known.has(key)) continue;
      this.add({ kind: 'param', key, value: cut(String(value)) });
    }
  }

  /**
   * Points of curves. A run that is resumed repeats an epoch whose checkpoint was not written: points that it had
   * logged are not logged twice.
   * @param step the epoch, from 1
   */
  metrics(values: Readonly<Record<string, number>>, step: number): void {
    const timestamp = Date.now();
    for (const [key, value] of Object.entries(values)) {
      if (step <= (this.journal.logged.steps.get(key) ?? -Infinity)) continue;
      this.add({ kind: 'metric', key, value: figure(value), timestamp, step });
    }
  }

  /**
   * A file of the run directory, which is read when it is sent; its path there is its name in MLflow.
   * @throws RoentgenError ERR_INVALID_ARGUMENT for a path that leads out of the run directory
   */
  artifact(path: string): void {
    const { directory } = this.options;
    const inside = relative(resolve(directory), resolve(directory, path));
    if (inside === '' || inside.split('/')[0] === '..') {
      throw invalidArgument('path', `a file in ${directory}`, path);
    }
    this.add({ kind: 'artifact', path: inside });
  }

  /**
   * Says how the run ended, and waits for what is not delivered yet, but no longer than `waitMs`, by default 10 s.
   * Never rejects; a second call returns what the first did.
   */
  close(
    status: 'FINISHED' | 'FAILED' | 'KILLED',
    { waitMs = 10_000 }: { waitMs?: number } = {},
  ): Promise<MlflowOutcome> {
    if (this.closing === undefined) {
      this.add({ kind: 'status', status, endTime: Date.now() });
      this.closing = this.finish(waitMs);
    }
    return this.closing;
  }

  private async finish(waitMs: number): Promise<MlflowOutcome> {
    const timer = setTimeout(() => this.stop.abort(), waitMs);
    await this.delivery.settled();
    clearTimeout(timer);
    const { undelivered } = this.journal;
    this.journal.close();
    return { undelivered, refused: this.delivery.refused };
  }

  private add(entry: Entry): void {
    if (this.closing) throw new RoentgenError('ERR_DISPOSED', `${this.journal.path} is closed`);
    this.journal.append(entry);
    this.delivery.start();
  }

  private warn(trouble: string, message: string): void {
    if (this.told.has(trouble)) return;
    this.told.add(trouble);
    this.options.onWarning(message);
  }
}

/** The settings that a run keeps, by the variable that names them. */
const kept = { MLFLOW_TRACKING_URI: 'uri', MLFLOW_EXPERIMENT_NAME: 'experiment' } as const;

/** The journal of the run directory, which must be of the same server and experiment. */
function openJournal(
  settings: MlflowSettings,
  { directory, runName = basename(resolve(directory)) }: MlflowRunOptions,
  onWriteError: (error: RoentgenError) => void,
): MlflowJournal {
  const { uri, experiment } = settings;
  const beginning = { uri, experiment, runName, startTime: Date.now(), key: randomUUID() };
  const journal = MlflowJournal.open(join(directory, 'mlflow.jsonl'), beginning, onWriteError);
  for (const [variable, name] of Object.entries(kept)) {
    const before = journal.beginning[name];
    if (settings[name] === before) continue;
    journal.close();
    const expected = `${before}, where the run of ${journal.path} is (delete that file to begin another)`;
    throw invalidArgument(variable, expected, settings[name]);
  }
  return journal;
}

/** MLflow counts code points; to cut one in half would be no text any more. */
function cut(text: string): string {
  const characters = Array.from(text);
  if (characters.length <= longestParam) return text;
  return `${characters.slice(0, longestParam - 1).join('')}…`;
}

/** JSON has no NaN and no infinities; MLflow reads their names. */
function figure(value: number): number | 'NaN' | 'Infinity' | '-Infinity' {
  if (Number.isFinite(value)) return value;
  return Number.isNaN(value) ? 'NaN' : value > 0 ? 'Infinity' : '-Infinity';
}
