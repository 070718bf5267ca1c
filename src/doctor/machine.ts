/** What the machine has to offer: processor, threads, CUDA devices, memory, and room on the disk. */
import { existsSync } from 'node:fs';
import { mkdir, rm, statfs, writeFile } from 'node:fs/promises';
import { availableParallelism, cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { systemInfo } from '../native/index.js';
import { setupWith } from './remedies.js';
import type { CheckSpec, Finding } from './types.js';

const gigabyte = 1e9;
/** ResNet-50 at 224² with a batch of 32 takes about 3 GB to train. */
const enoughMemory = 4 * gigabyte;
/** The Kermany set packed at 224² is 0.3 GB, and a run keeps two models of up to 0.4 GB. */
const enoughDisk = 2 * gigabyte;

export const machineChecks: readonly CheckSpec[] = [
  { name: 'processor', needsAddon: true, remedy: setupWith(), run: checkProcessor },
  { name: 'threads', needsAddon: true, remedy: setupWith(), run: checkThreads },
  { name: 'CUDA', needsAddon: true, remedy: setupWith(), run: checkCuda },
  { name: 'memory', remedy: 'close other programs', run: checkMemory },
  {
    name: 'cache',
    remedy: 'point ROENTGEN_CACHE to a folder that can be written',
    run: checkCache,
  },
];

const abilities = [
  ['avx2', 'AVX2'],
  ['avx512', 'AVX-512'],
  ['avx512bf16', 'AVX-512 BF16'],
  ['amxBf16', 'AMX'],
] as const;

function checkProcessor(): Finding {
  const { cpu, autoPrecision } = systemInfo();
  const name = cpus()[0]?.model.trim() || 'unknown processor';
  const has = (wanted: boolean): string =>
    abilities.flatMap(([key, word]) => (cpu[key] === wanted ? [word] : [])).join(', ') || 'none';
  const summary = `${name}; ${has(true)}; without ${has(false)}; precision auto means ${autoPrecision}`;
  if (cpu.avx2) return { status: 'ok', summary };
  return {
    status: 'warning',
    summary,
    remedy: 'a processor with AVX2 computes several times as fast',
  };
}

function checkThreads(): Finding {
  const { threads } = systemInfo();
  const cores = availableParallelism();
  const summary = `${threads} on ${cores} cores`;
  if (threads <= cores) return { status: 'ok', summary };
  return {
    status: 'warning',
    summary: `${summary}: they will wait for each other`,
    remedy: `set OMP_NUM_THREADS=${cores}`,
  };
}

/** Where NVIDIA's driver tells of its devices, whether LibTorch can use them or not. */
const driverFolder = '/proc/driver/nvidia';

function checkCuda(): Finding {
  const { available, devices } = systemInfo().cuda;
  if (available) return { status: 'ok', summary: devices.join(', ') };
  if (!existsSync(driverFolder))
    return { status: 'ok', summary: 'no device; computing on the processor' };
  return {
    status: 'warning',
    summary: 'this machine has an NVIDIA device that LibTorch cannot use',
    remedy: setupWith('--cuda'),
  };
}

function checkMemory(): Finding {
  const free = process.availableMemory();
  const summary = `${gigabytes(free)} of ${gigabytes(totalmem())} available`;
  if (free >= enoughMemory) return { status: 'ok', summary };
  return {
    status: 'warning',
    summary,
    remedy: 'smaller batches (-b) and networks (--model) need less',
  };
}

async function checkCache(): Promise<Finding> {
  const { cacheFolder } = await import('../data/index.js');
  const folder = cacheFolder();
  await mkdir(folder, { recursive: true });
  const probe = join(folder, `.doctor-${process.pid}`);
  await writeFile(probe, '');
  await rm(probe);
  const { bavail, bsize } = await statfs(folder);
  const free = bavail * bsize;
  const summary = `${folder} can be written, ${gigabytes(free)} free`;
  if (free >= enoughDisk) return { status: 'ok', summary };
  return {
    status: 'warning',
    summary,
    remedy: 'point ROENTGEN_CACHE to a folder on a larger disk',
  };
}

function gigabytes(bytes: number): string {
  return `${(bytes / gigabyte).toFixed(1)} GB`;
}
