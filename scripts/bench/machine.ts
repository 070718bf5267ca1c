/** The machine and the versions that figures depend on. */
import { loadavg } from 'node:os';
import sharp from 'sharp';
import {
  describeMachine as describeBase,
  pytorchVersion,
  type MachineRow,
} from '../../src/benchmark/index.js';

export type { MachineRow } from '../../src/benchmark/index.js';

/** Throws ERR_ADDON where the addon cannot be loaded. */
export async function describeMachine(): Promise<MachineRow[]> {
  return [
    ...describeBase(),
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
