/** Images beside the nearest of the others, as one PNG. */
import { composeSheet, pathEnd } from '../data/index.js';
import { className, predictionOf, type Gathered } from './gathered.js';
import type { NearestRows } from './types.js';

/** In pixels. */
const tile = 150;
const words = 46;
const gap = 10;
const fontSize = 11;
/** In characters: as many as stand above a tile. */
const longestName = 22;
/** Of neighbors whose class is the image's own, and of others. */
const colors = { same: '#8ee6b0', other: '#ffb199' } as const;

/**
 * Each image on the left with what it is and what the network says, and its neighbors to the right, the nearest first,
 * with class and distance: green where the class is that of the image, or of the network's answer where nobody knows
 * it.
 * @param queries rows
 * @param nearest rows near each
 */
export async function drawNeighbors(
  gathered: Gathered,
  queries: readonly number[],
  nearest: NearestRows,
): Promise<Buffer> {
  const { format, pixels, embeddings } = gathered;
  const [across, down] = [tile + gap, tile + words + gap];
  const cells = queries.flatMap((query, y) => {
    const own = Array.from(nearest.indices.subarray(y * nearest.k, (y + 1) * nearest.k));
    const others = own.map((row, at) => ({
      ...{ row, x: at + 1, y },
      words: neighborWords(gathered, query, row, nearest.distances[y * nearest.k + at] ?? 0),
    }));
    return [{ row: query, x: 0, y, words: queryWords(gathered, query) }, ...others];
  });
  const place = (x: number, y: number) => ({ left: gap + x * across, top: gap + y * down });
  const texts = cells.flatMap(({ row, x, y, words: lines }) => {
    const { left, top } = place(x, y);
    const name = { content: pathEnd(embeddings.names[row] ?? '', longestName) };
    return [name, ...lines].map((line, at) => ({ ...line, left, top: top + 11 + 15 * at }));
  });
  return composeSheet(
    {
      ...{ format, texts, fontSize },
      tile: { width: tile, height: tile, kernel: 'lanczos3' },
      tiles: cells.map(({ row, x, y }) => {
        const { left, top } = place(x, y);
        return { pixels: pixels(row), left, top: top + words };
      }),
    },
    gap + (nearest.k + 1) * across,
    gap + queries.length * down,
  );
}

interface Line {
  content: string;
  color?: string;
}

function queryWords(gathered: Gathered, row: number): Line[] {
  const prediction = predictionOf(gathered, row);
  const what = row < gathered.known ? className(gathered, row) : 'new image';
  return [
    { content: what },
    { content: prediction === null ? '' : `network: ${prediction.label}` },
  ];
}

function neighborWords(gathered: Gathered, query: number, row: number, distance: number): Line[] {
  const known = (gathered.embeddings.labels[query] ?? -1) >= 0;
  const expected = known ? className(gathered, query) : predictionOf(gathered, query)?.label;
  const own = className(gathered, row);
  return [
    { content: own, color: own === expected ? colors.same : colors.other },
    { content: `distance ${distance.toPrecision(3)}` },
  ];
}
