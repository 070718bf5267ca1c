/** Which cases the options come to on this machine. */
import { loadModelSpec, type ModelSpec } from '../models/index.js';
import type { Device, NetworkShape, Precision, SystemInfo } from '../native/index.js';
import type { BenchmarkSettings } from './options.js';
import type { Case } from './plan.js';

/**
 * Every combination once, in the order of the options, modes innermost.
 * @throws RoentgenError as `loadModelSpec`
 */
export function casesOf(settings: BenchmarkSettings, machine: SystemInfo): Case[] {
  const { imgSize, batchSizes } = settings;
  const devices = once(settings.devices.map((name) => resolveDevice(name, machine)));
  return once(settings.models).flatMap((model) => {
    const spec = loadModelSpec(model);
    const shape = shapeOf(spec, imgSize);
    return devices.flatMap((device) =>
      once(settings.precisions.map((name) => resolvePrecision(name, device, machine))).flatMap(
        (precision) =>
          once(batchSizes).flatMap((batchSize) =>
            once(settings.modes).map((mode) => ({
              ...{ model, spec, shape, device, precision, batchSize, mode },
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

function resolveDevice(name: Device | 'auto', { cuda }: SystemInfo): Device {
  if (name !== 'auto') return name;
  return cuda.available ? 'cuda' : 'cpu';
}

/** As training takes it. */
function resolvePrecision(
  name: Precision | 'auto',
  device: Device,
  { autoPrecision }: SystemInfo,
): Precision {
  if (name !== 'auto') return name;
  return device === 'cuda' ? 'bf16' : autoPrecision;
}
