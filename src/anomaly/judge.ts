/** How well detectors tell anomalies from normal images, at a threshold and without one. */
import { aurocEstimate, rateEstimate } from '../evaluation/index.js';
import { RoentgenError } from '../native/index.js';
import { detectors } from './detectors.js';
import type { AnomalyThreshold, DetectorName, DetectorResult, FlaggedShare } from './types.js';

/** Images with known classes, and what one detector makes of them. */
export interface Judged {
  /** [N]. */
  scores: Float64Array;
  /** Names of the classes, [N]. */
  classes: readonly string[];
  normal: string;
}

/** @throws RoentgenError ERR_SINGLE_CLASS where the images are all normal, or all anomalies */
export function judge(
  name: DetectorName,
  { scores, classes, normal }: Judged,
  threshold: AnomalyThreshold,
): DetectorResult {
  const auroc = aurocEstimate(
    [...scores],
    classes.map((label) => label !== normal),
  );
  if (auroc === null) throw oneKind(classes, normal);
  const others = [...new Set(classes)].filter((label) => label !== normal).sort();
  const flagged = [normal, ...others].flatMap((label) =>
    countFlagged(label, { scores, classes, normal }, threshold.value),
  );
  const [ofNormal, ...ofOthers] = flagged;
  const images = ofOthers.reduce((sum, row) => sum + row.images, 0);
  const hits = ofOthers.reduce((sum, row) => sum + row.flagged, 0);
  return {
    name,
    title: detectors[name].title,
    auroc,
    threshold,
    flagged,
    balancedAccuracy: (hits / images + 1 - (ofNormal?.share.value ?? 0)) / 2,
  };
}

/** @throws RoentgenError ERR_SINGLE_CLASS where images of these classes are all normal, or all anomalies */
export function checkKinds(classes: readonly string[], normal: string): void {
  if (new Set(classes.map((label) => label === normal)).size < 2) throw oneKind(classes, normal);
}

function oneKind(classes: readonly string[], normal: string): RoentgenError {
  const what = classes.includes(normal) ? normal : `anomalies, none is ${normal}`;
  return new RoentgenError(
    'ERR_SINGLE_CLASS',
    `The images to judge on are all ${what}: a detector can only be judged on images of both kinds. Add some, or score ` +
      'images with --detector.',
  );
}

function countFlagged(
  label: string,
  { scores, classes }: Judged,
  threshold: number,
): FlaggedShare[] {
  const own = scores.filter((_, at) => classes[at] === label);
  const flagged = own.filter((score) => score > threshold).length;
  const share = rateEstimate(flagged, own.length);
  return share ? [{ class: label, images: own.length, flagged, share }] : [];
}
