/** The thread that computes a projection, so that the event loop stays free. */
import { parentPort, workerData } from 'node:worker_threads';
import { computeProjection, type ProjectionTask } from './task.js';

/** Messages tell of every hundredth of the work. */
const told = 100;

let last = -1;
const result = computeProjection(workerData as ProjectionTask, (share) => {
  const now = Math.floor(share * told);
  if (now > last) parentPort?.postMessage({ share });
  last = now;
});
parentPort?.postMessage({ result }, [result.points.buffer as ArrayBuffer]);
