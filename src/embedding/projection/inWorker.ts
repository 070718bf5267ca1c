/** Computing a projection in a thread of its own. */
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { RoentgenError, throwIfAborted } from '../../native/index.js';
import type { ProjectionResult, ProjectionTask } from './task.js';

export interface ProjectionHooks {
  /** How much of it is done, in [0, 1]. */
  onShare?: ((share: number) => void) | undefined;
  signal?: AbortSignal | undefined;
}

type Message = { share: number } | { result: ProjectionResult };

/** @throws RoentgenError ABORT_ERR; ERR_OUT_OF_MEMORY where the thread's memory runs out */
export async function computeInWorker(
  task: ProjectionTask,
  { onShare, signal }: ProjectionHooks = {},
): Promise<ProjectionResult> {
  throwIfAborted(signal);
  const worker = new Worker(join(__dirname, 'worker.js'), { workerData: task });
  const stop = (): void => void worker.terminate();
  signal?.addEventListener('abort', stop, { once: true });
  try {
    return await new Promise((resolve, reject) => {
      worker.on('message', (message: Message) => {
        if ('result' in message) resolve(message.result);
        else onShare?.(message.share);
      });
      worker.on('error', (cause: Error & { code?: unknown }) => {
        reject(cause.code === 'ERR_WORKER_OUT_OF_MEMORY' ? outOfMemory(task, cause) : cause);
      });
      worker.on('exit', () => {
        reject(new RoentgenError('ERR_INTERNAL', `The thread of ${task.method} ended too soon`));
      });
    });
  } catch (error) {
    throwIfAborted(signal);
    throw error;
  } finally {
    signal?.removeEventListener('abort', stop);
    await worker.terminate();
  }
}

function outOfMemory({ method, vectors, features }: ProjectionTask, cause: Error): RoentgenError {
  return new RoentgenError(
    'ERR_OUT_OF_MEMORY',
    `Memory ran out while ${method} placed ${vectors.length / features} images: ` +
      'project fewer, or raise the limit (node --max-old-space-size).',
    { cause },
  );
}
