/** Writes models with drawn weights to a folder, each also as ONNX, and prints their files. */
import { join } from 'node:path';
import { exportOnnx } from '../../../src/export/index.js';
import { drawGrayModel } from './grayModel.js';
import { emit, main } from './measure.js';

const [folder = '', ...names] = process.argv.slice(2);

main(async () => {
  for (const name of names) {
    const path = join(folder, `${name}.safetensors`);
    await drawGrayModel(name, path);
    const { path: onnx } = await exportOnnx({ model: path });
    emit({ name, path, onnx });
  }
});
