/** Synthetic frontal chest radiographs, drawn from a seed: for demonstrations and tests, not for medicine. */
import { invalidArgument } from '../../native/index.js';
import { drawPatient, drawPose, tissueAt, type Pose } from './anatomy.js';
import { drawFinding, phantomKinds, type PhantomKind } from './findings.js';
import { combineSeeds, Random } from './noise.js';
import { expose, scanners, type Scanner } from './scanner.js';
import { growVessels, paintVessels } from './vessels.js';

export interface PhantomOptions {
  kind: PhantomKind;
  /** Height and width in pixels, 16 to 4096. Default 128. */
  size?: number;
  /** Integer ≥ 0. Same options, same pixels. Default 0. */
  seed?: number;
  /** Integer ≥ 0: each has a build and, unless normal, a finding of its own. Default 0. */
  patient?: number;
  /** Integer ≥ 0: images of a patient differ in posture, breath and exposure. Default 0. */
  image?: number;
  /** `second` has another tone curve, blur, noise, shutters and marker. Default `primary`. */
  scanner?: Scanner;
}

export interface Phantom {
  size: number;
  /** uint8 [size, size] gray values. */
  pixels: Uint8Array;
  /** uint8 [size, size]: 255 in the lungs, 0 elsewhere. */
  mask: Uint8Array;
  /** uint8 [size, size]: 255 where pneumonia was drawn, 0 elsewhere; all 0 for `normal`. */
  finding: Uint8Array;
}

/** Lung from this share of air on counts as lung in the mask. */
const maskThreshold = 0.5;
/** Added attenuation that a reader could see against the noise. */
const visibleFinding = 0.03;

/** What each random stream is for: so that a change to one leaves the others as they were. */
const streams = { patient: 1, vessels: 2, finding: 3, pose: 4, exposure: 5 } as const;

/**
 * One synthetic radiograph: body, lungs, heart, ribs, clavicles, spine and vessels of a random build; `bacterial` adds
 * one soft-edged lobar opacity, `viral` a reticular pattern on both sides, both of varying strength.
 * @throws RoentgenError ERR_INVALID_ARGUMENT
 */
export function drawPhantom(options: PhantomOptions): Phantom {
  const { kind, size, seed, patient: number, image, scanner } = checkOptions(options);
  const randomFor = (stream: keyof typeof streams, ...rest: number[]) =>
    new Random(combineSeeds(seed, number, streams[stream], ...rest));
  const patient = drawPatient(randomFor('patient'));
  const finding = drawFinding(kind, randomFor('finding', phantomKinds.indexOf(kind)));
  const pose = drawPose(randomFor('pose', image));
  const place = placeOf(pose, size);

  const vessels = new Float32Array(size * size);
  const tree = growVessels(randomFor('vessels'));
  paintVessels(vessels, size, tree, place.toPixels, finding.thickening);

  const density = new Float32Array(size * size);
  const mask = new Uint8Array(size * size);
  const findingMask = new Uint8Array(size * size);
  for (let row = 0, at = 0; row < size; row += 1) {
    for (let column = 0; column < size; column += 1, at += 1) {
      const { x, y } = place.toPatient(column, row);
      const tissue = tissueAt(patient, pose, x, y);
      const added = tissue.lung > 0 ? tissue.lung * finding.densityAt(x, y) : 0;
      const vessel = (vessels[at] ?? 0) * patient.vessels * tissue.lung;
      density[at] = tissue.density + vessel + added;
      mask[at] = tissue.lung > maskThreshold ? 255 : 0;
      findingMask[at] = kind !== 'normal' && added > visibleFinding ? 255 : 0;
    }
  }
  const pixels = expose(
    density,
    size,
    scanner,
    randomFor('exposure', image, scanners.indexOf(scanner)),
  );
  return { size, pixels, mask, finding: findingMask };
}

/** From pixels to the patient's coordinates and back. */
function placeOf({ rotation, scale, shift }: Pose, size: number) {
  const [cos, sin] = [Math.cos(rotation), Math.sin(rotation)];
  return {
    toPatient: (column: number, row: number) => {
      const across = ((2 * column + 1) / size - 1 - shift.x) / scale;
      const down = ((2 * row + 1) / size - 1 - shift.y) / scale;
      return { x: cos * across + sin * down, y: cos * down - sin * across };
    },
    toPixels: ({ x, y }: { x: number; y: number }) => ({
      x: ((cos * x - sin * y) * scale + shift.x + 1) * 0.5 * size - 0.5,
      y: ((sin * x + cos * y) * scale + shift.y + 1) * 0.5 * size - 0.5,
    }),
  };
}

function checkOptions(options: PhantomOptions): Required<PhantomOptions> {
  const checked = {
    size: 128,
    seed: 0,
    patient: 0,
    image: 0,
    scanner: 'primary' as const,
    ...options,
  };
  if (!phantomKinds.includes(checked.kind)) {
    throw invalidArgument('kind', `one of ${phantomKinds.join(', ')}`, checked.kind);
  }
  if (!scanners.includes(checked.scanner)) {
    throw invalidArgument('scanner', `one of ${scanners.join(', ')}`, checked.scanner);
  }
  if (!Number.isInteger(checked.size) || checked.size < 16 || checked.size > 4096) {
    throw invalidArgument('size', 'an integer between 16 and 4096', checked.size);
  }
  for (const name of ['seed', 'patient', 'image'] as const) {
    if (!Number.isSafeInteger(checked[name]) || checked[name] < 0) {
      throw invalidArgument(name, 'an integer of at least 0', checked[name]);
    }
  }
  return checked;
}
