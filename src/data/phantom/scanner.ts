/** How attenuation becomes gray values: exposure, tone curve, blur, noise and what the technician leaves in the image. */
import { edge, valueNoise, type Random } from './noise.js';

export const scanners = ['primary', 'second'] as const;
export type Scanner = (typeof scanners)[number];

interface Device {
  /** Attenuation that comes out black and white, each with a range over exposures. */
  black: readonly [number, number];
  white: readonly [number, number];
  /** Exponent of the tone curve; below 1 the lungs come out lighter. */
  gamma: readonly [number, number];
  /** Standard deviation of the blur, as a share of the image's width. */
  blur: number;
  /** Deviation of the noise in a well exposed image, 1 being the range from black to white. */
  noise: readonly [number, number];
  /** Size of the noise's grain in pixels of a 128-pixel image; 0 for none between neighbors. */
  grain: number;
  /** How often, and how far at most, shutters cover the margins. */
  collimation: { chance: number; depth: number };
  /** Distance of the side marker from the left or right margin, its middle height, and its size. */
  marker: { chance: number; margin: number; y: number; height: number };
}

/** Two makers' devices: other tone, sharpness, noise, shutters and habits. */
const devices: Record<Scanner, Device> = {
  primary: {
    black: [0.04, 0.1],
    white: [0.86, 0.98],
    gamma: [0.95, 1.15],
    blur: 0.004,
    noise: [0.01, 0.022],
    grain: 0,
    collimation: { chance: 0.1, depth: 0.03 },
    marker: { chance: 0.6, margin: 0.06, y: 0.08, height: 0.07 },
  },
  second: {
    black: [-0.05, 0.05],
    white: [0.78, 0.94],
    gamma: [0.6, 0.8],
    blur: 0.0065,
    noise: [0.015, 0.03],
    grain: 1.3,
    collimation: { chance: 0.85, depth: 0.09 },
    marker: { chance: 0.9, margin: 0.09, y: 0.2, height: 0.1 },
  },
};

/** The letters of the side marker, 5 pixels wide and 7 high. */
const letters = {
  L: ['#....', '#....', '#....', '#....', '#....', '#....', '#####'],
  R: ['####.', '#...#', '#...#', '####.', '#.#..', '#..#.', '#...#'],
} as const;

/** uint8 [size, size] from attenuation [size, size]; `random` is this exposure's own. */
export function expose(
  density: Float32Array,
  size: number,
  scanner: Scanner,
  random: Random,
): Uint8Array {
  const device = devices[scanner];
  const black = random.between(...device.black);
  const white = random.between(...device.white);
  const gamma = random.between(...device.gamma);
  const noise = random.between(...device.noise);
  const seed = Math.floor(random.next() * 2 ** 31);
  const sharp = blurred(density, size, device.blur * size * random.between(0.7, 1.4));
  const overlay = drawOverlay(device, random);
  const grainSize = (device.grain * size) / 128;
  const pixels = new Uint8Array(size * size);
  for (let row = 0, at = 0; row < size; row += 1) {
    for (let column = 0; column < size; column += 1, at += 1) {
      const level = Math.max(0, ((sharp[at] ?? 0) - black) / (white - black));
      // Denser tissue lets fewer quanta through, so its noise is stronger.
      const quanta = noise * (0.6 + 0.8 * Math.min(1, level));
      const speckle =
        grainSize === 0
          ? random.normal()
          : 0.5 * random.normal() +
            4 * (valueNoise(seed, column / grainSize, row / grainSize) - 0.5);
      const value = Math.max(0, level + quanta * speckle) ** gamma;
      pixels[at] = 255 * overlay((column + 0.5) / size, (row + 0.5) / size, Math.min(1, value));
    }
  }
  return pixels;
}

/** Shutters and marker; positions are shares of the image. */
function drawOverlay(
  { collimation, marker }: Device,
  random: Random,
): (x: number, y: number, value: number) => number {
  const shut = random.chance(collimation.chance);
  const depth = () => (shut ? random.between(0, collimation.depth) : -1);
  const [left, right, top, bottom] = [depth(), depth(), depth(), depth()];
  const tilt = random.between(-0.02, 0.02);
  const marked = random.chance(marker.chance);
  // The patient's left side is on the right of the image.
  const onLeft = random.chance(0.5);
  const letter = letters[onLeft ? 'R' : 'L'];
  const height = marker.height * random.between(0.8, 1.2);
  const cell = height / 7;
  const margin = marker.margin + random.between(0, 0.06);
  const corner = {
    x: onLeft ? margin : 1 - margin - 5 * cell,
    y: marker.y + random.between(-0.04, 0.04),
  };
  return (x, y, value) => {
    if (marked) {
      const glyph = letter[Math.floor((y - corner.y) / cell)]?.[Math.floor((x - corner.x) / cell)];
      if (glyph === '#') return 0.95;
    }
    if (!shut) return value;
    const inside = Math.min(
      x + tilt * y - left,
      1 - x + tilt * y - right,
      y + tilt * x - top,
      1 - y + tilt * x - bottom,
    );
    return value * edge(inside, 0.006);
  };
}

/** Gaussian blur with a standard deviation in pixels; margins are extended. */
function blurred(field: Float32Array, size: number, deviation: number): Float32Array {
  const reach = Math.ceil(2.5 * deviation);
  const weights = Float32Array.from({ length: 2 * reach + 1 }, (_, tap) =>
    Math.exp(-((tap - reach) ** 2) / (2 * deviation ** 2)),
  );
  const total = weights.reduce((sum, weight) => sum + weight);
  const pass = (source: Float32Array, along: number, across: number): Float32Array => {
    const result = new Float32Array(source.length);
    for (let line = 0; line < size; line += 1) {
      for (let position = 0; position < size; position += 1) {
        let sum = 0;
        for (let tap = 0; tap < weights.length; tap += 1) {
          const from = Math.min(size - 1, Math.max(0, position + tap - reach));
          sum += (weights[tap] ?? 0) * (source[line * across + from * along] ?? 0);
        }
        result[line * across + position * along] = sum / total;
      }
    }
    return result;
  };
  return pass(pass(field, 1, size), size, 1);
}
