/** A run's folder: its name, the settings that repeat it, and the table of its epochs. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { bestModelFile } from '../inference/index.js';
import { createNewFolder, writeFileAtomic } from '../native/index.js';
import { trainingCurvesSvg } from '../report/index.js';
import type { EpochRecord } from './events.js';

/** Columns of summary.csv, in timm's order, with what each shows of a record. */
const columns: readonly (readonly [name: string, key: keyof EpochRecord])[] = [
  ['epoch', 'epoch'],
  ['train_loss', 'trainLoss'],
  ['train_accuracy', 'trainAccuracy'],
  ['eval_loss', 'valLoss'],
  ['eval_accuracy', 'valAccuracy'],
  ['eval_auroc', 'valAuroc'],
  ['lr', 'learningRate'],
  ['seconds', 'seconds'],
  ['images_per_second', 'imagesPerSecond'],
];

const summaryFile = 'summary.csv';

export class RunDirectory {
  readonly path: string;

  private constructor(path: string) {
    this.path = path;
  }

  /** A new folder `<output>/<experiment>`, never an existing one. Throws ERR_NO_SPACE, ERR_IO. */
  static async create(output: string, experiment: string): Promise<RunDirectory> {
    return new RunDirectory(await createNewFolder(join(output, experiment)));
  }

  /** A run's folder that is there. */
  static existing(path: string): RunDirectory {
    return new RunDirectory(path);
  }

  /** The best epoch's model. */
  get best(): string {
    return join(this.path, bestModelFile);
  }

  /** The newest weights with the optimizer's and random state. */
  get last(): string {
    return join(this.path, 'last.safetensors');
  }

  file(name: string): string {
    return join(this.path, name);
  }

  async writeConfig(config: Record<string, unknown>): Promise<void> {
    await writeFileAtomic(this.file('config.yaml'), stringify(config));
  }

  /** Rewrites summary.csv and curves.svg, so that both are whole at any time. */
  async writeHistory(history: readonly EpochRecord[], bestEpoch: number): Promise<void> {
    const rows = history.map((record) => columns.map(([, key]) => record[key] ?? ''));
    const lines = [columns.map(([name]) => name), ...rows].map((cells) => cells.join(','));
    await writeFileAtomic(this.file(summaryFile), `${lines.join('\n')}\n`);
    const curves = await trainingCurvesSvg(history, { bestEpoch });
    await writeFileAtomic(this.file('curves.svg'), curves);
  }
}

/** The epochs that a run's summary.csv lists; none where it has not ended one. */
export async function readHistory(runDirectory: string): Promise<EpochRecord[]> {
  const text = await readFile(join(runDirectory, summaryFile), 'utf8').catch(() => '');
  const [header = '', ...lines] = text.trim().split('\n');
  const names = header.split(',');
  return lines.map((line) => {
    const cells = line.split(',');
    const figures = columns.map(([name, key]) => {
      const cell = cells[names.indexOf(name)] ?? '';
      return [key, cell === '' ? null : Number(cell)];
    });
    return Object.fromEntries(figures) as EpochRecord;
  });
}

/** `<model>-<local time>`: sorts by time, and says what it is. */
export function defaultExperiment(model: string, now: Date): string {
  return `${model}-${timestamp(now)}`;
}

/** Local time as names have it: 20260131-235959. */
export function timestamp(now: Date): string {
  const two = (value: number): string => String(value).padStart(2, '0');
  const date = `${now.getFullYear()}${two(now.getMonth() + 1)}${two(now.getDate())}`;
  return `${date}-${two(now.getHours())}${two(now.getMinutes())}${two(now.getSeconds())}`;
}
