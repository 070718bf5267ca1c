/** Runs all checks, one after the other, and lets none of them stop the rest. */
import { packageRoot, packageVersion } from '../native/index.js';
import { machineChecks } from './machine.js';
import { addonCheck, softwareChecks } from './software.js';
import { trialChecks } from './trials.js';
import type { Check, CheckSpec, DoctorReport, Finding } from './types.js';

/**
 * Checks Node, LibTorch, the processor, CUDA, sharp, memory and disk, and trains one step. Never throws: what is
 * broken is in the report, with its remedy. Takes a second.
 */
export async function doctor(): Promise<DoctorReport> {
  const checks: Check[] = [];
  let addonLoads = true;
  for (const check of [...softwareChecks, ...machineChecks, ...trialChecks]) {
    if (check.needsAddon && !addonLoads) continue;
    const finding = await examine(check);
    if (check.name === addonCheck && finding.status === 'failed') addonLoads = false;
    checks.push({ name: check.name, ...finding });
  }
  const healthy = checks.every(({ status }) => status !== 'failed');
  return { healthy, version: packageVersion, root: packageRoot, checks };
}

async function examine({ run, remedy }: CheckSpec): Promise<Finding> {
  try {
    return await run();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { status: 'failed', summary: reason.split('\n')[0] ?? reason, remedy };
  }
}
