/** All checks, in the order in which they are told. */
import type { Check } from './check.js';
import { classBalance, splitPrevalence } from './classBalance.js';
import { exactDuplicates, nearDuplicates } from './copies.js';
import { labelConflicts } from './labelConflicts.js';
import { oddImages } from './oddImages.js';
import { patientOverlap } from './patientOverlap.js';
import { brightnessByClass, sizeByClass } from './shortcuts.js';
import { unreadable } from './unreadable.js';

export const checks: readonly Check[] = [
  patientOverlap,
  exactDuplicates,
  nearDuplicates,
  labelConflicts,
  unreadable,
  oddImages,
  classBalance,
  splitPrevalence,
  brightnessByClass,
  sizeByClass,
];
