/** The engines that are compared, each behind the same call. */
// Not from the index, which loads more: the time to a first answer is measured.
import { openOnnx } from '../../../src/benchmark/onnxSession.js';
import { loadModel } from '../../../src/inference/index.js';
import { compileNetwork, Network, type Precision } from '../../../src/native/index.js';

export interface EngineSettings {
  /** `predictor` is what users call, `native` the compiled network below it. */
  engine: 'predictor' | 'native' | 'onnxruntime';
  /** The model: safetensors, for onnxruntime ONNX. */
  model: string;
  precision: Precision;
  /** Cores that it may use. */
  cores: number;
  /** Calls that are computed at the same time, each with its share of the cores. The predictor decides for itself. */
  workers: number;
  /** Folder of the package onnxruntime-node. */
  onnxruntime: string;
}

export const side = 224;

export interface Engine {
  /** Raw outputs of normalized gray images, row-major. */
  run: (images: readonly Float32Array[]) => Promise<Float32Array>;
}

export function openEngine(settings: EngineSettings): Promise<Engine> {
  return { predictor, native, onnxruntime }[settings.engine](settings);
}

async function predictor({ model: path, precision }: EngineSettings): Promise<Engine> {
  const model = await loadModel(path, { precision });
  return {
    run: async (images) => {
      const calls = images.map((image) => model.predictTensor(image, { raw: true }));
      const answers = await Promise.all(calls);
      return Float32Array.from(answers.flatMap(({ outputs }) => Array.from(outputs)));
    },
  };
}

async function native(settings: EngineSettings): Promise<Engine> {
  const { model, precision, cores, workers } = settings;
  using network = await Network.load(model);
  const compiled = await compileNetwork(network, {
    ...{ precision, workers, device: 'cpu' },
    normalization: { mean: [0.5], std: [0.25] },
  });
  const threads = Math.max(1, Math.floor(cores / workers));
  let calls = 0;
  return {
    run: (images) => {
      calls += 1;
      return compiled.run(images, { worker: calls % workers, threads });
    },
  };
}

async function onnxruntime({ workers, cores, ...settings }: EngineSettings): Promise<Engine> {
  const threads = Math.max(1, Math.floor(cores / workers));
  return { run: await openOnnx({ ...settings, threads }, [1, side, side]) };
}
