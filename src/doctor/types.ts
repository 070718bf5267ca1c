/** What a check is, and what it says. */

/** `warning`: it works, though not as well as it could. */
export type CheckStatus = 'ok' | 'warning' | 'failed';

/** What one check found. */
export interface Finding {
  status: CheckStatus;
  /** What was found, in one line. */
  summary: string;
  /** What helps: a command, or a sentence. There wherever `status` is not `ok`. */
  remedy?: string;
}

/** One check of the machine, with its name. */
export interface Check extends Finding {
  name: string;
}

/** Whether everything works on this machine, check by check. */
export interface DoctorReport {
  /** Whether no check failed. */
  healthy: boolean;
  /** Of roentgen. */
  version: string;
  /** Folder that roentgen is installed in. */
  root: string;
  checks: Check[];
}

/** A check throws, or returns what it found. */
export interface CheckSpec {
  name: string;
  /** Left out where the addon cannot be loaded, which is told once. */
  needsAddon?: boolean;
  /** What helps when it throws. */
  remedy: string;
  run: () => Finding | Promise<Finding>;
}
