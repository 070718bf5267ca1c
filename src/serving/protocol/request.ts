/** A request of the Open Inference Protocol, from the bytes of its body to images and wishes. */
import { parseWith, RoentgenError } from '../../native/index.js';
import {
  inferRequestSchema,
  type InferInput,
  type InferOutputRequest,
  type InferRequestBody,
} from './schemas.js';
import { readBinaryData, readJsonData, refuse, shown, type InputImage } from './tensorData.js';
import {
  inputNames,
  inputsOf,
  outputNames,
  type InputName,
  type ModelTensors,
  type OutputName,
} from './tensors.js';

export interface RequestedOutput {
  name: OutputName;
  /** The so many highest values as text instead of all as numbers; 0 for all. */
  classification: number;
  /** Behind the JSON. */
  binary: boolean;
}

export interface InferRequest {
  id: string | undefined;
  /** The network's own probabilities. */
  raw: boolean;
  input: InputName;
  /** One for each image: `image` the bytes of its file, `pixels` uint8 and `input` float32 [C, H, W]. */
  images: InputImage[];
  outputs: RequestedOutput[];
}

export interface InferLimits {
  /** Images of one request. */
  images: number;
}

/**
 * The length of the JSON before binary data, as the header `Inference-Header-Content-Length` says it; null without one.
 * @throws RoentgenError ERR_INVALID_ARGUMENT
 */
export function readHeaderLength(
  header: string | string[] | undefined,
  bodyLength: number,
): number | null {
  if (header === undefined) return null;
  const length = typeof header === 'string' && /^\d{1,15}$/.test(header) ? Number(header) : NaN;
  if (length <= bodyLength) return length;
  const expected = `a number of bytes up to the body's ${bodyLength}`;
  return refuse('Inference-Header-Content-Length', expected, shown(header));
}

/**
 * @param headerLength null where the body is JSON alone; 0 where it is one encoded image alone, which is answered with
 * all outputs as binary data
 * @throws RoentgenError ERR_INVALID_ARGUMENT that says where in the request what was expected
 */
export function parseInferRequest(
  body: Uint8Array,
  headerLength: number | null,
  tensors: ModelTensors,
  limits: InferLimits,
): InferRequest {
  if (headerLength === 0) return rawRequest(body);
  const header = body.subarray(0, headerLength ?? body.length);
  const binary = headerLength === null ? null : body.subarray(headerLength);
  const { id, inputs, outputs, parameters } = parseHeader(header);
  const [input, ...others] = inputs;
  if (input === undefined || others.length > 0) {
    const names = inputs.slice(0, 5).map(({ name }) => name);
    const expected = `exactly one tensor of ${inputNames.join(', ')}`;
    return refuse('inputs', expected, inputs.length === 0 ? 'none' : names.join(', '));
  }
  const name = inputNames.find((known) => known === input.name);
  if (name === undefined) {
    return refuse('inputs[0].name', `one of ${inputNames.join(', ')}`, shown(input.name));
  }
  const binaryByDefault = flag(parameters, 'binary_data_output', 'parameters');
  return {
    id,
    raw: flag(parameters, 'raw', 'parameters'),
    input: name,
    images: readInput(input, name, { binary, tensors, limits }),
    outputs: readOutputs(outputs, binaryByDefault),
  };
}

/** Triton's form for clients that can do no more than send a file. */
function rawRequest(body: Uint8Array): InferRequest {
  if (body.length === 0) refuse('body', 'the bytes of an image file', 'none');
  return {
    ...{ id: undefined, raw: false, input: 'image', images: [body] },
    outputs: outputNames.map((name) => ({ name, classification: 0, binary: true })),
  };
}

function parseHeader(bytes: Uint8Array): InferRequestBody {
  let parsed: unknown;
  try {
    parsed = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    throw new RoentgenError('ERR_INVALID_ARGUMENT', `body: expected JSON: ${reasonOf(cause)}`, {
      cause,
    });
  }
  return parseWith(inferRequestSchema, parsed, 'request is');
}

/** V8 quotes what stands there, which may be long; the first line says enough. */
const reasonOf = (cause: unknown): string =>
  String(cause instanceof Error ? cause.message : cause)
    .replace(/\s+/g, ' ')
    .slice(0, 120);

interface InputContext {
  /** Bytes behind the JSON; null without any. */
  binary: Uint8Array | null;
  tensors: ModelTensors;
  limits: InferLimits;
}

function readInput(
  { shape, datatype, data, parameters }: InferInput,
  name: InputName,
  { binary, tensors, limits }: InputContext,
): InputImage[] {
  const expected = inputsOf(tensors)[name];
  refuseSharedMemory(parameters, 'inputs[0]');
  if (datatype !== expected.datatype) {
    refuse('inputs[0].datatype', `${expected.datatype} for ${name}`, shown(datatype));
  }
  const fits =
    shape.length === expected.shape.length &&
    expected.shape.every((side, at) => side === -1 || side === shape[at]);
  if (!fits) {
    const known = `[${['N', ...expected.shape.slice(1)].join(', ')}] for ${name}`;
    refuse('inputs[0].shape', known, `[${shape.slice(0, 10).join(', ')}]`);
  }
  const [count = 0] = shape;
  if (count < 1 || count > limits.images) {
    refuse('inputs[0].shape', `1 to ${limits.images} images`, `${count}`);
  }
  const tensor = { datatype: expected.datatype, shape, where: 'inputs[0]' };
  const size = parameters?.['binary_data_size'];
  if (size === undefined) {
    if (binary && binary.length > 0) {
      const received = `${binary.length} bytes behind the JSON and no binary_data_size`;
      refuse('inputs[0].parameters', 'the binary_data_size of the tensor', received);
    }
    return readJsonData(data, tensor);
  }
  if (data !== undefined) refuse('inputs[0]', 'either data or binary_data_size', 'both');
  if (binary === null) {
    const header = 'the header Inference-Header-Content-Length beside binary_data_size';
    return refuse('inputs[0].parameters', header, 'none');
  }
  if (size !== binary.length) {
    const where = 'inputs[0].parameters.binary_data_size';
    refuse(where, `${binary.length}, the bytes behind the JSON`, shown(size));
  }
  return readBinaryData(binary, tensor);
}

function readOutputs(
  asked: readonly InferOutputRequest[] | undefined,
  binaryByDefault: boolean,
): RequestedOutput[] {
  if (asked === undefined || asked.length === 0) {
    return outputNames.map((name) => ({ name, classification: 0, binary: binaryByDefault }));
  }
  const outputs = asked.map((wish, at) => readOutput(wish, `outputs[${at}]`, binaryByDefault));
  const twice = outputs.findIndex(({ name }, at) =>
    outputs.some((o, b) => b < at && o.name === name),
  );
  if (twice !== -1) refuse(`outputs[${twice}].name`, 'each output once', `"${asked[twice]?.name}"`);
  return outputs;
}

function readOutput(
  { name: asked, parameters }: InferOutputRequest,
  where: string,
  binaryByDefault: boolean,
): RequestedOutput {
  const name = outputNames.find((known) => known === asked);
  if (name === undefined) {
    return refuse(`${where}.name`, `one of ${outputNames.join(', ')}`, shown(asked));
  }
  refuseSharedMemory(parameters, where);
  const binary = flag(parameters, 'binary_data', `${where}.parameters`, binaryByDefault);
  const classification = parameters?.['classification'] ?? 0;
  const number = typeof classification === 'number' && Number.isInteger(classification);
  if (!number || classification < 0) {
    return refuse(
      `${where}.parameters.classification`,
      'a positive integer',
      shown(classification),
    );
  }
  if (classification > 0 && name !== 'probabilities' && name !== 'logits') {
    refuse(`${where}.parameters.classification`, 'probabilities or logits to choose from', name);
  }
  return { name, classification, binary };
}

type Parameters = InferRequestBody['parameters'];

function flag(parameters: Parameters, name: string, where: string, missing = false): boolean {
  const value = parameters?.[name] ?? missing;
  return typeof value === 'boolean'
    ? value
    : refuse(`${where}.${name}`, 'true or false', shown(value));
}

/** A client that put its data there sends none: say why there are none. */
function refuseSharedMemory(parameters: Parameters, where: string): void {
  if (parameters?.['shared_memory_region'] === undefined) return;
  refuse(`${where}.parameters`, 'data in the request', 'a region of shared memory');
}
