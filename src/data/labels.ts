/** Which class each found image has, and in which order the classes stand. */
import { basename } from 'node:path/posix';
import { RoentgenError, invalidArgument } from '../native/index.js';
import { countValues } from './collections.js';
import { compareCodeUnits } from './files.js';
import { compilePattern, countCaptureGroups } from './pattern.js';
import type { Split } from './types.js';

/**
 * `--labels-from PATTERN`: the function from a sample's name to the class that its file name tells.
 * `pattern` is a regular expression with exactly one capture group, matched against the file's name
 * without folders; the captured text becomes the class. Where it does not match, the result is
 * undefined and the folder's or manifest's class stays: `_(bacteria|virus)_` makes three classes,
 * `NORMAL`, `bacteria` and `virus`, of the folders `NORMAL` and `PNEUMONIA`.
 * @throws RoentgenError ERR_INVALID_ARGUMENT for a malformed expression, or another number of groups
 */
export function labelingFrom(pattern: string): (name: string) => string | undefined {
  const expression = compilePattern('labelsFrom', pattern);
  if (countCaptureGroups(expression) !== 1) {
    throw invalidArgument(
      'labelsFrom',
      'a regular expression with exactly one capture group, such as _(bacteria|virus)_,',
      pattern,
    );
  }
  return (name) => {
    const captured = expression.exec(basename(name))?.[1];
    return captured === '' ? undefined : captured;
  };
}

/** What the checks below need of a sample: its class by name, and its split. */
export interface Classed {
  name: string;
  className: string;
  split: Split | null;
}

export interface ClassOptions {
  /** The order of the network's outputs; the classes that occur, by code unit, where not given. */
  classes?: readonly string[] | undefined;
  /**
   * For networks that do not classify (autoencoders): one class is enough, and `test` may hold
   * others.
   */
  allowSingleClass?: boolean | undefined;
}

/**
 * The classes in their order, after three checks: all that occur are in `classes` where that is
 * given, there are at least two, and `train` has seen each class of `val` and `test`.
 * @throws RoentgenError ERR_INVALID_ARGUMENT, ERR_UNKNOWN_CLASS, ERR_SINGLE_CLASS
 */
export function orderClasses(
  root: string,
  samples: readonly Classed[],
  options: ClassOptions,
): string[] {
  const present = [...new Set(samples.map((sample) => sample.className))].sort(compareCodeUnits);
  const classes = options.classes === undefined ? present : givenClasses(options.classes);
  refuseUnknown(root, samples, classes);
  if (options.allowSingleClass !== true) {
    refuseSingle(root, classes);
    refuseUnseen(root, samples);
  }
  return classes;
}

function givenClasses(classes: readonly string[]): string[] {
  const order = [...new Set(classes)];
  if (order.length === 0 || order.length < classes.length || order.includes('')) {
    throw invalidArgument('classes', 'one or more different, non-empty names', classes);
  }
  return order;
}

function refuseUnknown(root: string, samples: readonly Classed[], classes: string[]): void {
  const unknown = samples.filter((sample) => !classes.includes(sample.className));
  if (unknown.length === 0) return;
  throw new RoentgenError(
    'ERR_UNKNOWN_CLASS',
    `${root} holds classes that are not among ${classes.join(', ')}: ${describeCounts(unknown)}. ` +
      'Name every class, in the order of the outputs, or take these images out.',
    { details: { classes, unknown: unknown.map((sample) => sample.name) } },
  );
}

function refuseSingle(root: string, classes: string[]): void {
  const [only, second] = classes;
  if (only === undefined || second !== undefined) return;
  throw new RoentgenError(
    'ERR_SINGLE_CLASS',
    `${root} holds the single class ${only}, and a classifier needs at least two. ` +
      'Put each class into a folder of its own, or train an autoencoder.',
    { details: { classes } },
  );
}

function refuseUnseen(root: string, samples: readonly Classed[]): void {
  const trained = new Set(
    samples.filter((sample) => sample.split === 'train').map((sample) => sample.className),
  );
  if (trained.size === 0) return;
  const unseen = samples.filter(
    (sample) => sample.split !== null && !trained.has(sample.className),
  );
  if (unseen.length === 0) return;
  throw new RoentgenError(
    'ERR_UNKNOWN_CLASS',
    `${root} holds classes that train never shows: ${describeCounts(unseen)}. ` +
      'Add training images of them, or take these out.',
    { details: { unseen: unseen.map((sample) => sample.name) } },
  );
}

/** "COVID in test (12 images), …" */
function describeCounts(samples: readonly Classed[]): string {
  const counts = countValues(
    samples.map(({ className, split }) =>
      split === null ? className : `${className} in ${split}`,
    ),
  );
  return [...counts]
    .map(([place, count]) => `${place} (${count} ${count === 1 ? 'image' : 'images'})`)
    .join(', ');
}
