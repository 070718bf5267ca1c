/** What pneumonia adds to a lung: one lobe's consolidation, or a fine net on both sides. */
import { cloud, edge, length, smoothStep, valueNoise, type Random } from './noise.js';

export const phantomKinds = ['normal', 'bacterial', 'viral'] as const;
export type PhantomKind = (typeof phantomKinds)[number];

/** Added attenuation at a point, before it is limited to the lung. */
export interface Finding {
  /** Widening of vessel walls, 1 for none. */
  thickening: number;
  densityAt: (x: number, y: number) => number;
}

/** The finding of one patient; its strength varies so that some are plain and some are easily missed. */
export function drawFinding(kind: PhantomKind, random: Random): Finding {
  return draw[kind](random);
}

const draw: Record<PhantomKind, (random: Random) => Finding> = {
  // Healthy lungs differ too: some show a haze or crowded markings that resemble a faint finding.
  normal: (random) => {
    const seed = Math.floor(random.next() * 2 ** 31);
    const haze = random.chance(0.3) ? random.between(0.01, 0.05) : 0;
    const markings = random.chance(0.3) ? random.between(0.01, 0.035) : 0;
    return {
      thickening: random.between(0.95, 1.15),
      densityAt: (x, y) => haze * cloud(seed, 2 * x, 2 * y) + markings * net(seed, x, y),
    };
  },
  bacterial: (random) => lobarOpacity(random),
  viral: (random) => interstitialNet(random),
};

/** Zones where consolidation is drawn: upper, middle and lower, as distance from the midline and height. */
const zones = [
  { lateral: 0.42, y: -0.42 },
  { lateral: 0.42, y: -0.02 },
  { lateral: 0.44, y: 0.28 },
] as const;

/** Focal lobar opacity: soft-edged, cloudy, and on one side often cut off straight by a fissure. */
function lobarOpacity(random: Random): Finding {
  const seed = Math.floor(random.next() * 2 ** 31);
  const zone = zones[Math.floor(random.next() * zones.length)] ?? zones[0];
  const center = {
    x: random.side() * (zone.lateral + random.between(-0.12, 0.12)),
    y: zone.y + random.between(-0.1, 0.1),
  };
  const [width, height] = [random.between(0.18, 0.34), random.between(0.16, 0.3)];
  const strength = random.between(0.16, 0.45);
  const fissure = random.chance(0.5) ? random.between(0.2, 0.7) : 2;
  const slope = random.between(-0.3, 0.3);
  return {
    thickening: random.between(0.95, 1.2),
    densityAt: (x, y) => {
      const [across, down] = [(x - center.x) / width, (y - center.y) / height];
      const ragged = 0.9 * (cloud(seed, 6 * x, 6 * y) - 0.5);
      const within = edge(1 - length(across, down) + ragged, 0.6);
      if (within === 0) return 0;
      const cut = edge(fissure - down + slope * across, 0.12);
      return strength * within * cut * (0.7 + 0.6 * cloud(seed + 7, 9 * x, 9 * y));
    },
  };
}

/** Diffuse interstitial pattern: a reticular net over both lungs, densest around the hila and at the bases. */
function interstitialNet(random: Random): Finding {
  const seed = Math.floor(random.next() * 2 ** 31);
  const strength = random.between(0.14, 0.32);
  const haze = random.between(0.01, 0.1);
  const imbalance = random.between(-0.4, 0.4);
  return {
    thickening: random.between(1.05, 1.45),
    densityAt: (x, y) => {
      const patchy = smoothStep(1.6 * cloud(seed + 11, 2.2 * x, 2.2 * y) - 0.25);
      const hilar = Math.exp(-(((Math.abs(x) - 0.25) / 0.35) ** 2) - ((y - 0.1) / 0.55) ** 2);
      const share = (0.35 + 0.65 * hilar) * (1 + (x > 0 ? imbalance : -imbalance)) * (0.4 + patchy);
      return share * (strength * net(seed, x, y) + haze);
    },
  };
}

/** Fine lines that meet: the ridges where noise passes its middle, at two sizes; 0 to about 1. */
function net(seed: number, x: number, y: number): number {
  const ridge = (offset: number, scale: number) =>
    1 - Math.min(1, 5 * Math.abs(valueNoise(seed + offset, scale * x, scale * y) - 0.5));
  return 0.6 * ridge(3, 13) + 0.4 * ridge(5, 22);
}
