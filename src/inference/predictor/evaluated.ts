/** Stands in for the compiled network until the addon has one. */
import { Dataset, type CompileNetwork, type CompiledNetwork } from '../../native/index.js';

export const compileNetwork: CompileNetwork = async (network, { precision, normalization }) => {
  const shape = JSON.parse(network.metadata['shape'] ?? '{}') as Record<string, number>;
  const { outputs = 2, channels = 1, height = 1, width = 1 } = shape;
  let last: Promise<unknown> = Promise.resolve();
  const once: CompiledNetwork['run'] = async (images) => {
    const size = channels * height * width;
    const pixels = new Uint8Array(images.length * size);
    images.forEach((image, at) => {
      const plane = height * width;
      const { mean, std } = normalization;
      pixels.set(
        image instanceof Uint8Array
          ? image
          : image.map((value, i) => {
              const c = Math.floor(i / plane);
              return Math.round(255 * (value * (std[c] ?? 1) + (mean[c] ?? 0)));
            }),
        at * size,
      );
    });
    using dataset = Dataset.fromImages(pixels, [images.length, channels, height, width]);
    const given = await network.evaluate(dataset, {
      indices: Int32Array.from(images.keys()),
      labels: new Int32Array(),
      batchSize: images.length,
      loss: 'crossEntropy',
      precision,
      normalization,
    });
    return given.values;
  };
  return Promise.resolve({
    outputs,
    run: async (images, options) => {
      const next = last.then(async () => once(images, options));
      last = next.catch(() => undefined);
      return next;
    },
    dispose: () => undefined,
    [Symbol.dispose]: () => undefined,
  });
};
