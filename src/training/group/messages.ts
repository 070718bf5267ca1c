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

export interface End {
  kind: 'end';
}

/** Calls of the trainer that all make together. */
export type Task =
  | { kind: 'share' }
  | { kind: 'epoch'; options: EpochOptions }
  /** `averaged`: with the averaged weights in the network. */
  | { kind: 'evaluate'; averaged: boolean; options: EvaluationOptions }
  | End;

export type Message = Beginning | Task;

/** Arrays that JSON does not know, by the key of the object that stands for them. */
const arrays = { $int32: Int32Array, $float64: Float64Array };

export async function tell(group: Group, message: Message): Promise<void> {
  await group.broadcast(JSON.stringify(message, (_key, value: unknown) => pack(value)));
}

/** As it was told, typed arrays included. */
export async function listen<Kind extends Message>(group: Group): Promise<Kind> {
  return JSON.parse(await group.broadcast(''), (_key, value: unknown) => unpack(value)) as Kind;
}

function pack(value: unknown): unknown {
  for (const [key, type] of Object.entries(arrays)) {
    if (value instanceof type) return { [key]: Array.from(value) };
  }
  return value;
}

function unpack(value: unknown): unknown {
  for (const [key, type] of Object.entries(arrays)) {
    const values = (value as Record<string, unknown> | null)?.[key];
    if (Array.isArray(values)) return type.from(values as number[]);
  }
  return value;
}
