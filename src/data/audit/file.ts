/** The audit of a run's data, as a file in its directory. */
import { join } from 'node:path';
import { z } from 'zod';
import { errorCodes, readJsonFile, writeFileAtomic, type ErrorCode } from '../../native/index.js';
import type { Audit } from './types.js';

const auditFile = 'audit.json';

const status = z.enum(['pass', 'warn', 'fail']);

const auditSchema: z.ZodType<Audit> = z.object({
  verdict: status,
  headline: z.string(),
  sources: z.array(z.string()),
  dataHash: z.string(),
  images: z.number(),
  groups: z.number(),
  classes: z.array(z.string()),
  checks: z.array(
    z.object({
      name: z.string(),
      title: z.string(),
      status,
      count: z.number(),
      summary: z.string(),
    }),
  ),
  findings: z.array(
    z.object({
      check: z.string(),
      status,
      files: z.array(z.string()),
      message: z.string(),
      code: z
        .custom<ErrorCode>((code) => typeof code === 'string' && code in errorCodes)
        .optional(),
    }),
  ),
  seconds: z.number(),
});

/** @throws RoentgenError ERR_NO_SPACE, ERR_IO */
export async function writeAudit(folder: string, audit: Audit): Promise<void> {
  await writeFileAtomic(join(folder, auditFile), `${JSON.stringify(audit, null, 2)}\n`);
}

/**
 * Null where the folder has none.
 * @throws RoentgenError ERR_INVALID_FILE, ERR_IO
 */
export async function readAudit(folder: string): Promise<Audit | null> {
  return readJsonFile(join(folder, auditFile), auditSchema, 'Audit the data again.');
}
