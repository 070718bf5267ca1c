/** What a verification found: a check for each thing that must not have changed. */

/** `unchecked`: what is needed for it is not there. */
export type VerificationStatus = 'ok' | 'differs' | 'unchecked';

export const checkNames = [
  'files',
  'weights',
  'images',
  'splits',
  'predictions',
  'figures',
] as const;
/** What a check compares. */
export type VerificationCheckName = (typeof checkNames)[number];

/** One thing that differs, and how. */
export interface VerificationFinding {
  /** The file, tensor, image or figure that it is about. */
  subject: string;
  message: string;
}

/** One comparison of a run with what it was. */
export interface VerificationCheck {
  name: VerificationCheckName;
  /** Folder of the results, relative to the run; empty for the run's own. */
  folder: string;
  status: VerificationStatus;
  /** One line: what was compared, and how it came out. */
  summary: string;
  findings: VerificationFinding[];
}

/** What a run is found to be, check by check. */
export interface Verification {
  run: string;
  /** Where the images of the run were read. */
  data: string;
  /** `reproduced` where every check is ok, `incomplete` where some could not be made. */
  verdict: 'reproduced' | 'incomplete' | 'differs';
  checks: VerificationCheck[];
  /** SHA-256 of the run's checksums.json, to be noted elsewhere: nothing in the run vouches for that file. */
  fingerprint: string;
  /** Versions of roentgen, torch and node that wrote the run. */
  writtenBy: Readonly<Record<string, string>>;
  verifiedBy: Readonly<Record<string, string>>;
  seconds: number;
}

/** `ok` without findings, else `differs`. */
export function toCheck(
  name: VerificationCheckName,
  findings: VerificationFinding[],
  summary: string,
): Omit<VerificationCheck, 'folder'> {
  return { name, status: findings.length === 0 ? 'ok' : 'differs', summary, findings };
}

export function unchecked(
  name: VerificationCheckName,
  summary: string,
): Omit<VerificationCheck, 'folder'> {
  return { name, status: 'unchecked', summary, findings: [] };
}
