/** An ONNX graph under construction: nodes in the order in which they run, and the tensors they read. */
import { elementTypes, encodeModel, type ElementType } from './proto.js';

/** Of an attribute: an integer, integers, or a float marked as one. */
export type Attribute = number | readonly number[] | string | { float: number };

/** A named value that enters or leaves the graph; a text is a dimension that is free. */
export interface GraphValue {
  name: string;
  type: ElementType;
  shape: readonly (number | string)[];
  description: string;
}

export interface ModelParts {
  name: string;
  producerVersion: string;
  description: string;
  inputs: readonly GraphValue[];
  outputs: readonly GraphValue[];
  metadata: Readonly<Record<string, string>>;
}

/** The oldest set of operations that has all that is used; read by onnxruntime since 1.14 of 2023. */
export const opset = 17;
const irVersion = 8;

/** ONNX's numbers of attribute types. */
const attributeTypes = { float: 1, int: 2, string: 3, ints: 7 } as const;

export class GraphBuilder {
  private readonly nodes: object[] = [];
  private readonly initializers = new Map<string, object>();
  private readonly outputs = new Set<string>();

  /** Adds a node and gives the name of what it puts out, which is `name` if that is free. */
  node(
    operation: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, Attribute>> = {},
    name = operation.toLowerCase(),
  ): string {
    const output = this.freeName(name);
    this.outputs.add(output);
    this.nodes.push({
      input: inputs,
      output: [output],
      name: output,
      op_type: operation,
      attribute: Object.entries(attributes).map(([key, value]) => toAttribute(key, value)),
    });
    return output;
  }

  /** Names the result of the graph. */
  rename(value: string, name: string): void {
    this.nodes.push({ input: [value], output: [name], name, op_type: 'Identity' });
  }

  /** A constant tensor, kept once by its name. */
  tensor(name: string, shape: readonly number[], values: Float32Array | BigInt64Array): string {
    const type: ElementType = values instanceof Float32Array ? 'float32' : 'int64';
    this.initializers.set(name, {
      name,
      dims: shape,
      data_type: elementTypes[type],
      raw_data: new Uint8Array(values.buffer, values.byteOffset, values.byteLength),
    });
    return name;
  }

  /** The file's bytes. */
  encode({
    name,
    producerVersion,
    description,
    inputs,
    outputs,
    metadata,
  }: ModelParts): Uint8Array {
    return encodeModel({
      ir_version: irVersion,
      producer_name: 'roentgen',
      producer_version: producerVersion,
      doc_string: description,
      opset_import: [{ domain: '', version: opset }],
      metadata_props: Object.entries(metadata).map(([key, value]) => ({ key, value })),
      graph: {
        name,
        node: this.nodes,
        initializer: [...this.initializers.values()],
        input: inputs.map(toValueInfo),
        output: outputs.map(toValueInfo),
      },
    });
  }

  private freeName(name: string): string {
    let candidate = name;
    for (let copy = 2; this.outputs.has(candidate); copy += 1) candidate = `${name}_${copy}`;
    return candidate;
  }
}

function toAttribute(name: string, value: Attribute): object {
  if (typeof value === 'number') return { name, i: value, type: attributeTypes.int };
  if (typeof value === 'string') {
    return { name, s: Buffer.from(value), type: attributeTypes.string };
  }
  if ('float' in value) return { name, f: value.float, type: attributeTypes.float };
  return { name, ints: value, type: attributeTypes.ints };
}

function toValueInfo({ name, type, shape, description }: GraphValue): object {
  const dim = shape.map((side) =>
    typeof side === 'string' ? { dim_param: side } : { dim_value: side },
  );
  return {
    name,
    doc_string: description,
    type: { tensor_type: { elem_type: elementTypes[type], shape: { dim } } },
  };
}
