/** Whether metrics.json says what the stored predictions come to, and the new ones. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { Checksums } from '../checksums/index.js';
import {
  evaluateClassification,
  metricIntervals,
  reconstructionMetrics,
  type ClassificationMetrics,
  type PredictionsFile,
} from '../evaluation/index.js';
import { countFlips, type Again } from './predictions.js';
import { toleranceOf } from './tolerance.js';
import { toCheck, unchecked, type VerificationCheck, type VerificationFinding } from './types.js';

type Check = Omit<VerificationCheck, 'folder'>;

/** Computed from the same numbers, in whatever order. */
const rounding = 1e-9;

/** Of the figures of new predictions those that move smoothly; the others follow from them. */
const compared = [
  ...['accuracy', 'balancedAccuracy', 'auroc', 'averagePrecision', 'brier', 'logLoss'],
] as readonly (keyof ClassificationMetrics)[];

const figure = z.number().nullable();
const metricsSchema = z.looseObject({
  metrics: z.record(z.string(), z.unknown()).nullable(),
  intervals: z.record(z.string(), z.unknown()).nullable(),
  reconstruction: z.record(z.string(), z.unknown()).nullish(),
  /** An evaluation's; a run's is that of its best epoch, and words are its name. */
  loss: z.union([z.number(), z.string()]).nullable(),
  bestEpoch: z.number().optional(),
  history: z.array(z.looseObject({ epoch: z.number(), valLoss: figure })).optional(),
});
type Metrics = z.output<typeof metricsSchema>;

export async function checkFigures(
  folder: string,
  stored: PredictionsFile | string | null,
  again: Again | null,
  inference: Checksums['inference'],
): Promise<Check> {
  const metrics = await readMetrics(join(folder, 'metrics.json'));
  if (typeof metrics === 'string') {
    return toCheck(
      'figures',
      [{ subject: 'metrics.json', message: metrics }],
      'metrics.json cannot be read',
    );
  }
  if (typeof stored === 'string') {
    return unchecked('figures', 'there are no stored predictions to compute them from');
  }
  const { figure: tolerance } = toleranceOf(inference);
  const fromStored = stored === null ? [] : compareStored(metrics, stored);
  const fromNew = again === null ? [] : compareNew(metrics, stored, again, tolerance);
  const findings = [...fromStored, ...fromNew];
  const both =
    stored === null ? 'the answers of the model' : 'the stored and from the new predictions';
  const summary =
    findings.length === 0
      ? `those of metrics.json, from ${both} (new ones up to ${tolerance})`
      : `metrics.json differs: ${findings.length} of its figures`;
  return toCheck('figures', findings, summary);
}

async function readMetrics(path: string): Promise<Metrics | string> {
  try {
    const result = metricsSchema.safeParse(JSON.parse(await readFile(path, 'utf8')));
    return result.success ? result.data : z.prettifyError(result.error);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function compareStored(
  { metrics, intervals }: Metrics,
  { probabilities, targets = [], classes, patientIds }: PredictionsFile,
): VerificationFinding[] {
  const labels = Int32Array.from(targets);
  const input = { probabilities, labels, classes, ...positiveOf(metrics, classes) };
  const now = {
    metrics: evaluateClassification(input),
    intervals: metricIntervals({
      ...input,
      ...(patientIds === undefined ? {} : { groups: patientIds }),
    }),
  };
  return differences({ metrics, intervals }, toJson(now), rounding).map(({ path, was, is }) => ({
    subject: path.replace(/^metrics\./, ''),
    message: `${show(was)} in metrics.json, ${show(is)} by predictions.csv`,
  }));
}

function compareNew(
  stored: Metrics,
  predictions: PredictionsFile | null,
  again: Again,
  tolerance: number,
): VerificationFinding[] {
  const { images, probabilities, outputs } = again;
  const findings: VerificationFinding[] = [];
  const say = (subject: string, was: unknown, is: unknown): void => {
    findings.push({
      subject,
      message: `${show(was)} in metrics.json, ${show(is)} by the model's new predictions`,
    });
  };
  if (predictions !== null) {
    const { classes } = predictions;
    const labels = images.map(({ className }) => classes.indexOf(className));
    const positive = positiveOf(stored.metrics, classes);
    const now = evaluateClassification({ probabilities, labels, classes, ...positive });
    const allowed = tolerance + countFlips(predictions, again) / images.length;
    for (const name of compared) {
      const [was, is] = [stored.metrics?.[name], now[name]];
      if (!near(was, is, allowed)) say(name, was, is);
    }
  }
  if (stored.reconstruction) {
    const now = toJson(reconstructionMetrics(outputs.values));
    const scale = outputs.loss || 1;
    for (const { path, was, is } of differences(stored.reconstruction, now, tolerance * scale)) {
      say(path, was, is);
    }
  }
  const loss = lossOf(stored);
  if (loss !== null && Number.isFinite(outputs.loss)) {
    const allowed = tolerance * Math.max(1, Math.abs(loss));
    if (!near(loss, outputs.loss, allowed)) say('loss', loss, outputs.loss);
  }
  return findings;
}

/** The class that figures of two classes speak of, as the evaluation was asked. */
function positiveOf(
  metrics: Metrics['metrics'],
  classes: readonly string[],
): { positive?: string } {
  const binary = metrics?.['binary'] as { positive?: unknown } | null | undefined;
  const positive = classes.find((name) => name === binary?.positive);
  return positive === undefined ? {} : { positive };
}

function lossOf({ loss, bestEpoch, history }: Metrics): number | null {
  if (typeof loss === 'number') return loss;
  return history?.find(({ epoch }) => epoch === bestEpoch)?.valLoss ?? null;
}

function near(was: unknown, is: unknown, tolerance: number): boolean {
  if (typeof was !== 'number' || typeof is !== 'number') return (was ?? null) === (is ?? null);
  return Math.abs(was - is) <= tolerance;
}

interface Difference {
  path: string;
  was: unknown;
  is: unknown;
}

/** Every leaf that is not the same; numbers up to `tolerance`. Members of lists are named by their class, where they have one. */
function differences(was: unknown, is: unknown, tolerance: number, path = ''): Difference[] {
  if (!isBranch(was) || !isBranch(is)) {
    return near(was, is, tolerance) ? [] : [{ path, was, is }];
  }
  const keys = [...new Set([...Object.keys(was), ...Object.keys(is)])];
  return keys.flatMap((key) => {
    const name = labelOf(is[key]) ?? labelOf(was[key]) ?? key;
    return differences(was[key], is[key], tolerance, path === '' ? name : `${path}.${name}`);
  });
}

function isBranch(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function labelOf(value: unknown): string | undefined {
  if (!isBranch(value)) return undefined;
  const name = value['class'] ?? value['name'];
  return typeof name === 'string' ? name : undefined;
}

/** As JSON keeps it: what is undefined is left out, what is no number is null. */
function toJson(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}

function show(value: unknown): string {
  if (typeof value === 'number') return String(Number(value.toPrecision(6)));
  return value === undefined ? 'nothing' : JSON.stringify(value);
}
