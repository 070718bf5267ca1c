/**
 * Runs an exported model in the browser: file → canvas → gray or RGB bytes → probabilities.
 *
 *     npx roentgen export runs/a --preprocessing --probabilities --output model.onnx
 *     node examples/browser/serve.mjs model.onnx
 */
import * as ort from '/node_modules/onnxruntime-web/dist/ort.wasm.bundle.min.mjs';
import { readMetadata } from './metadata.js';

// One thread needs no SharedArrayBuffer, which browsers give only to isolated pages.
ort.env.wasm.numThreads = 1;
ort.env.wasm.wasmPaths = '/node_modules/onnxruntime-web/dist/';

const chooser = document.querySelector('input');
const status = document.querySelector('[role=status]');
const canvas = document.querySelector('canvas');
const table = document.querySelector('table');

const response = await fetch('/model.onnx');
if (!response.ok) {
  status.textContent = 'The server has no model: see the first lines of main.js.';
  throw new Error(status.textContent);
}
const bytes = new Uint8Array(await response.arrayBuffer());
const metadata = readMetadata(bytes);
const classes = JSON.parse(metadata.classes);
const format = JSON.parse(metadata.image);
const session = await ort.InferenceSession.create(bytes);
chooser.disabled = false;
status.textContent = `${metadata.architecture} for ${classes.join(', ')}; ${metadata.notice}`;

chooser.addEventListener('change', async () => {
  const [file] = chooser.files;
  if (file === undefined) return;
  try {
    // As roentgen does, pixel values are taken as they are in the file.
    const bitmap = await createImageBitmap(file, { colorSpaceConversion: 'none' });
    const pixels = toPixels(bitmap, format);
    const { channels, height, width } = format;
    const input = new ort.Tensor('uint8', pixels, [1, channels, height, width]);
    const { probabilities } = await session.run({ input });
    show(file.name, probabilities.data);
  } catch (error) {
    status.textContent = `${file.name}: ${error.message}`;
  }
});

/**
 * uint8 [C, H, W], as the network wants it. An image of that size is taken as it is; of others the browser's resizing
 * differs a little from roentgen's (Lanczos 3), and so do the probabilities.
 */
function toPixels(bitmap, { channels, height, width, fit }) {
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext('2d', { willReadFrequently: true });
  context.imageSmoothingQuality = 'high';
  context.fillRect(0, 0, width, height);
  const across = width / bitmap.width;
  const down = height / bitmap.height;
  const uniform = fit === 'contain' ? Math.min(across, down) : Math.max(across, down);
  const [w, h] =
    fit === 'fill' ? [width, height] : [bitmap.width * uniform, bitmap.height * uniform];
  context.drawImage(bitmap, (width - w) / 2, (height - h) / 2, w, h);
  const { data } = context.getImageData(0, 0, width, height);
  const size = width * height;
  const pixels = new Uint8Array(channels * size);
  for (let at = 0; at < size; at += 1) {
    const rgb = data.subarray(4 * at, 4 * at + 3);
    if (channels === 3) rgb.forEach((value, channel) => (pixels[channel * size + at] = value));
    else pixels[at] = luma(rgb);
  }
  return pixels;
}

/** Rec. 601, in the integers that roentgen and PIL compute with. */
function luma([red, green, blue]) {
  return (red * 19595 + green * 38470 + blue * 7471 + 32768) >> 16;
}

function show(name, probabilities) {
  status.textContent = name;
  table.replaceChildren(
    ...classes.map((label, at) => {
      const row = document.createElement('tr');
      for (const text of [label, probabilities[at].toFixed(6)]) {
        row.insertCell().textContent = text;
      }
      return row;
    }),
  );
}
