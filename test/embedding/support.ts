/** Fixtures of scikit-learn, and what is needed to compare with them without native code. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { squaredDistance } from '../../src/embedding/projection/distance.js';
import type { NearestRows } from '../../src/embedding/types.js';

/** A file that scripts/oracles/embedding.py wrote. */
export function fixture(name: string): unknown {
  return JSON.parse(readFileSync(resolve('test/fixtures/embedding', `${name}.json`), 'utf8'));
}

/** Of every row its `k` nearest others, by looking at all. */
export function bruteNeighbors(values: Float32Array, features: number, k: number): NearestRows {
  const rows = [...Array(values.length / features).keys()];
  const nearest = rows.map((row) =>
    rows
      .filter((other) => other !== row)
      .map((other) => ({
        other,
        distance: Math.sqrt(squaredDistance(values, row * features, other * features, features)),
      }))
      .sort((a, b) => a.distance - b.distance || a.other - b.other)
      .slice(0, k),
  );
  return {
    k,
    indices: Int32Array.from(nearest.flatMap((list) => list.map(({ other }) => other))),
    distances: Float64Array.from(nearest.flatMap((list) => list.map(({ distance }) => distance))),
  };
}

/** Numbers in [0, 1), the same for a seed (Park and Miller's generator). */
export function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48271) % 2147483647;
    return state / 2147483647;
  };
}
