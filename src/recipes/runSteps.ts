/** Goes through the steps of a plan: runs what has not been done, and leaves out what cannot be. */
import { join } from 'node:path';
import { throwIfAborted } from '../native/index.js';
import { commandLine, type PlannedStep } from './plan.js';
import {
  fingerprintPath,
  isDone,
  readRecord,
  stepKey,
  writeRecord,
  type StepRecord,
} from './records.js';
import { runStep } from './runStep.js';
import type { ReproduceHooks, StepResult, StepState } from './types.js';

export function isWell(state: StepState): boolean {
  return state === 'finished' || state === 'kept';
}

export interface RunPlace {
  /** Folder of the recipe's results. */
  output: string;
  threads: number | undefined;
}

/**
 * In order, one at a time.
 * @throws RoentgenError ERR_NOT_FOUND for data that is not there; ERR_INVALID_FILE, ERR_NO_SPACE, ERR_IO, ABORT_ERR
 */
export async function runSteps(
  planned: readonly PlannedStep[],
  place: RunPlace,
  hooks: ReproduceHooks,
): Promise<StepResult[]> {
  const { output } = place;
  const { onEvent = () => undefined, signal } = hooks;
  const progress: Progress = {
    ...{ planned, hooks, ...place },
    settled: new Map(),
    fingerprints: new Map(),
  };
  const results: StepResult[] = [];
  for (const [at, step] of planned.entries()) {
    throwIfAborted(signal);
    const { name, title, directory } = step;
    const command = commandLine(step);
    onEvent({ kind: 'step', number: at + 1, of: planned.length, name, command });
    const settled = await settle(step, progress);
    progress.settled.set(name, settled);
    const { state, seconds, reason } = settled;
    onEvent({ kind: 'stepEnd', name, state, seconds, reason });
    results.push({
      ...{ name, title, command, state, seconds, reason, directory },
      files: isWell(state) ? [...step.promises] : [],
      log: state === 'left out' ? null : logOf(output, name),
    });
  }
  return results;
}

interface Settled {
  state: StepState;
  /** Of all attempts together. */
  seconds: number;
  reason: string | null;
  /** Changes whenever the step has run again; what depends on it then runs again too. */
  key: string;
}

interface Progress extends RunPlace {
  planned: readonly PlannedStep[];
  hooks: ReproduceHooks;
  /** The steps so far, by name. */
  settled: Map<string, Settled>;
  fingerprints: Map<string, Promise<string>>;
}

function logOf(output: string, name: string): string {
  return join(output, 'logs', `${name}.log`);
}

async function settle(step: PlannedStep, progress: Progress): Promise<Settled> {
  const { output, settled } = progress;
  const broken = step.dependsOn.find((name) => !isWell(settled.get(name)?.state ?? 'failed'));
  const reason = step.leftOut ?? (broken === undefined ? null : `${broken} has not ended well`);
  if (reason !== null) return { state: 'left out', seconds: 0, reason, key: '' };

  const data = await Promise.all(step.reads.map(async (path) => fingerprint(path, progress)));
  const before = step.dependsOn.map((name) => settled.get(name)?.key ?? '');
  const key = stepKey(step, data, before);
  const record = await readRecord(output, step.name);
  if (record !== null && isDone(step, key, record)) {
    const { seconds, startedAt } = record;
    return { state: 'kept', seconds, reason: null, key: `${key} ${startedAt}` };
  }
  const interrupted = record?.state === 'started' && record.key === key;
  return run(step, progress, { key, interrupted, spent: interrupted ? record.seconds : 0 });
}

async function fingerprint(path: string, { fingerprints }: Progress): Promise<string> {
  const known = fingerprints.get(path) ?? fingerprintPath(path);
  fingerprints.set(path, known);
  return known;
}

async function run(
  step: PlannedStep,
  { planned, output, threads, hooks }: Progress,
  { key, interrupted, spent }: { key: string; interrupted: boolean; spent: number },
): Promise<Settled> {
  const { name, directory } = step;
  const { onEvent = () => undefined, signal } = hooks;
  const startedAt = new Date().toISOString();
  const started = performance.now();
  const remember = async (state: StepRecord['state']): Promise<StepRecord> => {
    const seconds = spent + (performance.now() - started) / 1000;
    const record = { key, command: commandLine(step), state, startedAt, seconds };
    await writeRecord(output, name, record);
    return record;
  };
  await remember('started');
  const firstOfAll = planned.find((other) => other.directory === directory);
  let failure: string | null;
  try {
    failure = await runStep(step, {
      log: logOf(output, name),
      ...{ interrupted, threads, signal },
      owned: firstOfAll === step,
      onLine: (line) => {
        onEvent({ kind: 'line', name, line });
      },
    });
  } catch (error) {
    await remember('started');
    throw error;
  }
  const state = failure === null ? 'finished' : 'failed';
  const { seconds } = await remember(state);
  return { state, seconds, reason: failure, key: `${key} ${startedAt}` };
}
