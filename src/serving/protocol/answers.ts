/** From what a model answers to the output tensors that were asked for. */
import type { Answer } from '../../inference/index.js';
import type { RequestedOutput } from './request.js';
import type { OutputTensor } from './response.js';
import { columnsOf, outputsOf, type ModelTensors } from './tensors.js';

/** One image's answer and the network's outputs behind it. */
export type TensorAnswer = Pick<Answer, 'label' | 'probabilities' | 'abstain'> & {
  outputs: ArrayLike<number>;
};

/** @param answers one for each image, in their order */
export function toOutputs(
  answers: readonly TensorAnswer[],
  asked: readonly RequestedOutput[],
  tensors: ModelTensors,
): OutputTensor[] {
  return asked.map(({ name, classification, binary }) => {
    const shape = [answers.length, ...outputsOf(tensors)[name].shape.slice(1)];
    if (name === 'label' || name === 'abstain') {
      return { name, shape, values: answers.map((answer) => answer[name] ?? ''), binary };
    }
    const rows = answers.map(({ outputs, probabilities }) =>
      Float32Array.from(name === 'logits' ? outputs : probabilities),
    );
    if (classification === 0) {
      return { name, shape, values: Float32Array.from(rows.flatMap((row) => [...row])), binary };
    }
    const columns = columnsOf(tensors, name);
    const count = Math.min(classification, columns.length);
    const values = rows.flatMap((row) => highest(row, count, columns));
    return { name, shape: [answers.length, count], values, binary };
  });
}

/** The highest values as Triton writes them, `value:index:label`; of equal ones the first class comes first. */
function highest(row: Float32Array, count: number, columns: readonly string[]): string[] {
  return Array.from(row, (value, index) => ({ value, index }))
    .sort((a, b) => b.value - a.value || a.index - b.index)
    .slice(0, count)
    .map(({ value, index }) => `${nine(value)}:${index}:${columns[index] ?? ''}`);
}

/** Nine digits tell every float32 from the next. */
const nine = (value: number): string => String(Number(value.toPrecision(9)));
