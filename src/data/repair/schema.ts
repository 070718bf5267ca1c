/** What a repair may say: in a packed file, in a model file, and in a call. */
import { z } from 'zod';
import { RoentgenError } from '../../native/index.js';
import type { Repair } from '../types.js';

const level = z.number().min(0).max(255);
const percentage = z.number().min(0).max(100);
const rises = (values: readonly number[]): boolean =>
  values.every((value, at) => at === 0 || value >= (values[at - 1] ?? 0));

const repairSchema: z.ZodType<Repair> = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('invert') }),
  z.strictObject({ kind: z.literal('cropBorder'), tolerance: level }),
  z
    .strictObject({ kind: z.literal('window'), lower: percentage, upper: percentage })
    .refine(({ lower, upper }) => lower < upper, 'lower must be below upper'),
  z.strictObject({
    kind: z.literal('clahe'),
    tiles: z.int().min(1).max(64),
    clipLimit: z.number().min(1).max(256),
  }),
  z.strictObject({
    kind: z.literal('matchHistogram'),
    quantiles: z.array(level).min(2).max(1025).refine(rises, 'quantiles must not fall'),
  }),
]);

/** Repairs as files hold them. */
export const repairsSchema: z.ZodType<readonly Repair[]> = z.array(repairSchema).readonly();

/** @throws RoentgenError ERR_INVALID_ARGUMENT that names the field */
export function checkRepairs(repairs: readonly Repair[]): void {
  const { error } = repairsSchema.safeParse(repairs);
  const [issue] = error?.issues ?? [];
  if (issue === undefined) return;
  const field = ['repairs', ...issue.path].join('.');
  throw new RoentgenError('ERR_INVALID_ARGUMENT', `Wrong ${field}: ${issue.message}`);
}
