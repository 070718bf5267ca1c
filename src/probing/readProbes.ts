/** The probes of a run, as `probe` left them in its directory. */
import { join } from 'node:path';
import { z } from 'zod';
import { readJsonFile } from '../native/index.js';
import type { ProbeResult } from '../report/index.js';
import { probeFile } from './probe.js';

const reportSchema = z.object({
  probes: z.array(
    z.object({
      name: z.string(),
      title: z.string(),
      accuracy: z.number(),
      balancedAccuracy: z.number(),
      auroc: z.number().nullable(),
      aurocInterval: z.tuple([z.number(), z.number()]).nullable(),
      explainedShare: z.number().nullable(),
      flagged: z.boolean(),
      decides: z.boolean().optional(),
    }),
  ),
});

/**
 * Null where the run has not been probed.
 * @throws RoentgenError ERR_INVALID_FILE, ERR_IO
 */
export async function readProbes(runDirectory: string): Promise<ProbeResult[] | null> {
  const path = join(runDirectory, probeFile);
  const report = await readJsonFile(path, reportSchema, 'Probe the run again.');
  return report && report.probes;
}
