/** onnxruntime-node on the file of our ONNX export. */
import { RoentgenError } from '../../native/index.js';
import { noisePixels } from '../drawnImages.js';
import { openOnnx } from '../onnxSession.js';
import type { MeasurePlan } from '../plan.js';
import type { Subject } from './subject.js';

export async function openOnnxruntime(plan: MeasurePlan): Promise<Subject> {
  const { onnx, shape, batchSize, threads } = plan;
  if (onnx === undefined) throw new RoentgenError('ERR_INTERNAL', 'The plan names no ONNX file');
  const { channels, height, width } = shape;
  const infer = await openOnnx({ ...onnx, threads }, [channels, height, width]);
  const size = channels * height * width;
  const image = (): Float32Array => Float32Array.from(noisePixels(size), (pixel) => pixel / 64 - 2);
  const images = Array.from({ length: batchSize }, image);
  return { parameters: null, macs: null, step: () => infer(images) };
}
