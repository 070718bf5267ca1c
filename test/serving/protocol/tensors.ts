/** A small model's tensors, and requests drawn at random with the images that they stand for. */
import type { Random } from '../../../src/data/index.js';
import {
  inputNames,
  inputsOf,
  outputNames,
  type InputName,
  type ModelTensors,
} from '../../../src/serving/protocol/tensors.js';

export const tensors: ModelTensors = {
  name: 'net',
  version: '1',
  classes: ['NORMAL', 'BACTERIA', 'VIRUS'],
  logits: 3,
  channels: 1,
  height: 3,
  width: 4,
};

/** What a request says, however it is written. */
export interface DrawnRequest {
  id: string | undefined;
  input: InputName;
  images: (Uint8Array | Float32Array)[];
  outputs: { name: string; parameters: Record<string, number | boolean> }[];
}

const integer = (random: Random, low: number, high: number): number =>
  Math.floor(random.between(low, high + 1));

function choose<Item>(random: Random, items: readonly Item[]): Item {
  const item = items[integer(random, 0, items.length - 1)];
  if (item === undefined) throw new Error('nothing to choose from');
  return item;
}

export function drawRequest(random: Random): DrawnRequest {
  const input = choose(random, inputNames);
  const size = tensors.channels * tensors.height * tensors.width;
  const images = Array.from({ length: integer(random, 1, 5) }, () => {
    const length = input === 'image' ? integer(random, 0, 40) : size;
    return input === 'input'
      ? Float32Array.from({ length }, () => random.normal() * 10 ** integer(random, -4, 4))
      : Uint8Array.from({ length }, () => integer(random, 0, 255));
  });
  const outputs = outputNames
    .filter(() => random.chance(0.5))
    .map((name) => {
      const numbers = name === 'probabilities' || name === 'logits';
      return {
        name,
        parameters: {
          ...(random.chance(0.5) ? { binary_data: random.chance(0.5) } : {}),
          ...(numbers && random.chance(0.3) ? { classification: integer(random, 1, 4) } : {}),
        },
      };
    });
  return {
    id: random.chance(0.5) ? `id ${integer(random, 0, 99)}` : undefined,
    input,
    images,
    outputs,
  };
}

/** The request with its tensor in the JSON, flat or nested. */
export function writeJson(request: DrawnRequest, nested: boolean): Buffer {
  const { input, images } = request;
  const flat = images.map((image) =>
    input === 'image' ? Buffer.from(image as Uint8Array).toString('base64') : [...image],
  );
  const planes = (image: string | number[]): unknown =>
    typeof image === 'string' || !nested ? image : nest(image, [tensors.channels, tensors.height]);
  const data = nested ? flat.map(planes) : flat.flat();
  return Buffer.from(JSON.stringify(header(request, { data })));
}

/** The request with its tensor behind the JSON. */
export function writeBinary(request: DrawnRequest): { body: Buffer; headerLength: number } {
  const { input, images } = request;
  const tail = Buffer.concat(
    images.flatMap((image) => {
      const bytes = Buffer.from(image.buffer, image.byteOffset, image.byteLength);
      if (input !== 'image') return [bytes];
      const length = Buffer.alloc(4);
      length.writeUInt32LE(bytes.length);
      return [length, bytes];
    }),
  );
  const parameters = { binary_data_size: tail.length };
  const json = Buffer.from(JSON.stringify(header(request, { parameters })));
  return { body: Buffer.concat([json, tail]), headerLength: json.length };
}

function header({ id, input, images, outputs }: DrawnRequest, rest: object): object {
  const { datatype, shape } = inputsOf(tensors)[input];
  const whole = [images.length, ...shape.slice(1)];
  return { id, inputs: [{ name: input, shape: whole, datatype, ...rest }], outputs };
}

function nest(values: readonly unknown[], [count, ...inner]: readonly number[]): unknown[] {
  if (count === undefined) return [...values];
  const size = values.length / count;
  return Array.from({ length: count }, (_, at) =>
    nest(values.slice(at * size, (at + 1) * size), inner),
  );
}
