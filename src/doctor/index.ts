/** Whether roentgen works on this machine. */
export { doctor } from './doctor.js';
export { formatDoctor } from './formatDoctor.js';
export type { Check, CheckStatus, DoctorReport } from './types.js';
