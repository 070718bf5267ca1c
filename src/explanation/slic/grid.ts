/** Where superpixels start: a grid of about as many points as are asked for. */

export interface Axis {
  /** Of the first point, in pixels. */
  start: number;
  /** Between points, in pixels. */
  step: number;
}

/** The axes of a grid of about `points` points, as even in both directions as scikit-image's `regular_grid`. */
export function regularGrid(
  height: number,
  width: number,
  points: number,
): { rows: Axis; columns: Axis } {
  const [shorter, longer] = [Math.min(height, width), Math.max(height, width)];
  if (height * width <= points) {
    const every = { start: 0, step: 1 };
    return { rows: every, columns: every };
  }
  const even = Math.sqrt((height * width) / points);
  // A side that is shorter than the step has one point in its middle; the other side takes them all.
  const [short, long] = shorter < even ? [shorter, longer / points] : [even, even];
  const [rows, columns] = height <= width ? [short, long] : [long, short];
  return { rows: axis(rows), columns: axis(columns) };
}

function axis(step: number): Axis {
  return { start: Math.floor(step / 2), step: roundHalfToEven(step) };
}

/** As NumPy rounds. */
function roundHalfToEven(value: number): number {
  const below = Math.floor(value);
  if (value - below !== 0.5) return Math.round(value);
  return below % 2 === 0 ? below : below + 1;
}
