/** From a path to labeled, grouped samples: the one door to folders and manifests. */
import { extname } from 'node:path';
import { RoentgenError, invalidArgument } from '../native/index.js';
import { dicomExtension, patientKeys } from './dicom/index.js';
import { compareCodeUnits } from './files.js';
import { findLabeled } from './folders.js';
import type { Findings, Found } from './found.js';
import { groupingBy } from './groups.js';
import { labelingFrom, orderClasses } from './labels.js';
import type { ClassOptions, Classed } from './labels.js';
import { findMasks } from './lungs/index.js';
import { readManifest } from './manifest.js';
import type { ImageSource, Problem, Sample } from './types.js';
import { findUnlabeled, resolveExisting } from './walk.js';

/** How classes, patients and masks are read from names. */
export interface ScanOptions extends ClassOptions {
  /**
   * A regular expression whose one capture group is the class, see `labelingFrom`; such as
   * `_(bacteria|virus)_`.
   */
  labelsFrom?: string | undefined;
  /**
   * `kermany` (default), `person`, `file` or a regular expression, see `groupingBy`; a `patient_id`
   * comes first, and without `groupBy` the patient that a DICOM file names, as a salted hash.
   */
  groupBy?: string | undefined;
  /**
   * Take every image at any depth, with label −1, and `path` may be several files and folders;
   * default false.
   */
  unlabeled?: boolean | undefined;
  /**
   * Folder of lung masks with the images' relative names, or the same with `.png`; default the
   * manifest's column `mask`.
   */
  masks?: string | undefined;
}

/**
 * The images under `path`, ordered by name, by code unit:
 * - `root/CLASS/*` (kind `folders`),
 * - `root/{train,val,test}/CLASS/*` (`splits`),
 * - a CSV file `filepath,label[,split,patient_id,mask]` (`manifest`),
 * - anything, for `unlabeled`.
 *
 * `__MACOSX`, dot files, `Thumbs.db` and a copy of the set inside itself are ignored. Whatever else
 * cannot be used is in `problems`.
 * @throws RoentgenError ERR_NOT_FOUND (also for masks of which none is there), ERR_EMPTY_DATASET, ERR_INVALID_MANIFEST,
 * ERR_INVALID_ARGUMENT, ERR_SINGLE_CLASS, ERR_UNKNOWN_CLASS (a class not in `classes`, or one in val or test that train never shows)
 */
export async function scanSource(
  path: string | readonly string[],
  options: ScanOptions = {},
): Promise<ImageSource> {
  const groupOf = groupingBy(options.groupBy);
  const classOf = options.labelsFrom === undefined ? undefined : labelingFrom(options.labelsFrom);
  const { root, kind, problems, ...findings } = await find(path, options.unlabeled === true);
  const { masks } = options;
  const found = masks === undefined ? findings.found : await findMasks(findings.found, masks);
  const patients =
    options.groupBy === undefined ? await dicomPatients(found) : new Map<string, string>();
  const toSample = ({ path: file, name, split, patient, mask }: Found, label: number): Sample => ({
    path: file,
    name,
    label,
    split,
    group: patient ?? patients.get(file) ?? groupOf(name),
    ...(mask === undefined ? {} : { mask }),
  });

  if (kind === 'unlabeled') {
    const classes = [...(options.classes ?? [])];
    const samples = found.map((image) => toSample(image, -1));
    return finish({ root, kind, classes, samples, problems });
  }

  const classed: (Found & Classed)[] = [];
  for (const image of found) {
    const className = classOf?.(image.name) ?? image.className;
    if (className === null) problems.push({ file: image.name, ...withoutClass });
    else classed.push({ ...image, className });
  }
  const classes = orderClasses(root, classed, options);
  const numbers = new Map(classes.map((className, number) => [className, number]));
  const samples = classed.map((image) => toSample(image, numbers.get(image.className) ?? -1));
  return finish({ root, kind, classes, samples, problems });
}

/** By path, of the DICOM files among these; see `patientKeys`. */
async function dicomPatients(found: readonly Found[]): Promise<ReadonlyMap<string, string>> {
  const paths = found.flatMap(({ path }) =>
    extname(path).toLowerCase() === dicomExtension ? path : [],
  );
  const keys = await patientKeys(paths);
  return new Map(paths.flatMap((path, at) => (keys[at] === undefined ? [] : [[path, keys[at]]])));
}

const withoutClass: Omit<Problem, 'file'> = {
  code: 'ERR_UNREADABLE_IMAGE',
  message: 'not read: outside the class folders, so its class is unknown',
};

async function find(path: string | readonly string[], unlabeled: boolean): Promise<Findings> {
  const paths = typeof path === 'string' ? [path] : path;
  const [only, second] = paths;
  if (only === undefined) throw invalidArgument('path', 'at least one file or folder', paths);
  if (unlabeled) return findUnlabeled(paths);
  if (second !== undefined) throw invalidArgument('path', 'one folder or manifest', paths);

  const entry = await resolveExisting(only);
  if (entry.kind === 'folder') return findLabeled(entry.path);
  if (extname(entry.path).toLowerCase() === '.csv') return readManifest(entry.path);
  throw invalidArgument('path', 'a folder of class folders or a .csv manifest', entry.path);
}

function finish(source: ImageSource): ImageSource {
  const { root, samples, problems } = source;
  problems.sort((a, b) => compareCodeUnits(a.file, b.file));
  if (samples.length === 0) {
    const [first] = problems;
    const reason =
      first === undefined
        ? ''
        : ` Problems: ${problems.length}, such as ${first.file}: ${first.message}.`;
    throw new RoentgenError(
      'ERR_EMPTY_DATASET',
      `No image was found in ${root}. Expected CLASS/*, {train,val,test}/CLASS/* or a manifest.${reason}`,
      { details: { problems } },
    );
  }
  samples.sort((a, b) => compareCodeUnits(a.name, b.name));
  return source;
}
