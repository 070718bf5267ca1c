/** TensorBoard's `Event` message: the few of its protobuf fields that training curves need. */

/** Field numbers, by message, from `tensorboard/compat/proto/*.proto`. */
const fields = {
  event: { wallTime: 1, step: 2, fileVersion: 3, summary: 5 },
  summary: { value: 1 },
  value: { tag: 1, simpleValue: 2, image: 4, tensor: 8, metadata: 9 },
  image: { height: 1, width: 2, encodedImage: 4 },
  tensor: { type: 1, shape: 2, strings: 8 },
  metadata: { plugin: 1 },
  plugin: { name: 1 },
} as const;

/** DT_STRING of the enumeration `DataType`. */
const stringType = 7;

/** Where an event stands on TensorBoard's axes. */
export interface Moment {
  /** Seconds since 1970. */
  wallTime: number;
  /** An integer from 0 to 2^53 - 1. */
  step: number;
}

/** The first event of every file. */
export function versionEvent(wallTime: number): Uint8Array {
  return Buffer.concat([
    double(fields.event.wallTime, wallTime),
    bytes(fields.event.fileVersion, 'brain.Event:2'),
  ]);
}

/** @param value is kept as a 32-bit float; it may be NaN or infinite */
export function scalarEvent(moment: Moment, tag: string, value: number): Uint8Array {
  return summaryEvent(moment, tag, [float(fields.value.simpleValue, value)]);
}

/** @param png an encoded image; TensorBoard takes its colors from there, so the message does not name them */
export function imageEvent(
  moment: Moment,
  tag: string,
  png: Uint8Array,
  { width, height }: { width: number; height: number },
): Uint8Array {
  const image = Buffer.concat([
    integer(fields.image.height, height),
    integer(fields.image.width, width),
    bytes(fields.image.encodedImage, png),
  ]);
  return summaryEvent(moment, tag, [bytes(fields.value.image, image)]);
}

/** A tensor of one string, which its metadata hand to TensorBoard's text plugin. */
export function textEvent(moment: Moment, tag: string, markdown: string): Uint8Array {
  const scalarShape = Buffer.alloc(0);
  const tensor = Buffer.concat([
    integer(fields.tensor.type, stringType),
    bytes(fields.tensor.shape, scalarShape),
    bytes(fields.tensor.strings, markdown),
  ]);
  const metadata = bytes(fields.metadata.plugin, bytes(fields.plugin.name, 'text'));
  return summaryEvent(moment, tag, [
    bytes(fields.value.tensor, tensor),
    bytes(fields.value.metadata, metadata),
  ]);
}

function summaryEvent(
  { wallTime, step }: Moment,
  tag: string,
  content: readonly Uint8Array[],
): Uint8Array {
  const value = Buffer.concat([bytes(fields.value.tag, tag), ...content]);
  return Buffer.concat([
    double(fields.event.wallTime, wallTime),
    integer(fields.event.step, step),
    bytes(fields.event.summary, bytes(fields.summary.value, value)),
  ]);
}

/** How many bytes a field has, as its key says it. */
const wireTypes = { varint: 0, fixed64: 1, lengthDelimited: 2, fixed32: 5 } as const;

function key(field: number, type: keyof typeof wireTypes): Uint8Array {
  return varint(field * 8 + wireTypes[type]);
}

/** Seven bits a byte, lowest first; division, because shifts would stop at 32 bits. */
function varint(value: number): Uint8Array {
  const groups: number[] = [];
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) groups.push((rest % 0x80) + 0x80);
  return Buffer.from([...groups, rest]);
}

/** Protobuf leaves zero, the default, out. */
function integer(field: number, value: number): Uint8Array {
  return value === 0 ? Buffer.alloc(0) : Buffer.concat([key(field, 'varint'), varint(value)]);
}

function double(field: number, value: number): Uint8Array {
  const content = Buffer.alloc(8);
  content.writeDoubleLE(value);
  return Buffer.concat([key(field, 'fixed64'), content]);
}

function float(field: number, value: number): Uint8Array {
  const content = Buffer.alloc(4);
  content.writeFloatLE(value);
  return Buffer.concat([key(field, 'fixed32'), content]);
}

/** A string, as UTF-8, a message or any other bytes. */
function bytes(field: number, content: string | Uint8Array): Uint8Array {
  const encoded = Buffer.from(content);
  return Buffer.concat([key(field, 'lengthDelimited'), varint(encoded.length), encoded]);
}
