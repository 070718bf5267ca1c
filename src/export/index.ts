/** Models that travel: files for other programs. */
export { exportOnnx } from './onnx/exportOnnx.js';
export type { OnnxExport, OnnxOptions } from './onnx/exportOnnx.js';
