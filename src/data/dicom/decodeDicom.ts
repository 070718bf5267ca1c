/** A DICOM file as one gray picture. */
import type { DataSet } from 'dicom-parser';
import { codecs, type DecodedFrame } from './codecs.js';
import { parseHeader, UnsupportedDicom, type DicomHeader } from './header.js';
import { decodeRle } from './rle.js';
import { grayValues, storedValues } from './values.js';

export interface DicomPicture {
  /** [height, width] from 0, black, to 65,535, white. */
  gray: Uint16Array;
  width: number;
  height: number;
}

const plain = new Set(['1.2.840.10008.1.2', '1.2.840.10008.1.2.1', '1.2.840.10008.1.2.1.99']);
const bigEndian = '1.2.840.10008.1.2.2';
const runLength = '1.2.840.10008.1.2.5';
const pixelTag = 'x7fe00010';

/**
 * Decodes uncompressed, RLE, JPEG baseline, JPEG lossless, JPEG-LS and JPEG 2000 files of one gray frame, by their own
 * rescaling and window. The last three need packages that an installation may lack.
 * @param pixelLimit files of more pixels are refused before they are decoded
 * @throws UnsupportedDicom, MissingCodec; Error for a malformed file
 */
export async function decodeDicom(bytes: Uint8Array, pixelLimit = Infinity): Promise<DicomPicture> {
  const { header, dataSet } = parseHeader(bytes);
  if (header.rows * header.columns > pixelLimit) throw new Error('it exceeds pixel limit');
  const { samples, bits } = await readSamples(dataSet, header);
  const stored = storedValues(samples, { ...header, bitsAllocated: bits });
  return { gray: grayValues(stored, header), width: header.columns, height: header.rows };
}

/** Little-endian, whatever the file has. */
async function readSamples(
  dataSet: DataSet,
  { transferSyntax, rows, columns, bitsAllocated }: DicomHeader,
): Promise<DecodedFrame> {
  if (plain.has(transferSyntax)) return { samples: plainBytes(dataSet), bits: bitsAllocated };
  if (transferSyntax === bigEndian) {
    const samples = Buffer.from(plainBytes(dataSet));
    return { samples: bitsAllocated === 16 ? samples.swap16() : samples, bits: bitsAllocated };
  }
  const codec = codecs.get(transferSyntax);
  if (codec === undefined && transferSyntax !== runLength) {
    throw new UnsupportedDicom(`its transfer syntax ${transferSyntax} is not supported`);
  }
  const frame = joinFragments(dataSet);
  return codec === undefined
    ? { samples: decodeRle(frame, rows * columns, bitsAllocated / 8), bits: bitsAllocated }
    : codec(frame);
}

function plainBytes({ byteArray, elements }: DataSet): Uint8Array {
  const element = elements[pixelTag];
  if (element === undefined || element.encapsulatedPixelData === true) {
    throw new Error('its picture is compressed, its transfer syntax says it is not');
  }
  return byteArray.subarray(element.dataOffset, element.dataOffset + element.length);
}

/** A frame may come in pieces; of one frame all pieces are its own. */
function joinFragments(dataSet: DataSet): Uint8Array {
  const element = dataSet.elements[pixelTag];
  const fragments = element?.fragments;
  if (element === undefined || fragments === undefined || fragments.length === 0) {
    throw new Error('its picture is not compressed, its transfer syntax says it is');
  }
  return Buffer.concat(
    fragments.map(({ position, length }) =>
      dataSet.byteArray.subarray(position, position + length),
    ),
  );
}
