/** From stored samples to gray values: rescaling, window, inversion, padding (PS3.3, C.11 and C.7.6.3). */
import type { DicomHeader, LookupTable } from './header.js';

const white = 65_535;

/** Integers out of samples: the bits that count, with their sign. [rows × columns]. */
export function storedValues(
  samples: Uint8Array,
  { bitsAllocated, bitsStored, highBit, signed, rows, columns }: DicomHeader,
): Int32Array {
  const bytes = bitsAllocated / 8;
  const pixels = rows * columns;
  if (samples.byteLength < pixels * bytes) {
    throw new Error(
      `${samples.byteLength} bytes of samples where ${pixels * bytes} make a picture`,
    );
  }
  const view = new DataView(samples.buffer, samples.byteOffset, samples.byteLength);
  const shift = highBit + 1 - bitsStored;
  const unused = 32 - bitsStored;
  return Int32Array.from({ length: pixels }, (_, at) => {
    const raw = (bytes === 1 ? view.getUint8(at) : view.getUint16(2 * at, true)) >>> shift;
    const moved = raw << unused;
    return signed ? moved >> unused : moved >>> unused;
  });
}

/** Physical values, such as optical density or Hounsfield units. */
export function modalityValues(stored: Int32Array, { modality }: DicomHeader): Float64Array {
  const of = 'values' in modality ? lookUp(modality) : rescale(modality);
  return Float64Array.from(stored, of);
}

function rescale({ slope, intercept }: { slope: number; intercept: number }) {
  return (value: number): number => value * slope + intercept;
}

function lookUp({ first, values }: LookupTable) {
  return (value: number): number => {
    const at = Math.round(value) - first;
    return values[Math.min(Math.max(at, 0), values.length - 1)] ?? 0;
  };
}

/**
 * Gray from 0, black, to 65,535, white. By the file's table or window; without one the picture's own range is
 * stretched. What is no picture is black.
 */
export function grayValues(stored: Int32Array, header: DicomHeader): Uint16Array {
  const { padding, inverted, display } = header;
  const physical = modalityValues(stored, header);
  const isPadding = (at: number): boolean => {
    const value = stored[at] ?? 0;
    return padding !== null && value >= padding[0] && value <= padding[1];
  };
  const toUnit =
    display === null
      ? stretch(physical, isPadding)
      : 'values' in display
        ? tableToUnit(display)
        : windowToUnit(display);
  return Uint16Array.from(physical, (value, at) => {
    if (isPadding(at)) return 0;
    const unit = Math.min(1, Math.max(0, toUnit(value)));
    return Math.round((inverted ? 1 - unit : unit) * white);
  });
}

type ToUnit = (value: number) => number;

function stretch(physical: Float64Array, isPadding: (at: number) => boolean): ToUnit {
  let [least, most] = [Infinity, -Infinity];
  physical.forEach((value, at) => {
    if (isPadding(at)) return;
    least = Math.min(least, value);
    most = Math.max(most, value);
  });
  // A picture of one value says nothing about black and white.
  return most > least ? (value) => (value - least) / (most - least) : () => 0;
}

function tableToUnit(table: LookupTable): ToUnit {
  const of = lookUp(table);
  return (value) => of(value) / (2 ** table.bits - 1);
}

/** PS3.3, C.11.2.1.2 and C.11.2.1.3. */
function windowToUnit({
  center,
  width,
  shape,
}: Extract<DicomHeader['display'], { center: number }>): ToUnit {
  switch (shape) {
    case 'LINEAR':
      return width > 1
        ? (value) => (value - (center - 0.5)) / (width - 1) + 0.5
        : (value) => (value > center - 0.5 ? 1 : 0);
    case 'LINEAR_EXACT':
      return (value) => (value - center) / width + 0.5;
    case 'SIGMOID':
      return (value) => 1 / (1 + Math.exp((-4 * (value - center)) / width));
  }
}
