/**
 * What an ONNX file says of itself. onnxruntime-web has no call for a model's metadata, and they need no library:
 * a file is a protobuf message, whose field 14 is a list of pairs of strings.
 */
const metadataField = 14;
const [varint, fixed64, lengthDelimited, fixed32] = [0, 1, 2, 5];

/** The metadata of a file, as an object of strings. */
export function readMetadata(bytes) {
  const pairs = fields(bytes).filter(({ number }) => number === metadataField);
  const decoder = new TextDecoder();
  return Object.fromEntries(
    pairs.map((pair) => fields(pair.content).map(({ content }) => decoder.decode(content))),
  );
}

/** The fields of a message: number, and the bytes of those that have a length. */
function fields(bytes) {
  const found = [];
  let position = 0;
  // Lengths of files above 256 MB do not fit into the 28 bits that shifts would give: multiply.
  const number = () => {
    let value = 0;
    for (let unit = 1; ; unit *= 128) {
      const byte = bytes[position++];
      value += (byte & 127) * unit;
      if (byte < 128) return value;
    }
  };
  while (position < bytes.length) {
    const tag = number();
    const [field, type] = [Math.floor(tag / 8), tag % 8];
    if (type === lengthDelimited) {
      const length = number();
      found.push({ number: field, content: bytes.subarray(position, position + length) });
      position += length;
    } else if (type === varint) number();
    else if (type === fixed64) position += 8;
    else if (type === fixed32) position += 4;
    else throw new Error(`not an ONNX file: type ${type} at byte ${position}`);
  }
  return found;
}
