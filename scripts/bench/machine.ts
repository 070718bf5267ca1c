/** The machine and the versions that figures depend on. */
import { availableParallelism, cpus, loadavg, release, totalmem } from 'node:os';
import sharp from 'sharp';
import { packageVersion, systemInfo } from '../../src/native/index.js';
import { pytorchVersion } from './python.js';

export interface MachineRow {
  what: string;
  value: string;
}

/** Throws ERR_ADDON where the addon cannot be loaded. */
export async function describeMachine(): Promise<MachineRow[]> {
  const { torchVersion, autoPrecision } = systemInfo();
  const model = cpus()[0]?.model ?? 'unknown';
  return [
    { what: 'CPU', value: `${model}, ${availableParallelism()} cores` },
    { what: 'precision that `auto` takes', value: autoPrecision },
    { what: 'memory', value: `${Math.round(totalmem() / 2 ** 30)} GiB` },
    { what: 'kernel', value: `Linux ${release()}` },
    { what: 'roentgen', value: packageVersion },
    { what: 'Node', value: process.versions.node },
    { what: 'LibTorch', value: torchVersion },
    { what: "Python's PyTorch", value: await pytorchVersion().catch(() => 'not found') },
    { what: 'sharp', value: `${sharp.versions.sharp}, libvips ${sharp.versions.vips}` },
    {
      what: 'load average when the run began',
      value: loadavg()
        .map((load) => load.toFixed(1))
        .join(', '),
    },
    { what: 'date', value: new Date().toISOString().slice(0, 10) },
  ];
}
