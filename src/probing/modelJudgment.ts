/** How well a run's model does on the images that judge the probes. */
import { judge } from './judgment.js';
import type { ProbeHooks, Subject } from './subject.js';
import type { ProbeReport } from './types.js';

const batchSize = 64;

/** Null without a run. Throws as `openData`; ABORT_ERR. */
export async function judgeModel(
  { run, openForModel, material, seed }: Subject,
  { onEvent, signal }: ProbeHooks,
): Promise<ProbeReport['model']> {
  if (run === null) return null;
  const { model, path } = run;
  const packed = await openForModel(model);
  using dataset = packed.dataset;
  const { positions, train, index } = material;
  const indices = Int32Array.from(positions.slice(train));
  const labels = indices.map((position) => index.labels[position] ?? -1);
  const title = `the model ${model.architecture}`;
  const outputs = await model.outputs(
    dataset,
    { indices, labels, batchSize, precision: 'fp32' },
    {
      signal,
      onProgress: ({ step, steps }) => onEvent?.({ kind: 'step', title, share: step / steps }),
    },
  );
  const groups = Array.from(indices, (position) => index.groups[position] ?? '');
  const scored = { probabilities: model.probabilities(outputs), labels, groups };
  const { areas: _, ...judgment } = judge(
    { ...scored, classes: index.classes.length },
    index.classes,
    seed,
  );
  return { path, architecture: model.architecture, ...judgment };
}
