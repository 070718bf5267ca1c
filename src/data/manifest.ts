/** CSV manifests, `filepath,label[,split,patient_id,mask]`, read strictly and written. */
import { readFile } from 'node:fs/promises';
import { basename, dirname, relative, resolve, sep } from 'node:path';
import { RoentgenError, invalidArgument, writeFileAtomic } from '../native/index.js';
import { mapConcurrently } from './concurrency.js';
import { formatCsv, parseCsv } from './csv.js';
import type { CsvRow } from './csv.js';
import { pathKind } from './files.js';
import { describeUnusable } from './found.js';
import type { Findings, Found } from './found.js';
import { parseSplit } from './split.js';
import type { ImageSource, Problem, Split } from './types.js';

/** In the order in which they are written. Others are allowed, and ignored. */
const columns = ['filepath', 'label', 'split', 'patient_id', 'mask'] as const;
type Column = (typeof columns)[number];

type Entry = { line: number } & Readonly<Record<Column, string>>;

/** How many files are looked up at once: more than libuv's four threads gain nothing. */
const lookups = 4;

/**
 * The images that a manifest lists. Paths are relative to the manifest's folder; a file that is
 * missing or no image becomes a problem. `split` is filled in every row or in none.
 * @throws RoentgenError ERR_INVALID_MANIFEST with line and column, ERR_IO
 */
export async function readManifest(file: string): Promise<Findings> {
  const rows = parseCsv(await readText(file), file);
  const records = toEntries(rows, file);
  const found = records.map((record) => toFound(record, file));
  refuseDuplicates(records, found, file);
  refusePartialSplits(records, found, file);

  const findings: Findings = { root: file, kind: 'manifest', found: [], problems: [] };
  const problems = await mapConcurrently(found, lookups, findProblem);
  for (const [position, entry] of found.entries()) {
    const problem = problems[position];
    if (problem === undefined) {
      findings.found.push(entry);
    } else {
      const line = records[position]?.line ?? 0;
      const message = `${problem.message} (line ${line} of ${basename(file)})`;
      findings.problems.push({ file: entry.name, code: problem.code, message });
    }
  }
  return findings;
}

function invalidManifest(file: string, place: string, message: string): RoentgenError {
  return new RoentgenError('ERR_INVALID_MANIFEST', `${file}, ${place}: ${message}`);
}

async function readText(file: string): Promise<string> {
  const bytes = await readFile(file).catch((cause: unknown) => {
    throw new RoentgenError('ERR_IO', `The manifest ${file} cannot be read`, { cause });
  });
  try {
    // Takes off the byte-order mark that spreadsheets write.
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new RoentgenError(
      'ERR_INVALID_MANIFEST',
      `${file} is not UTF-8. Save it as "CSV UTF-8".`,
      {
        cause,
      },
    );
  }
}

function toEntries([header, ...rows]: readonly CsvRow[], file: string): Entry[] {
  const names = header?.cells.map((cell) => cell.trim()) ?? [];
  const place = `line ${header?.line ?? 1}`;
  for (const required of ['filepath', 'label']) {
    if (names.includes(required)) continue;
    const actual = names.length === 0 ? 'nothing' : names.join(',');
    throw invalidManifest(
      file,
      `${place}, column "${required}"`,
      `missing. The header must be filepath,label[,split,patient_id,mask] but is ${actual}`,
    );
  }
  const twice = names.find((name, position) => names.indexOf(name) !== position);
  if (twice !== undefined)
    throw invalidManifest(file, `${place}, column "${twice}"`, 'given twice');

  return rows.map(({ line, cells }) => {
    if (cells.length !== names.length) {
      throw invalidManifest(
        file,
        `line ${line}, column ${Math.min(cells.length, names.length) + 1}`,
        `expected ${names.length} fields as in the header, found ${cells.length}`,
      );
    }
    const cellOf = (column: Column): string => cells[names.indexOf(column)] ?? '';
    return {
      line,
      // A file's name may well begin or end with a space; nothing else may.
      filepath: cellOf('filepath'),
      mask: cellOf('mask'),
      label: cellOf('label').trim(),
      split: cellOf('split').trim(),
      patient_id: cellOf('patient_id').trim(),
    };
  });
}

function toFound(record: Entry, file: string): Found {
  for (const column of ['filepath', 'label'] as const) {
    if (record[column] === '') {
      throw invalidManifest(file, `line ${record.line}, column "${column}"`, 'empty');
    }
  }
  const split = parseSplit(record.split) ?? null;
  if (split === null && record.split !== '') {
    throw invalidManifest(
      file,
      `line ${record.line}, column "split"`,
      `expected train, val or test, found ${record.split}`,
    );
  }
  const folder = dirname(file);
  const path = resolve(folder, record.filepath);
  return {
    path,
    name: toName(folder, path),
    className: record.label,
    split,
    ...(record.patient_id === '' ? {} : { patient: record.patient_id }),
    ...(record.mask === '' ? {} : { mask: resolve(folder, record.mask) }),
  };
}

/** A path relative to a folder, with '/' separators. */
function toName(folder: string, path: string): string {
  return relative(folder, path).split(sep).join('/');
}

function refuseDuplicates(records: readonly Entry[], found: readonly Found[], file: string): void {
  const lines = new Map<string, number>();
  for (const [position, { name }] of found.entries()) {
    const line = records[position]?.line ?? 0;
    const earlier = lines.get(name);
    if (earlier !== undefined) {
      const place = `line ${line}, column "filepath"`;
      throw invalidManifest(file, place, `${name} is already listed in line ${earlier}`);
    }
    lines.set(name, line);
  }
}

/** A row without a split among rows that have one would never be used, and nobody would notice. */
function refusePartialSplits(
  records: readonly Entry[],
  found: readonly Found[],
  file: string,
): void {
  if (found.every(({ split }) => split === null)) return;
  const missing = records.find(({ split }) => split === '');
  if (missing === undefined) return;
  const place = `line ${missing.line}, column "split"`;
  throw invalidManifest(file, place, 'empty, though other rows have a split. Fill it in every row');
}

async function findProblem({ path, mask }: Found): Promise<Omit<Problem, 'file'> | undefined> {
  const kind = await pathKind(path);
  if (kind === undefined) return { code: 'ERR_NOT_FOUND', message: 'no such file' };
  const unusable = describeUnusable(basename(path), kind);
  if (unusable !== undefined) return unusable;
  if (mask === undefined || (await pathKind(mask)) === 'file') return undefined;
  return { code: 'ERR_NOT_FOUND', message: `no such mask: ${mask}` };
}

/**
 * Writes a source's samples as a manifest, with `assignment` (one split per sample, in their order)
 * as splits; paths are relative to the manifest's folder, so that the two can move together. Under
 * a temporary name first, then renamed.
 * @throws RoentgenError ERR_INVALID_ARGUMENT, ERR_NO_SPACE, ERR_IO
 */
export async function writeManifest(
  source: ImageSource,
  assignment: readonly (Split | null)[],
  file: string,
): Promise<void> {
  const { samples, classes } = source;
  if (assignment.length !== samples.length) {
    const expected = `one split for each of ${samples.length} samples`;
    throw invalidArgument('assignment', expected, assignment.length);
  }
  const target = resolve(file);
  const folder = dirname(target);
  const hasMasks = samples.some(({ mask }) => mask !== undefined);
  const header = columns.filter((column) => column !== 'mask' || hasMasks);
  const rows = samples.map((sample, position) => {
    const label = classes[sample.label];
    if (label === undefined) {
      throw invalidArgument('source', 'a label for every sample', `none for ${sample.name}`);
    }
    const cells: Readonly<Record<Column, string>> = {
      filepath: toName(folder, sample.path),
      label,
      split: assignment[position] ?? '',
      patient_id: sample.group,
      mask: sample.mask === undefined ? '' : toName(folder, sample.mask),
    };
    return header.map((column) => cells[column]);
  });
  await writeFileAtomic(target, formatCsv([header, ...rows]));
}
