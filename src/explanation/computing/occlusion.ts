/** Occlusion: how far the logit falls where a gray square hides a part of the image. */
import { invalidArgument } from '../../native/index.js';
import { targetLogit, type Batch, type Computer } from './batch.js';

/** Bytes of masks handed over at once. */
const mostMaskBytes = 2 ** 24;

/** Squares of one size over an image, and the cells that their edges cut it into. */
export interface Windows {
  /** [H, W] cell of each pixel. */
  cells: Int32Array;
  cellCount: number;
  /** Cells of each square. */
  windows: readonly (readonly number[])[];
}

/** One axis: where windows begin, where cells do, and the cell of each pixel. */
function cutAxis(
  side: number,
  window: number,
  stride: number,
): { starts: number[]; cells: number[] } {
  const last = side - window;
  const starts: number[] = [];
  for (let start = 0; start < last; start += stride) starts.push(start);
  // The last is flush with the edge, so that every pixel is hidden once.
  starts.push(last);
  const cuts = new Set(starts.flatMap((start) => [start, start + window]));
  let cell = -1;
  const cells = Array.from({ length: side }, (_, at) => (cuts.has(at) ? (cell += 1) : cell));
  return { starts, cells };
}

/** @param window side of the squares, at most the image's shorter side; @param stride at most `window` */
export function layWindows(
  { height, width }: { height: number; width: number },
  window: number,
  stride: number,
): Windows {
  const [rows, columns] = [cutAxis(height, window, stride), cutAxis(width, window, stride)];
  const across = (columns.cells.at(-1) ?? 0) + 1;
  const cells = Int32Array.from(
    rows.cells.flatMap((row) => columns.cells.map((column) => row * across + column)),
  );
  const hidden = (cellsOfAxis: readonly number[], start: number): number[] => [
    ...new Set(cellsOfAxis.slice(start, start + window)),
  ];
  const windows = rows.starts.flatMap((top) =>
    columns.starts.map((left) =>
      hidden(rows.cells, top).flatMap((row) =>
        hidden(columns.cells, left).map((column) => row * across + column),
      ),
    ),
  );
  return { cells, cellCount: across * ((rows.cells.at(-1) ?? 0) + 1), windows };
}

/**
 * One map per image, of one part: each pixel's mean fall of the logit over the squares that hide it. The squares have
 * the image's own mean color, so that they are gray on a radiograph, as in the paper, and its brightness stays.
 */
export const computeOcclusion: Computer = async (batch) => {
  const { height, width } = batch.model.format;
  const windows = layWindows({ height, width }, ...windowSize(batch));
  const maps = [];
  for (const at of batch.indices.keys()) {
    const falls = await fallsOf(batch, at, windows);
    const values = spread(falls, windows);
    maps.push([{ parts: [{ layer: null, height, width, values }] }]);
  }
  return maps;
};

/** @throws RoentgenError ERR_INVALID_ARGUMENT */
function windowSize({ model, settings }: Batch): [window: number, stride: number] {
  const shorter = Math.min(model.format.height, model.format.width);
  const window = settings.window ?? Math.max(1, Math.round(shorter / 8));
  if (window > shorter) throw invalidArgument('window', `at most ${shorter} pixels`, window);
  const stride = settings.stride ?? Math.max(1, Math.floor(window / 2));
  if (stride > window) throw invalidArgument('stride', `at most the window, ${window},`, stride);
  return [window, stride];
}

/** Of the logit for each window. */
async function fallsOf(
  { model, dataset, indices, targets, logits, settings, precision, signal }: Batch,
  at: number,
  { cells, cellCount, windows }: Windows,
): Promise<number[]> {
  const { channels } = model.format;
  const [index, target, whole] = [indices[at] ?? 0, targets[at] ?? 0, logits[at] ?? 0];
  const fill = meanColor(dataset.read(index), channels);
  const { batchSize } = settings;
  const perCall = Math.max(1, Math.floor(mostMaskBytes / cellCount));
  const falls: number[] = [];
  for (let start = 0; start < windows.length; start += perCall) {
    const some = windows.slice(start, start + perCall);
    const masks = new Uint8Array(some.length * cellCount).fill(1);
    some.forEach((hidden, row) => {
      for (const cell of hidden) masks[row * cellCount + cell] = 0;
    });
    const outputs = await model.inside.perturb(
      dataset,
      { index, segments: cells, masks, fill, batchSize, precision },
      { signal },
    );
    const count = outputs.length / some.length;
    some.forEach((_, row) => {
      const left = targetLogit(outputs.subarray(row * count, (row + 1) * count), target);
      falls.push(whole - left);
    });
  }
  return falls;
}

/** An image of one color: each channel's mean. */
function meanColor(planes: Uint8Array, channels: number): Uint8Array {
  const area = planes.length / channels;
  const fill = new Uint8Array(planes.length);
  for (let start = 0; start < planes.length; start += area) {
    const total = planes.subarray(start, start + area).reduce((sum, value) => sum + value, 0);
    fill.fill(Math.round(total / area), start, start + area);
  }
  return fill;
}

/** Each pixel's mean over the windows that hide it. */
function spread(falls: readonly number[], { cells, cellCount, windows }: Windows): Float32Array {
  const [totals, counts] = [new Float64Array(cellCount), new Float64Array(cellCount)];
  windows.forEach((hidden, at) => {
    for (const cell of hidden) {
      totals[cell] = (totals[cell] ?? 0) + (falls[at] ?? 0);
      counts[cell] = (counts[cell] ?? 0) + 1;
    }
  });
  return Float32Array.from(cells, (cell) => (totals[cell] ?? 0) / (counts[cell] ?? 1));
}
