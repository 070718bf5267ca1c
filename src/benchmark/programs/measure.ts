/** Measures what its plan says in this fresh process, prints one line, and ends. */
import { RoentgenError, setThreads } from '../../native/index.js';
import type { Answer, MeasurePlan, Measured } from '../plan.js';
import { toFailure } from '../failure.js';
import { peakMegabytes, timeSteps } from '../timing.js';
import { openInference } from './inference.js';
import { openOnnxruntime } from './onnxruntime.js';
import type { Subject } from './subject.js';
import { openTraining } from './training.js';

const ours = { infer: openInference, train: openTraining } as const;

function open(plan: MeasurePlan): Subject | Promise<Subject> {
  if (plan.side === 'roentgen') return ours[plan.mode](plan);
  if (plan.side === 'onnxruntime') return openOnnxruntime(plan);
  throw new RoentgenError('ERR_INTERNAL', `${plan.side} is measured by a program of its own`);
}

async function measure(plan: MeasurePlan): Promise<Measured> {
  if (plan.side === 'roentgen') setThreads(plan.threads);
  const { step, parameters, macs } = await open(plan);
  await step();
  const firstResultSeconds = (Date.now() - plan.startedAt) / 1000;
  const stepMs = await timeSteps(step, plan);
  return { parameters, macs, firstResultSeconds, peakMegabytes: peakMegabytes(), stepMs };
}

const plan = JSON.parse(process.argv[2] ?? '') as MeasurePlan;
void measure(plan)
  .catch((error: unknown): Answer => ({ error: toFailure(error) }))
  .then((answer: Answer) => {
    process.stdout.write(`${JSON.stringify(answer)}\n`);
    process.exit(); // onnxruntime's threads would keep it
  });
