/** Prints what the predictor answers in a second inside this process, where many ask at once. */
import { loadModel } from '../../../src/inference/index.js';
import type { Precision } from '../../../src/native/index.js';
import { flowRate } from './flow.js';
import { emit, main } from './measure.js';
import { readPayloads, type PayloadKind } from './payloads.js';

export interface OwnPlan {
  model: string;
  precision: Precision;
  kind: PayloadKind;
  /** Folder of JPEG files. */
  images: string;
  callers: number;
  seconds: number;
}

main(async () => {
  const plan = JSON.parse(process.argv[2] ?? '') as OwnPlan;
  const model = await loadModel(plan.model, { precision: plan.precision });
  await model.warmUp(); // as the server does before it listens
  const payloads = await readPayloads(plan.kind, plan.images);
  const ask: Readonly<Record<PayloadKind, (image: Uint8Array) => Promise<unknown>>> = {
    pixels: (image) => model.predictTensor(image),
    jpeg: (image) => model.predict([image]),
  };
  const call = async (at: number): Promise<void> => {
    await ask[plan.kind](payloads[at % payloads.length] ?? new Uint8Array());
  };
  emit({ rate: await flowRate(call, plan.callers, plan.seconds) });
  await model.close();
});
