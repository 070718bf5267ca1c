/** Whether the files of results, and the model's weights, have the hashes that were kept of them. */
import { join } from 'node:path';
import { hashFile, hashModel, type Checksums, type ModelHashes } from '../checksums/index.js';
import { RoentgenError } from '../native/index.js';
import { toCheck, type VerificationCheck, type VerificationFinding } from './types.js';

type Check = Omit<VerificationCheck, 'folder'>;

export async function checkFiles(folder: string, { files }: Checksums): Promise<Check> {
  const findings: VerificationFinding[] = [];
  for (const [name, kept] of Object.entries(files)) {
    const now = await hashFile(join(folder, name)).catch(() => null);
    if (now === kept) continue;
    const message =
      now === null ? 'is missing, or cannot be read' : 'was changed after it was written';
    findings.push({ subject: name, message });
  }
  const count = Object.keys(files).length;
  const changed = findings.length;
  const summary =
    changed === 0 ? `${count} files as they were written` : `${changed} of ${count} files changed`;
  return toCheck('files', findings, summary);
}

const parts = {
  architecture: 'the architecture in the model file was changed',
  description: 'classes, preprocessing or provenance in the model file were changed',
  decision:
    'decision rule, gate or test-time augmentation are not those that training or `roentgen calibrate` wrote into the model file',
} as const satisfies Partial<Record<keyof ModelHashes, string>>;

/** @param without parts that may be others by now: an evaluation stays true when its run is calibrated anew */
export async function checkWeights(
  folder: string,
  { model }: Checksums,
  without: readonly (keyof typeof parts)[] = [],
): Promise<Check> {
  const now = await hashModel(join(folder, model.file)).catch((error: unknown) => {
    if (error instanceof RoentgenError) return error.message;
    throw error;
  });
  if (typeof now === 'string') {
    return toCheck('weights', [{ subject: model.file, message: now }], 'the model cannot be read');
  }
  const names = (Object.keys(parts) as (keyof typeof parts)[]).filter(
    (name) => !without.includes(name),
  );
  const findings = [
    ...compareTensors(model.tensors, now.tensors),
    ...names
      .filter((name) => model[name] !== now[name])
      .map((name) => ({ subject: name, message: parts[name] })),
  ];
  const count = Object.keys(model.tensors).length;
  const summary =
    findings.length === 0
      ? `${count} tensors of ${model.file} as they were saved`
      : `${model.file} is not the model of these results`;
  return toCheck('weights', findings, summary);
}

function compareTensors(
  kept: Readonly<Record<string, string>>,
  now: Readonly<Record<string, string>>,
): VerificationFinding[] {
  const names = [...new Set([...Object.keys(kept), ...Object.keys(now)])];
  return names.flatMap((subject) => {
    if (kept[subject] === now[subject]) return [];
    if (now[subject] === undefined) return [{ subject, message: 'this tensor is missing' }];
    const changed = kept[subject] === undefined ? 'is new' : 'has other values';
    return [{ subject, message: `this tensor ${changed}` }];
  });
}
