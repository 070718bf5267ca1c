/** What the first process of a group tells the others, and how. */
import type { Audit } from '../../data/index.js';
import type { EpochOptions, EvaluationOptions, Group, Normalization } from '../../native/index.js';
import type { TrainSettings } from '../options.js';

/** All that the others need to make ready for the same run. */
export interface Beginning {
  kind: 'begin';
  /** As the first process calls it. */
  data: string;
  settings: TrainSettings;
  normalization: Normalization;
  audit: Audit;
  keepGoing: boolean;
  /** Of the images, and of their lung masks: the others' must be the same. */
  dataHash: string;
  maskHash: string | null;
  versions: { roentgen: string; torch: string };
}

type Plain<T> = { [Key in keyof T]: T[Key] extends Int32Array | Float64Array ? number[] : T[Key] };

/** Calls of the trainer that all make together. */
export type Task =
  | { kind: 'share' }
  | {
      kind: 'epoch';
      options: Plain<Omit<EpochOptions, 'learningRate'>> & { learningRate: number | number[] };
    }
  /** `averaged`: with the averaged weights in the network. */
  | { kind: 'evaluate'; averaged: boolean; options: Plain<EvaluationOptions> }
  | End;

export interface End {
  kind: 'end';
}

export type Message = Beginning | Task;

export async function tell(group: Group, message: Message): Promise<void> {
  await group.broadcast(JSON.stringify(message, (_key, value: unknown) => toPlain(value)));
}

export async function listen<Kind extends Message>(group: Group): Promise<Kind> {
  return JSON.parse(await group.broadcast('')) as Kind;
}

function toPlain(value: unknown): unknown {
  return ArrayBuffer.isView(value) ? Array.from(value as Int32Array) : value;
}
