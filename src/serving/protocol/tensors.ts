/** The tensors that a model takes and gives over the Open Inference Protocol: names, shapes, datatypes. */

/** What the protocol has to know of a model. */
export interface ModelTensors {
  name: string;
  version: string;
  /** In the order of the probabilities. */
  classes: readonly string[];
  /** Values that the network gives for one image; one where two classes share a score. */
  logits: number;
  channels: 1 | 3;
  height: number;
  width: number;
}

export type Datatype = 'BYTES' | 'UINT8' | 'FP32';

/** As the protocol describes a tensor; −1 stands for any number of images. */
export interface TensorMetadata {
  name: string;
  datatype: Datatype;
  shape: number[];
}

/** `input` is named and scaled as in the ONNX file that `roentgen export` writes. */
export const inputNames = ['image', 'pixels', 'input'] as const;
export type InputName = (typeof inputNames)[number];

export const outputNames = ['probabilities', 'logits', 'label', 'abstain'] as const;
export type OutputName = (typeof outputNames)[number];

/** A request has exactly one of them. */
export function inputsOf({
  channels,
  height,
  width,
}: Pick<ModelTensors, 'channels' | 'height' | 'width'>): Record<InputName, TensorMetadata> {
  const shape = [-1, channels, height, width];
  return {
    image: { name: 'image', datatype: 'BYTES', shape: [-1] },
    pixels: { name: 'pixels', datatype: 'UINT8', shape },
    input: { name: 'input', datatype: 'FP32', shape },
  };
}

export function outputsOf({
  classes,
  logits,
}: Pick<ModelTensors, 'classes' | 'logits'>): Record<OutputName, TensorMetadata> {
  return {
    probabilities: { name: 'probabilities', datatype: 'FP32', shape: [-1, classes.length] },
    logits: { name: 'logits', datatype: 'FP32', shape: [-1, logits] },
    label: { name: 'label', datatype: 'BYTES', shape: [-1] },
    abstain: { name: 'abstain', datatype: 'BYTES', shape: [-1] },
  };
}

/** Class names for the columns of an output of numbers. A lone logit scores the second of two classes. */
export function columnsOf(
  { classes, logits }: ModelTensors,
  output: OutputName,
): readonly string[] {
  return output === 'logits' && logits === 1 ? classes.slice(-1) : classes;
}
