/** Writes a model with drawn weights as ONNX, and prints its path. */
import { exportOnnx } from '../../export/index.js';
import { drawModel } from '../drawnModel.js';
import type { Case } from '../plan.js';

export type DrawPlan = Pick<Case, 'spec' | 'shape'> & { path: string };

async function draw({ spec, shape, path }: DrawPlan): Promise<void> {
  await drawModel(spec, shape, path);
  const { path: onnx } = await exportOnnx({ model: path });
  process.stdout.write(`${JSON.stringify({ onnx })}\n`);
}

void draw(JSON.parse(process.argv[2] ?? '') as DrawPlan);
