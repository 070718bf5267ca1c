/** Compressed pictures of DICOM files, each by a library of its own that may be left out of an installation. */
import sharp from 'sharp';

/** Samples of one frame, little-endian, in as many bytes as the codec makes of them. */
export interface DecodedFrame {
  samples: Uint8Array;
  /** 8 or 16. */
  bits: number;
}

type Codec = (frame: Uint8Array) => Promise<DecodedFrame>;

/** An optional package that this installation lacks. */
export class MissingCodec extends Error {}

/** What both of Cornerstone's WebAssembly builds look like. */
interface WasmDecoder {
  getEncodedBuffer(size: number): Uint8Array;
  getDecodedBuffer(): Uint8Array;
  decode(): void;
  getFrameInfo(): { bitsPerSample: number; componentCount: number };
  delete(): void;
}
type WasmFactory = (options: {
  print: () => void;
  printErr: () => void;
}) => Promise<Record<string, new () => WasmDecoder>>;

/** A package by its name: one that is not installed is no error before it is needed. */
async function optional(name: string, entry = name): Promise<unknown> {
  try {
    return await import(entry);
  } catch (cause) {
    throw new MissingCodec(`its compression needs the package ${name}: npm install ${name}`, {
      cause,
    });
  }
}

function silent(): void {
  // Nothing to say.
}

function wasmCodec(name: string, decoderName: string): Codec {
  let decoders: ReturnType<WasmFactory> | undefined;
  const load = async (): ReturnType<WasmFactory> => {
    const { default: factory } = (await optional(name, `${name}/decode`)) as {
      default: WasmFactory;
    };
    // They tell the console how decoding goes on.
    return factory({ print: silent, printErr: silent });
  };
  return async (frame) => {
    const Decoder = (await (decoders ??= load()))[decoderName];
    if (Decoder === undefined) throw new MissingCodec(`${name} has no ${decoderName}: update it`);
    const decoder = new Decoder();
    try {
      decoder.getEncodedBuffer(frame.length).set(frame);
      decoder.decode();
      const { bitsPerSample, componentCount } = decoder.getFrameInfo();
      if (componentCount !== 1) throw new Error(`its stream has ${componentCount} components`);
      // The buffer is the codec's own and goes with it.
      const samples = decoder.getDecodedBuffer().slice();
      return { samples, bits: bitsPerSample <= 8 ? 8 : 16 };
    } finally {
      decoder.delete();
    }
  };
}

const jpegLs = wasmCodec('@cornerstonejs/codec-charls', 'JpegLSDecoder');
const jpeg2000 = wasmCodec('@cornerstonejs/codec-openjpeg', 'J2KDecoder');

interface LosslessModule {
  Decoder: new () => {
    decode(buffer: ArrayBufferLike, offset: number, length: number): Uint8Array | Uint16Array;
  };
}

const jpegLossless: Codec = async (frame) => {
  const { Decoder } = (await optional('jpeg-lossless-decoder-js')) as LosslessModule;
  const decoded = new Decoder().decode(frame.buffer, frame.byteOffset, frame.byteLength);
  const samples = new Uint8Array(decoded.buffer, decoded.byteOffset, decoded.byteLength);
  return { samples, bits: 8 * decoded.BYTES_PER_ELEMENT };
};

const jpegBaseline: Codec = async (frame) => {
  const samples = await sharp(frame, { ignoreIcc: true })
    .greyscale()
    .raw({ depth: 'uchar' })
    .toBuffer();
  return { samples, bits: 8 };
};

/** By transfer syntax (PS3.5, section 10); what is not here and not plain or run-length coded is not supported. */
export const codecs: ReadonlyMap<string, Codec> = new Map([
  ['1.2.840.10008.1.2.4.50', jpegBaseline],
  ['1.2.840.10008.1.2.4.57', jpegLossless],
  ['1.2.840.10008.1.2.4.70', jpegLossless],
  ['1.2.840.10008.1.2.4.80', jpegLs],
  ['1.2.840.10008.1.2.4.81', jpegLs],
  ['1.2.840.10008.1.2.4.90', jpeg2000],
  ['1.2.840.10008.1.2.4.91', jpeg2000],
]);
