/** Which class of a model each class of other data stands for. */
import { invalidArgument, RoentgenError } from '../native/index.js';
import type { ImageSource } from './types.js';

export interface MappedSource {
  /** Its classes are the model's. */
  source: ImageSource;
  /** Images of classes that stand for none of the model's. */
  leftOut: { class: string; images: number }[];
}

/**
 * @param map each entry as `COVID=PNEUMONIA`; a class without one stands for the model's of the same name
 * @throws RoentgenError ERR_INVALID_ARGUMENT for an entry that is malformed or names no class; ERR_UNKNOWN_CLASS where
 * no class is left
 */
export function mapClasses(
  source: ImageSource,
  classes: readonly string[],
  map: readonly string[],
): MappedSource {
  const positions = mapNames(source.classes, classes, map);
  const mapped = source.samples.map((sample) => ({
    ...sample,
    label: positions[sample.label] ?? -1,
  }));
  const samples = mapped.filter(({ label }) => label >= 0);
  if (samples.length === 0) {
    throw new RoentgenError(
      'ERR_UNKNOWN_CLASS',
      `${source.root} has the classes ${source.classes.join(', ')}, and the model ${classes.join(', ')}: none in ` +
        'common. Say which stands for which (map, --map THEIRS=OURS), or take the images without labels (unlabeled, ' +
        '--unlabeled).',
    );
  }
  const leftOut = source.classes.flatMap((name, label) => {
    const images = source.samples.filter((sample) => sample.label === label).length;
    return positions[label] === -1 && images > 0 ? [{ class: name, images }] : [];
  });
  return { source: { ...source, classes: [...classes], samples }, leftOut };
}

/**
 * The position among `classes` that each of `theirs` stands for, -1 where it stands for none.
 * @param map each entry as `COVID=PNEUMONIA`
 * @throws RoentgenError ERR_INVALID_ARGUMENT
 */
export function mapNames(
  theirs: readonly string[],
  classes: readonly string[],
  map: readonly string[],
): number[] {
  const given = parseMap(map);
  for (const [their, our] of given) {
    const entry = `${their}=${our}`;
    if (!theirs.includes(their)) {
      throw invalidArgument('map', `a class of the target (${theirs.join(', ')}) before =`, entry);
    }
    if (!classes.includes(our)) {
      throw invalidArgument('map', `a class of the model (${classes.join(', ')}) behind =`, entry);
    }
  }
  return theirs.map((name) => classes.indexOf(given.get(name) ?? name));
}

/**
 * The model's class for each class of the data that is named.
 * @param map each entry as `COVID=PNEUMONIA`
 * @throws RoentgenError ERR_INVALID_ARGUMENT for an entry without `=`
 */
export function parseMap(map: readonly string[]): Map<string, string> {
  const pairs = map.map((entry): [string, string] => {
    const at = entry.indexOf('=');
    if (at < 0) throw invalidArgument('map', 'THEIRS=OURS', entry);
    return [entry.slice(0, at).trim(), entry.slice(at + 1).trim()];
  });
  return new Map(pairs);
}
