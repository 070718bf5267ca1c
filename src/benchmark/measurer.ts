/** How each side of a case is measured in a process of its own. */
import { join } from 'node:path';
import { isAbort, packageRoot } from '../native/index.js';
import { toFailure } from './failure.js';
import type { BenchmarkSettings } from './options.js';
import type { Answer, Case, MeasurePlan, Side } from './plan.js';
import { runForOne, type Command } from './processes.js';
import type { DrawPlan } from './programs/drawOnnx.js';
import { pythonProgram, tunedMemory } from './python.js';
import type { Rivals } from './rivals.js';

export interface Bench {
  settings: BenchmarkSettings;
  rivals: Rivals;
  threads: number;
  /** For files that are needed while something is measured. */
  folder: string;
  signal?: AbortSignal | undefined;
}

/** Measures cases; ONNX files are written once for each network. */
export class Measurer {
  private readonly bench: Bench;
  private readonly drawn = new Map<string, Promise<string>>();

  constructor(bench: Bench) {
    this.bench = bench;
  }

  /** One process of one side. What fails is an answer too; only ABORT_ERR is thrown. */
  async measure(measured: Case, side: Side): Promise<Answer> {
    try {
      const { threads, settings, signal } = this.bench;
      const { model: _, ...work } = measured;
      const onnx = side === 'onnxruntime' ? { onnx: await this.onnx(measured) } : {};
      const { warmUp, seconds } = settings;
      const startedAt = Date.now();
      const plan: MeasurePlan = { ...work, side, threads, warmUp, seconds, startedAt, ...onnx };
      return await runForOne<Answer>({ ...commandOf(plan), signal });
    } catch (error) {
      if (isAbort(error)) throw error;
      return { error: toFailure(error) };
    }
  }

  private async onnx({
    model,
    spec,
    shape,
  }: Case): Promise<{ onnxruntime: string; model: string }> {
    const { rivals, folder, signal } = this.bench;
    const path = join(folder, `${this.drawn.size}.safetensors`);
    const drawing =
      this.drawn.get(model) ??
      runForOne<{ onnx: string }>({
        ...program('drawOnnx', { spec, shape, path } satisfies DrawPlan),
        signal,
      }).then(({ onnx }) => onnx);
    this.drawn.set(model, drawing);
    return { onnxruntime: rivals.onnxruntime ?? '', model: await drawing };
  }
}

function program(name: string, plan: object): Command {
  const path = join(__dirname, 'programs', `${name}.js`);
  return { file: process.execPath, args: [path, JSON.stringify(plan)] };
}

function commandOf(plan: MeasurePlan): Command {
  if (plan.side !== 'pytorch') return program('measure', plan);
  const path = join(packageRoot, 'scripts', 'benchmark', 'pytorch.py');
  // -B: the package's folder may not be writable, and what is written there would be packed.
  return {
    file: pythonProgram(),
    args: ['-B', path, JSON.stringify(plan)],
    environment: tunedMemory,
  };
}
