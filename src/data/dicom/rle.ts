/** DICOM's run-length encoding: PackBits, one segment for each byte of a sample (PS3.5, annex G). */

const headerBytes = 64;
const mostSegments = 15;

/**
 * The samples of one frame, little-endian, `pixels` × `bytesPerSample` bytes.
 * @throws Error where the frame is malformed
 */
export function decodeRle(frame: Uint8Array, pixels: number, bytesPerSample: number): Uint8Array {
  const header = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  if (frame.byteLength < headerBytes) throw new Error('the RLE header is cut off');
  const segments = header.getUint32(0, true);
  if (segments > mostSegments || segments !== bytesPerSample) {
    throw new Error(`${segments} RLE segments where ${bytesPerSample} bytes make a sample`);
  }
  const samples = new Uint8Array(pixels * bytesPerSample);
  for (let segment = 0; segment < segments; segment += 1) {
    const from = header.getUint32(4 * (segment + 1), true);
    const until =
      segment + 1 < segments ? header.getUint32(4 * (segment + 2), true) : frame.byteLength;
    if (from < headerBytes || until < from || until > frame.byteLength) {
      throw new Error('an RLE segment lies outside the frame');
    }
    // The most significant byte comes first.
    const place = bytesPerSample - 1 - segment;
    const bytes = unpackBits(frame.subarray(from, until), pixels);
    bytes.forEach((byte, at) => {
      samples[at * bytesPerSample + place] = byte;
    });
  }
  return samples;
}

function unpackBits(packed: Uint8Array, size: number): Uint8Array {
  const bytes = new Uint8Array(size);
  let [from, to] = [0, 0];
  while (to < size) {
    const control = packed[from];
    if (control === undefined) throw new Error('the RLE data end too early');
    from += 1;
    if (control === 128) continue;
    const count = control < 128 ? control + 1 : 257 - control;
    if (control < 128) {
      const literal = packed.subarray(from, from + count);
      if (literal.length < count) throw new Error('the RLE data end too early');
      bytes.set(literal.subarray(0, size - to), to);
      from += count;
    } else {
      bytes.fill(packed[from] ?? 0, to, Math.min(size, to + count));
      from += 1;
    }
    to += count;
  }
  return bytes;
}
