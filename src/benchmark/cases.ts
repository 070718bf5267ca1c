/** Which cases the options come to on this machine. */
import { resolvePrecision } from '../inference/index.js';
import { loadModelSpec, lossOf, type ModelSpec } from '../models/index.js';
import { resolveDevice, type NetworkShape } from '../native/index.js';
import type { BenchmarkSettings } from './options.js';
import type { Case } from './plan.js';

/**
 * Every combination once, in the order of the options, modes innermost.
 * @throws RoentgenError as `loadModelSpec`
 */
export function casesOf(settings: BenchmarkSettings): Case[] {
  const { imgSize, batchSizes } = settings;
  const devices = once(settings.devices.map(resolveDevice));
  return once(settings.models).flatMap((model) => {
    const spec = loadModelSpec(model);
    const shape = shapeOf(spec, imgSize);
    const loss = lossOf(spec);
    return devices.flatMap((device) =>
      once(settings.precisions.map((name) => resolvePrecision(name, device))).flatMap((precision) =>
        once(batchSizes).flatMap((batchSize) =>
          once(settings.modes).map((mode) => ({
            ...{ model, spec, shape, loss, device, precision, batchSize, mode },
          })),
        ),
      ),
    );
  });
}

function once<T>(values: readonly T[]): T[] {
  return [...new Set(values)];
}

/** The architecture's own, but for the sides. */
function shapeOf({ input, classes, task }: ModelSpec, imgSize: number | undefined): NetworkShape {
  const outputs = task === 'reconstruction' ? 1 : classes;
  const { channels, height, width } = input;
  return { outputs, channels, height: imgSize ?? height, width: imgSize ?? width };
}
