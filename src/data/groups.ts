/** Which images belong to one patient or study, read off their file names. */
import { basename } from 'node:path/posix';
import { invalidArgument } from '../native/index.js';
import { compilePattern } from './pattern.js';

/** The key of a file name (without folders); undefined where the name says nothing. */
type KeyOf = (fileName: string) => string | undefined;

/**
 * Names of the Kermany set: as on Kaggle (`person12_virus_46.jpeg`, `IM-0115-0001.jpeg`,
 * `NORMAL2-IM-0112-0001-0001.jpeg`) and as on Mendeley (`BACTERIA-1008087-0001.jpeg`). The person
 * number alone is no patient: 808 numbers of `train` occur under both `bacteria` and `virus`.
 */
const kermany =
  /^(?:person\d+_(?:bacteria|virus)|(?:NORMAL2-)?IM-\d+|(?:BACTERIA|VIRUS|NORMAL)-\d+)(?!\d)/;
const barePerson = /^person\d+(?!\d)/;

const presets: ReadonlyMap<string, KeyOf> = new Map([
  ['kermany', (name: string) => kermany.exec(name)?.[0]],
  ['person', (name: string) => (barePerson.exec(name) ?? kermany.exec(name))?.[0]],
  ['file', () => undefined],
]);

/**
 * The function from a sample's name to its group.
 *
 * `groupBy` is one of
 * - `kermany` (default): `personN_bacteria`, `personN_virus`, `IM-N`, `NORMAL2-IM-N`;
 * - `person`: the same, but stricter, with the bare person number;
 * - `file`: each image on its own;
 * - a regular expression, matched against the file's name without folders: its first capture group
 *   that captured something, or else the entire match, is the key (`^(P\d+)_` groups `P07_a.png`
 *   with `P07_b.png`).
 *
 * A name that yields no key is a group of its own.
 * @throws RoentgenError ERR_INVALID_ARGUMENT for a malformed regular expression
 */
export function groupingBy(groupBy = 'kermany'): (name: string) => string {
  const keyOf = presets.get(groupBy) ?? byPattern(groupBy);
  return (name) => keyOf(basename(name)) ?? name;
}

function byPattern(pattern: string): KeyOf {
  if (pattern === '') {
    throw invalidArgument(
      'groupBy',
      "'kermany', 'person', 'file' or a regular expression",
      pattern,
    );
  }
  const expression = compilePattern('groupBy', pattern);
  return (fileName) => {
    const match = expression.exec(fileName);
    const key = match?.slice(1).find(Boolean) ?? match?.[0];
    return key === '' ? undefined : key;
  };
}
