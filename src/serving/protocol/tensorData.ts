/** The values of one input tensor, as JSON and as bytes, cut into images. */
import { RoentgenError } from '../../native/index.js';
import type { Datatype } from './tensors.js';

/** @throws RoentgenError ERR_INVALID_ARGUMENT, always */
export function refuse(where: string, expected: string, received: string): never {
  throw new RoentgenError(
    'ERR_INVALID_ARGUMENT',
    `${where}: expected ${expected}, received ${received}`,
  );
}

/** A value as messages show it: short, whatever a client sent. */
export function shown(value: unknown): string {
  if (Array.isArray(value)) return `an array of ${value.length}`;
  if (value === undefined) return 'nothing';
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}

const countOf = (shape: readonly number[]): number => shape.reduce((all, side) => all * side, 1);

/** An image of a request: the bytes of its file, pixels in the model's format, or normalized values. */
export type InputImage = Uint8Array | Float32Array;

export interface TensorShape {
  datatype: Datatype;
  /** Images first. */
  shape: readonly number[];
  /** What messages call the tensor. */
  where: string;
}

/**
 * From JSON, flat or nested.
 * @returns one entry for each image
 * @throws RoentgenError ERR_INVALID_ARGUMENT
 */
export function readJsonData(data: unknown, tensor: TensorShape): InputImage[] {
  const where = `${tensor.where}.data`;
  if (!Array.isArray(data)) return refuse(where, 'an array', shown(data));
  const values = flatten(data, tensor.shape, where);
  switch (tensor.datatype) {
    case 'BYTES':
      return values.map((value, at) => fromBase64(value, `${where}[${at}]`));
    case 'UINT8':
      return split(Uint8Array.from(values, byteOf(where)), tensor.shape);
    case 'FP32':
      return split(Float32Array.from(values, floatOf(where)), tensor.shape);
  }
}

/**
 * From the bytes behind the JSON: BYTES as elements that each have their length before them (uint32, little-endian), the
 * others row-major and little-endian.
 * @returns one entry for each image, views where the bytes allow
 * @throws RoentgenError ERR_INVALID_ARGUMENT
 */
export function readBinaryData(bytes: Uint8Array, tensor: TensorShape): InputImage[] {
  if (tensor.datatype === 'BYTES') return readElements(bytes, tensor);
  const width = tensor.datatype === 'FP32' ? Float32Array.BYTES_PER_ELEMENT : 1;
  const expected = width * countOf(tensor.shape);
  if (bytes.length !== expected) {
    const of = `${tensor.datatype} [${tensor.shape.join(', ')}]`;
    refuse(`${tensor.where}: binary data`, `${expected} bytes for ${of}`, `${bytes.length}`);
  }
  if (tensor.datatype === 'UINT8') return split(bytes, tensor.shape);
  // A view would have to start at a multiple of 4, which the length of the JSON decides.
  const values = new Float32Array(new Uint8Array(bytes).buffer);
  const broken = values.findIndex((value) => !Number.isFinite(value));
  if (broken !== -1) refuseNumber(tensor.where, broken, String(values[broken]));
  return split(values, tensor.shape);
}

/** Row-major, and nested just as the shape is where it is nested at all. */
function flatten(data: readonly unknown[], shape: readonly number[], where: string): unknown[] {
  const count = countOf(shape);
  const values: unknown[] = [];
  const walk = (value: unknown, depth: number, path: string): void => {
    if (depth === shape.length) {
      values.push(value);
      return;
    }
    if (!Array.isArray(value) || value.length !== shape[depth]) {
      const expected = `an array of ${shape[depth] ?? 0} for shape [${shape.join(', ')}]`;
      return refuse(path, expected, shown(value));
    }
    value.forEach((inner, at) => walk(inner, depth + 1, `${path}[${at}]`));
  };
  if (data.some(Array.isArray)) {
    walk(data, 0, where);
    return values;
  }
  if (data.length !== count) {
    refuse(where, `${count} values for shape [${shape.join(', ')}]`, `${data.length}`);
  }
  return [...data];
}

function fromBase64(value: unknown, where: string): Uint8Array {
  const expected = 'the bytes of an image file as base64';
  if (typeof value !== 'string') return refuse(where, expected, shown(value));
  const digits = value.replace(/={1,2}$/, '');
  const bytes = Buffer.from(digits, 'base64');
  // Node passes over what is no digit: then fewer bytes come out.
  if (digits.length % 4 === 1 || bytes.length !== Math.floor((digits.length * 3) / 4)) {
    refuse(where, expected, shown(value));
  }
  return bytes;
}

function readElements(bytes: Uint8Array, { shape, where }: TensorShape): Uint8Array[] {
  const [count = 0] = shape;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const elements: Uint8Array[] = [];
  let at = 0;
  while (elements.length < count) {
    const length = at + 4 <= bytes.length ? view.getUint32(at, true) : NaN;
    if (!(at + 4 + length <= bytes.length)) {
      const received = `${bytes.length} bytes that end within element ${elements.length + 1}`;
      refuse(`${where}: binary data`, `${count} elements, each after its length`, received);
    }
    elements.push(bytes.subarray(at + 4, at + 4 + length));
    at += 4 + length;
  }
  if (at !== bytes.length) {
    const rest = `${bytes.length - at} bytes more`;
    refuse(`${where}: binary data`, `${count} elements, each after its length`, rest);
  }
  return elements;
}

const byteOf =
  (where: string) =>
  (value: unknown, at: number): number =>
    typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= 255
      ? value
      : refuse(`${where}[${at}]`, 'an integer from 0 to 255', shown(value));

const floatOf =
  (where: string) =>
  (value: unknown, at: number): number =>
    typeof value === 'number' && Number.isFinite(Math.fround(value))
      ? value
      : refuseNumber(where, at, shown(value));

function refuseNumber(where: string, at: number, received: string): never {
  return refuse(`${where}[${at}]`, 'a number that float32 can hold', received);
}

/** One view for each image. */
function split<Values extends Uint8Array | Float32Array>(
  values: Values,
  shape: readonly number[],
): Values[] {
  const [count = 0, ...image] = shape;
  const size = countOf(image);
  return Array.from(
    { length: count },
    (_, at) => values.subarray(at * size, (at + 1) * size) as Values,
  );
}
