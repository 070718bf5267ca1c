/** Pictures and words on one sheet of white paper. */
import sharp from 'sharp';
import { html, paperInk, type Html } from '../../report/index.js';

interface Size {
  height: number;
  width: number;
}

export interface PlacedTile {
  /** RGB bytes [height, width, 3]. */
  pixels: Uint8Array;
  left: number;
  top: number;
}

/** @param words elements of SVG, drawn over the tiles. @returns a PNG */
export async function composeSheet(
  tiles: readonly PlacedTile[],
  tile: Size,
  words: readonly Html[],
  { height, width }: Size,
): Promise<Buffer> {
  const svg = html`<svg
    xmlns="http://www.w3.org/2000/svg"
    width="${width}"
    height="${height}"
    font-family="${paperInk.font}"
    font-size="12"
    fill="${paperInk.muted}"
  >
    ${words}
  </svg>`;
  const pictures = tiles.map(({ pixels: { buffer, byteOffset, byteLength }, left, top }) => ({
    input: Buffer.from(buffer, byteOffset, byteLength),
    raw: { ...tile, channels: 3 as const },
    left,
    top,
  }));
  const background = paperInk.paper ?? 'white';
  return sharp({ create: { width, height, channels: 3, background } })
    .composite([...pictures, { input: Buffer.from(svg.text), left: 0, top: 0 }])
    .png()
    .toBuffer();
}
