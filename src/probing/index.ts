/** Shortcut probes: whether labels can be told without seeing the lungs. */
export { formatProbes } from './formatProbes.js';
export { probe, probeFile } from './probe.js';
export { readProbes } from './readProbes.js';
export type { ProbeHooks, ProbeOptions } from './subject.js';
export type { Judgment, ProbeEvent, ProbeFinding, ProbeReport, ProbeVerdict } from './types.js';
