/** TensorFlow's record format (TFRecord): each record framed by its length and checksums. */

/** Castagnoli's polynomial 0x1edc6f41, its bits reversed: each byte is taken lowest bit first. */
const polynomial = 0x82f63b78;

/** What each value of a byte does to the checksum. */
const table = Uint32Array.from({ length: 256 }, (_, byte) => {
  let remainder = byte;
  for (let bit = 0; bit < 8; bit += 1) {
    remainder = (remainder >>> 1) ^ (remainder & 1 ? polynomial : 0);
  }
  return remainder;
});

/** CRC-32C (RFC 3720, section 12.1) as an unsigned 32-bit number. */
export function crc32c(bytes: Uint8Array): number {
  let remainder = 0xffffffff;
  for (const byte of bytes) {
    remainder = (remainder >>> 8) ^ (table[(remainder ^ byte) & 0xff] ?? 0);
  }
  return (remainder ^ 0xffffffff) >>> 0;
}

/**
 * Rotated by 15 bits and moved by a constant, as in TensorFlow's `crc32c::Mask`: the checksum of data that hold
 * checksums themselves would be weak.
 */
function maskedCrc32c(bytes: Uint8Array): number {
  const checksum = crc32c(bytes);
  return (((checksum >>> 15) | (checksum << 17)) + 0xa282ead8) >>> 0;
}

const lengthSize = 8;
const checksumSize = 4;

/** One whole record: length, checksum of the length, `data`, checksum of `data`; numbers are little-endian. */
export function frameRecord(data: Uint8Array): Uint8Array {
  const header = Buffer.alloc(lengthSize + checksumSize);
  header.writeBigUInt64LE(BigInt(data.length));
  header.writeUInt32LE(maskedCrc32c(header.subarray(0, lengthSize)), lengthSize);
  const footer = Buffer.alloc(checksumSize);
  footer.writeUInt32LE(maskedCrc32c(data));
  return Buffer.concat([header, data, footer]);
}
