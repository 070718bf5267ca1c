/** Whether a run still reproduces: its files, weights, images, splits, predictions and figures. */
export { verify } from './verify.js';
export type { VerifyOptions } from './verify.js';
export type {
  Verification,
  VerificationCheck,
  VerificationCheckName,
  VerificationFinding,
  VerificationStatus,
} from './types.js';
