/** A process that keeps one core busy while something else is measured. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { program } from './child.js';

export async function besideNeighbor<T>(measure: () => Promise<T>): Promise<T> {
  const { file, args } = program('spin');
  const neighbor = spawn(file, args, { stdio: 'ignore' });
  try {
    await once(neighbor, 'spawn');
    return await measure();
  } finally {
    neighbor.kill('SIGKILL');
  }
}
