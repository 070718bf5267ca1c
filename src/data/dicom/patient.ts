/** Which patient a DICOM file is of, without saying who: a salted hash that groups images and tells nothing. */
import { createHmac, randomBytes } from 'node:crypto';
import { mkdir, open, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { writeError } from '../../native/index.js';
import { cacheFolder } from '../packPlace.js';
import { isDicom, readPatientId } from './header.js';

const saltName = 'patient-salt';
/** Patient and study come before the picture; headers rarely have more. */
const headBytes = 64 * 1024;
const shownDigits = 16;

/**
 * Keys of the patients of DICOM files, the same for one patient and this machine's user, of no use elsewhere; undefined
 * for files that name no patient. The salt is made once and kept in the cache folder, readable by its owner alone.
 * @throws RoentgenError ERR_IO, ERR_NO_SPACE
 */
export async function patientKeys(
  paths: readonly string[],
  cacheDir?: string,
): Promise<(string | undefined)[]> {
  if (paths.length === 0) return [];
  const salt = await readSalt(join(cacheFolder(cacheDir), saltName));
  return Promise.all(
    paths.map(async (path) => {
      const id = await patientIdOf(path);
      if (id === undefined) return undefined;
      return `patient-${createHmac('sha256', salt).update(id).digest('hex').slice(0, shownDigits)}`;
    }),
  );
}

async function patientIdOf(path: string): Promise<string | undefined> {
  const file = await open(path).catch(() => undefined);
  if (file === undefined) return undefined;
  try {
    const head = Buffer.alloc(headBytes);
    const { bytesRead } = await file.read(head, 0, headBytes, 0);
    const bytes = head.subarray(0, bytesRead);
    return isDicom(bytes) ? readPatientId(bytes) : undefined;
  } catch {
    // A header that cannot be read is told when the picture is decoded.
    return undefined;
  } finally {
    await file.close();
  }
}

async function readSalt(path: string): Promise<Buffer> {
  const known = await readFile(path).catch(() => undefined);
  if (known !== undefined) return known;
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, randomBytes(32), { flag: 'wx', mode: 0o600 });
  } catch (cause) {
    // Another process may have made it in between.
    if (!(cause instanceof Error && 'code' in cause && cause.code === 'EEXIST')) {
      throw writeError(path, cause);
    }
  }
  return readFile(path);
}
