/** What a DICOM file says of its picture, checked: the attributes that turn samples into gray values. */
import { parseDicom, type DataSet } from 'dicom-parser';

/** The part of the standard's table that decoding needs (PS3.6). */
const tags = {
  transferSyntax: 'x00020010',
  patientId: 'x00100020',
  samplesPerPixel: 'x00280002',
  photometric: 'x00280004',
  frames: 'x00280008',
  rows: 'x00280010',
  columns: 'x00280011',
  bitsAllocated: 'x00280100',
  bitsStored: 'x00280101',
  highBit: 'x00280102',
  signed: 'x00280103',
  padding: 'x00280120',
  paddingLimit: 'x00280121',
  windowCenter: 'x00281050',
  windowWidth: 'x00281051',
  intercept: 'x00281052',
  slope: 'x00281053',
  windowFunction: 'x00281056',
  modalityTable: 'x00283000',
  valueTable: 'x00283010',
  tableDescriptor: 'x00283002',
  tableData: 'x00283006',
  pixels: 'x7fe00010',
} as const;

const windowFunctions = ['LINEAR', 'LINEAR_EXACT', 'SIGMOID'] as const;

/** Values from `first` on become entries of the table; what lies outside takes its ends. */
export interface LookupTable {
  first: number;
  values: readonly number[];
  /** Of its largest possible entry. */
  bits: number;
}

export interface DicomHeader {
  transferSyntax: string;
  rows: number;
  columns: number;
  /** 8 or 16. */
  bitsAllocated: number;
  bitsStored: number;
  highBit: number;
  signed: boolean;
  /** White is low. */
  inverted: boolean;
  /** Stored values that are no picture, both ends included. */
  padding: readonly [from: number, to: number] | null;
  /** From stored to physical values: a table, or slope and intercept. */
  modality: LookupTable | { slope: number; intercept: number };
  /** From physical values to gray: a table or a window; null where the file leaves it open. */
  display:
    LookupTable | { center: number; width: number; shape: (typeof windowFunctions)[number] } | null;
}

export interface ParsedDicom {
  header: DicomHeader;
  dataSet: DataSet;
}

/** Of file names. */
export const dicomExtension = '.dcm';

/** The mark behind the preamble of 128 bytes. */
export function isDicom(bytes: Uint8Array): boolean {
  return (
    Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1', 128, 132) ===
    'DICM'
  );
}

/** Anything but one gray picture. */
export class UnsupportedDicom extends Error {}

/**
 * @throws UnsupportedDicom for color, several frames, and pictures that are none; Error for a malformed file
 */
export function parseHeader(bytes: Uint8Array): ParsedDicom {
  const dataSet = parse(bytes);
  if (dataSet.elements[tags.pixels] === undefined)
    throw new UnsupportedDicom('it holds no picture');
  const photometric = dataSet.string(tags.photometric) ?? 'MONOCHROME2';
  const samples = dataSet.uint16(tags.samplesPerPixel) ?? 1;
  if (samples !== 1 || !photometric.startsWith('MONOCHROME')) {
    throw new UnsupportedDicom(
      `it is in color (${photometric}, ${samples} samples per pixel), a radiograph is gray`,
    );
  }
  const frames = dataSet.intString(tags.frames) ?? 1;
  if (frames > 1)
    throw new UnsupportedDicom(`it holds ${frames} frames: save one as a file of its own`);
  const bitsAllocated = needed(dataSet, 'bitsAllocated');
  if (bitsAllocated !== 8 && bitsAllocated !== 16) {
    throw new UnsupportedDicom(`its samples have ${bitsAllocated} bits; 8 and 16 are supported`);
  }
  const bitsStored = dataSet.uint16(tags.bitsStored) ?? bitsAllocated;
  const highBit = dataSet.uint16(tags.highBit) ?? bitsStored - 1;
  if (bitsStored < 1 || highBit >= bitsAllocated || highBit + 1 < bitsStored) {
    throw new Error(`${bitsStored} bits stored up to bit ${highBit} of ${bitsAllocated}`);
  }
  const signed = dataSet.uint16(tags.signed) === 1;
  return {
    dataSet,
    header: {
      transferSyntax: dataSet.string(tags.transferSyntax) ?? '1.2.840.10008.1.2',
      rows: needed(dataSet, 'rows'),
      columns: needed(dataSet, 'columns'),
      ...{ bitsAllocated, bitsStored, highBit, signed },
      inverted: photometric === 'MONOCHROME1',
      padding: readPadding(dataSet, signed),
      modality: readModality(dataSet, signed),
      display: readDisplay(dataSet, signed),
    },
  };
}

/** The patient's identifier as the file has it; undefined where it has none. */
export function readPatientId(bytes: Uint8Array): string | undefined {
  const id = parse(bytes, tags.samplesPerPixel).string(tags.patientId)?.trim();
  return id === '' ? undefined : id;
}

function parse(bytes: Uint8Array, untilTag?: string): DataSet {
  try {
    return parseDicom(bytes, untilTag === undefined ? {} : { untilTag });
  } catch (cause) {
    // dicom-parser throws strings, and objects with the exception in them.
    const { exception = cause } = (cause ?? {}) as { exception?: unknown };
    throw new Error(exception instanceof Error ? exception.message : String(exception), { cause });
  }
}

function needed(dataSet: DataSet, name: 'rows' | 'columns' | 'bitsAllocated'): number {
  const value = dataSet.uint16(tags[name]);
  if (value === undefined || value === 0) throw new Error(`it does not say its ${name}`);
  return value;
}

function readPadding(dataSet: DataSet, signed: boolean): DicomHeader['padding'] {
  const read = (tag: string): number | undefined =>
    signed ? dataSet.int16(tag) : dataSet.uint16(tag);
  const from = read(tags.padding);
  if (from === undefined) return null;
  const to = read(tags.paddingLimit) ?? from;
  return from <= to ? [from, to] : [to, from];
}

function readModality(dataSet: DataSet, signed: boolean): DicomHeader['modality'] {
  const slope = dataSet.floatString(tags.slope) ?? 1;
  const intercept = dataSet.floatString(tags.intercept) ?? 0;
  return readTable(dataSet, tags.modalityTable, signed) ?? { slope, intercept };
}

function readDisplay(dataSet: DataSet, signed: boolean): DicomHeader['display'] {
  const table = readTable(dataSet, tags.valueTable, signed);
  if (table) return table;
  const center = dataSet.floatString(tags.windowCenter);
  const width = dataSet.floatString(tags.windowWidth);
  if (center === undefined || width === undefined || width <= 0) return null;
  const named = dataSet.string(tags.windowFunction);
  const shape = windowFunctions.find((name) => name === named) ?? 'LINEAR';
  return { center, width, shape };
}

function readTable(dataSet: DataSet, sequence: string, signed: boolean): LookupTable | null {
  const item = dataSet.elements[sequence]?.items?.[0]?.dataSet;
  if (!item) return null;
  const entries = item.uint16(tags.tableDescriptor, 0);
  const first = signed ? item.int16(tags.tableDescriptor, 1) : item.uint16(tags.tableDescriptor, 1);
  const bits = item.uint16(tags.tableDescriptor, 2);
  const data = item.elements[tags.tableData];
  if (entries === undefined || first === undefined || bits === undefined || !data) {
    throw new Error('a lookup table lacks its descriptor or data');
  }
  // 65,536 does not fit into the descriptor and is written as 0.
  const count = entries === 0 ? 65_536 : entries;
  if (data.length < 2 * count) throw new Error(`a lookup table ends before its ${count} entries`);
  const values = Array.from({ length: count }, (_, at) => item.uint16(tags.tableData, at) ?? 0);
  return { first, values, bits };
}
