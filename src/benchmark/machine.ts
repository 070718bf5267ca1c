/** The machine and the versions that figures depend on. */
import { availableParallelism, cpus, release, totalmem } from 'node:os';
import { packageVersion, systemInfo } from '../native/index.js';

export interface MachineRow {
  what: string;
  value: string;
}

/** Throws ERR_ADDON where the addon cannot be loaded. */
export function describeMachine(): MachineRow[] {
  const { torchVersion, autoPrecision, cuda } = systemInfo();
  const model = cpus()[0]?.model ?? 'unknown';
  return [
    { what: 'CPU', value: `${model}, ${availableParallelism()} cores` },
    { what: 'precision that `auto` takes', value: autoPrecision },
    { what: 'memory', value: `${Math.round(totalmem() / 2 ** 30)} GiB` },
    { what: 'kernel', value: `Linux ${release()}` },
    { what: 'roentgen', value: packageVersion },
    { what: 'Node', value: process.versions.node },
    { what: 'LibTorch', value: torchVersion },
    ...cuda.devices.map((name) => ({ what: 'CUDA device', value: name })),
  ];
}
