/** An answer of the Open Inference Protocol: JSON, or JSON with tensors behind it. */
import type { InferResponseBody } from './schemas.js';

/** As it goes out: numbers row-major, or one text for each element. */
export interface OutputTensor {
  name: string;
  shape: number[];
  values: Float32Array | readonly string[];
  /** Behind the JSON. */
  binary: boolean;
}

export interface InferAnswer {
  model: string;
  version: string;
  id: string | undefined;
  outputs: readonly OutputTensor[];
}

export interface EncodedAnswer {
  body: Buffer;
  contentType: 'application/json; charset=utf-8' | 'application/octet-stream';
  /** Bytes of the JSON, for the header `Inference-Header-Content-Length`; null without binary data. */
  headerLength: number | null;
}

export function encodeInferAnswer({ model, version, id, outputs }: InferAnswer): EncodedAnswer {
  const tails: Uint8Array[] = [];
  const header: InferResponseBody = {
    model_name: model,
    model_version: version,
    ...(id === undefined ? {} : { id }),
    outputs: outputs.map(({ name, shape, values, binary }) => {
      const numbers = values instanceof Float32Array;
      const tensor = { name, shape, datatype: numbers ? ('FP32' as const) : ('BYTES' as const) };
      if (!binary) return { ...tensor, data: Array.from<number | string>(values) };
      const bytes = numbers
        ? new Uint8Array(values.buffer, values.byteOffset, values.byteLength)
        : elementsOf(values);
      tails.push(bytes);
      return { ...tensor, parameters: { binary_data_size: bytes.length } };
    }),
  };
  const json = Buffer.from(JSON.stringify(header));
  if (tails.length === 0) {
    return { body: json, contentType: 'application/json; charset=utf-8', headerLength: null };
  }
  return {
    body: Buffer.concat([json, ...tails]),
    contentType: 'application/octet-stream',
    headerLength: json.length,
  };
}

/** Each text after its length in bytes (uint32, little-endian). */
function elementsOf(texts: readonly string[]): Uint8Array {
  return Buffer.concat(
    texts.flatMap((text) => {
      const bytes = Buffer.from(text);
      const length = Buffer.alloc(4);
      length.writeUInt32LE(bytes.length);
      return [length, bytes];
    }),
  );
}
