/** Copies that an audit found as one PNG: each beside the image it is a copy of, for people who look before they believe. */
import { composeSheet, pathEnd } from '../sheet.js';
import type { Material } from './material.js';
import type { AuditFinding } from './types.js';

/** In pixels. */
const tile = 176;
const caption = 34;
const gap = 10;
const fontSize = 10;
/** In characters: as many as stand above a tile. */
const longestName = 30;

const pairsAcross = 4;
const mostPairs = 40;

const pairChecks: ReadonlySet<string> = new Set(['exactDuplicates', 'nearDuplicates']);

interface Pair {
  files: readonly [string, string];
  positions: readonly [number, number];
  message: string;
}

/** The first 40 of the copies among the findings, leaks and near copies first; an empty sheet where there are none. */
export async function drawPairs(
  { images, format, read }: Material,
  findings: readonly AuditFinding[],
): Promise<Buffer> {
  const positions = new Map(images.map(({ file }, position) => [file, position]));
  const rank = ({ status, check }: AuditFinding): number =>
    (status === 'fail' ? 0 : 2) + (check === 'nearDuplicates' ? 0 : 1);
  const pairs = findings
    .filter(({ check }) => pairChecks.has(check))
    .toSorted((a, b) => rank(a) - rank(b))
    .flatMap(({ files, message }): Pair[] => {
      const [first, second] = files;
      const [a, b] = [positions.get(first ?? ''), positions.get(second ?? '')];
      if (first === undefined || second === undefined || a === undefined || b === undefined)
        return [];
      return [{ files: [first, second], positions: [a, b], message }];
    })
    .slice(0, mostPairs);
  const rows = Math.max(1, Math.ceil(pairs.length / pairsAcross));
  const [cellWidth, cellHeight] = [2 * tile + gap, tile + caption + gap];
  const corner = (at: number): [left: number, top: number] => [
    gap + (at % pairsAcross) * cellWidth,
    gap + Math.floor(at / pairsAcross) * cellHeight,
  ];
  const [width, height] = [gap + pairsAcross * cellWidth, gap + rows * cellHeight];
  const tiles = pairs.flatMap((pair, at) => {
    const [left, top] = corner(at);
    return pair.positions.map((position, side) => ({
      pixels: read(position),
      left: left + side * tile,
      top: top + caption,
    }));
  });
  const texts = pairs.flatMap(({ files: [first, second], message }, at) => {
    const [left, top] = corner(at);
    return [
      ...[first, second].map((file, side) => ({
        content: pathEnd(file, longestName),
        left: left + side * tile,
        top: top + 12,
      })),
      { content: message, left, top: top + 27 },
    ];
  });
  const square = { width: tile, height: tile, kernel: 'lanczos3' } as const;
  return composeSheet({ format, tile: square, tiles, texts, fontSize }, width, height);
}
