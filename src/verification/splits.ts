/** Whether the settings of a run divide its images as they were divided. */
import type { ListedImage } from '../checksums/index.js';
import type { PackedIndex, SplitSelection } from '../data/index.js';
import { divideImages, usesOf, type RunSummary } from '../training/index.js';
import { RoentgenError } from '../native/index.js';
import type { PresentImages } from './present.js';
import { toCheck, type VerificationCheck, type VerificationFinding } from './types.js';

export function checkSplits(
  listed: readonly ListedImage[],
  { settings, dataHash }: RunSummary,
  { packed }: PresentImages,
): Omit<VerificationCheck, 'folder'> {
  // Where the data are as they were, they say more than a list that may have been edited.
  const index = packed.index.sourceHash === dataHash ? packed.index : toIndex(listed, settings);
  const divided = divide(index, settings);
  if (typeof divided === 'string') {
    return toCheck(
      'splits',
      [{ subject: 'config.yaml', message: divided }],
      'cannot be made again',
    );
  }
  const uses = usesOf(divided);
  const expected = new Map(index.names.map((name, at) => [name, uses.get(at) ?? 'unused']));
  const findings = listed.flatMap(({ name, use }): VerificationFinding[] => {
    const again = expected.get(name);
    if (again === undefined || again === use) return [];
    return [{ subject: name, message: `${use} in images.csv, ${again} by the run's settings` }];
  });
  const { train, validation, test } = divided;
  const summary =
    findings.length === 0
      ? `${train.length} to train on, ${validation.length} to validate on, ${test.length} to test on, as settings and seed divide them`
      : `${findings.length} of ${listed.length} images would be used otherwise`;
  return toCheck('splits', findings, summary);
}

function divide(
  index: Parameters<typeof divideImages>[0],
  settings: RunSummary['settings'],
): SplitSelection | string {
  try {
    return divideImages(index, settings);
  } catch (error) {
    if (error instanceof RoentgenError) return error.message;
    throw error;
  }
}

/** What a division needs to know of the listed images. */
function toIndex(
  listed: readonly ListedImage[],
  settings: RunSummary['settings'],
): Pick<PackedIndex, 'names' | 'labels' | 'groups' | 'splits' | 'classes'> {
  const found = [...new Set(listed.map(({ className }) => className))].sort();
  const classes = settings.classes ?? found;
  return {
    classes,
    names: listed.map(({ name }) => name),
    labels: Int32Array.from(listed, ({ className }) => classes.indexOf(className)),
    groups: listed.map(({ group }) => group),
    splits: listed.map(({ split }) => split),
  };
}
