/** Taking one's place among processes that a launcher started, and finding the run that an earlier attempt left. */
import { existsSync, statSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { Group, setThreads } from '../native/index.js';
import type { Launch } from '../training/index.js';

/** Meets the others. A process gets its share of this host's cores, unless told otherwise. */
export async function joinLaunched(
  launch: Launch,
  { peerTimeout, threads }: { peerTimeout: number; threads: number | undefined },
): Promise<Group> {
  chooseDevice(launch);
  const { rank, size, address, port, hosted, attempt, id } = launch;
  const share = Math.max(1, Math.floor(availableParallelism() / launch.localSize));
  setThreads(threads ?? share);
  const name = `roentgen ${id ?? ''} ${attempt}`;
  const timeoutMs = Math.ceil(peerTimeout * 1000);
  return Group.join({ rank, size, address, port, hosted, name, timeoutMs });
}

/** Before CUDA is asked for the first time: each process of a host has a device of its own. */
function chooseDevice({ localRank }: Launch): void {
  const visible = process.env['CUDA_VISIBLE_DEVICES']?.split(',');
  process.env['CUDA_VISIBLE_DEVICES'] = visible?.[localRank] ?? String(localRank);
}

/** The name of the run that all attempts of a launch write to; undefined leaves it to the run. */
export function experimentOf({ id }: Launch, model: string): string | undefined {
  return id === null ? undefined : `${model}-${id.replace(/[^\w.-]+/g, '-')}`;
}

/** The newest run of that name that got as far as a checkpoint. */
export async function newestRun(output: string, experiment: string): Promise<string | undefined> {
  if (!existsSync(output)) return undefined;
  const checkpointOf = (name: string): string => join(output, name, 'last.safetensors');
  const rest = /^(-\d+)?$/;
  return (await readdir(output))
    .filter((name) => name.startsWith(experiment) && rest.test(name.slice(experiment.length)))
    .filter((name) => existsSync(checkpointOf(name)))
    .map((name) => ({ run: join(output, name), at: statSync(checkpointOf(name)).mtimeMs }))
    .sort((a, b) => b.at - a.at)[0]?.run;
}
