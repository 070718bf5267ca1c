/** How strongly a JPEG file was compressed, read from its quantization tables. */

const marker = { start: 0xd8, quantization: 0xdb, scan: 0xda } as const;
const coefficients = 64;

/**
 * Mean step of the luminance quantization table (ITU-T T.81, B.2.4.1): 1 is the finest, quality 75 of libjpeg gives
 * 29. Undefined where `head`, the beginning of a file, is no JPEG or holds no such table.
 */
export function meanQuantization(head: Buffer): number | undefined {
  if (head.length < 4 || head[0] !== 0xff || head[1] !== marker.start) return undefined;
  let at = 2;
  while (at + 4 <= head.length && head[at] === 0xff && head[at + 1] !== marker.scan) {
    const end = at + 2 + head.readUInt16BE(at + 2);
    if (head[at + 1] === marker.quantization) {
      const mean = meanOfTable(head.subarray(at + 4, end));
      if (mean !== undefined) return mean;
    }
    at = end;
  }
  return undefined;
}

/** Of table 0 where the segment begins with it, which encoders use for luminance. */
function meanOfTable(segment: Buffer): number | undefined {
  const [kind = 0xff] = segment;
  const bytes = kind >> 4 === 0 ? 1 : 2;
  if ((kind & 0x0f) !== 0 || segment.length < 1 + bytes * coefficients) return undefined;
  let sum = 0;
  for (let step = 0; step < coefficients; step += 1) {
    sum += segment.readUIntBE(1 + step * bytes, bytes);
  }
  return sum / coefficients;
}
