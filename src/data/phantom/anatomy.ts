/** The chest of one patient: where its organs lie, and how much X-ray each point stops. */
import { edge, length, smoothStep, valueNoise, type Random } from './noise.js';

/**
 * One patient's build. Lengths are in half image widths: x from −1 (the patient's right, left in the image) to 1,
 * y from −1 (top) to 1.
 */
export interface Patient {
  /** Soft tissue in front of and behind the lungs. */
  tissue: number;
  lungWidth: number;
  lungTop: number;
  /** Height of each hemidiaphragm's dome; the liver lifts the right one. */
  diaphragm: { right: number; left: number };
  costophrenicDepth: number;
  /** Half width of the mediastinum, and what aorta, left ventricle and right atrium add to it. */
  mediastinum: number;
  aorta: number;
  ventricle: number;
  atrium: number;
  /** Where the heart begins to bulge. */
  heartTop: number;
  ribs: { first: number; spacing: number; droop: number; width: number; density: number };
  clavicle: { height: number; slope: number; density: number };
  /** How dense the pulmonary vessels are. */
  vessels: number;
  breast: number;
  gastricBubble: number;
  textureSeed: number;
}

/** What differs between two images of one patient. */
export interface Pose {
  /** Radians. */
  rotation: number;
  scale: number;
  shift: { x: number; y: number };
  /** How far the diaphragm is from its mean position, positive downwards: depth of the breath. */
  breath: number;
  /** Sideways shift of what lies in the middle, from a patient who stands askew. */
  turn: number;
}

export function drawPatient(random: Random): Patient {
  const dome = random.between(0.4, 0.55);
  return {
    tissue: random.between(0.54, 0.66),
    lungWidth: random.between(0.68, 0.78),
    lungTop: random.between(-0.84, -0.74),
    diaphragm: { right: dome, left: dome + random.between(0.02, 0.1) },
    costophrenicDepth: random.between(0.18, 0.3),
    mediastinum: random.between(0.1, 0.14),
    aorta: random.between(0.02, 0.07),
    ventricle: random.between(0.2, 0.33),
    atrium: random.between(0.05, 0.12),
    heartTop: random.between(-0.22, -0.08),
    ribs: {
      first: random.between(-0.8, -0.72),
      spacing: random.between(0.135, 0.16),
      droop: random.between(0.26, 0.4),
      width: random.between(0.028, 0.038),
      density: random.between(0.08, 0.14),
    },
    clavicle: {
      height: random.between(-0.6, -0.5),
      slope: random.between(0.18, 0.42),
      density: random.between(0.1, 0.17),
    },
    vessels: random.between(0.7, 1.3),
    breast: random.chance(0.4) ? random.between(0.03, 0.1) : 0,
    gastricBubble: random.chance(0.5) ? random.between(0.08, 0.2) : 0,
    textureSeed: Math.floor(random.next() * 2 ** 31),
  };
}

export function drawPose(random: Random): Pose {
  return {
    rotation: 0.035 * random.normal(),
    scale: random.between(0.94, 1.08),
    shift: { x: 0.03 * random.normal(), y: 0.03 * random.normal() },
    breath: random.between(-0.07, 0.06),
    turn: 0.02 * random.normal(),
  };
}

/** What lies at one point. */
export interface Tissue {
  /** Attenuation without vessels and findings; the air outside is 0, the heart over the spine about 1. */
  density: number;
  /** Share of aerated lung, 0 to 1: where vessels and findings can be seen. */
  lung: number;
}

export function tissueAt(patient: Patient, pose: Pose, x: number, y: number): Tissue {
  const body = bodyAt(x, y);
  if (body === 0) return { density: 0, lung: 0 };
  const lateral = Math.abs(x);
  const side = x < 0 ? -1 : 1;
  const dome = domeAt(patient, pose, side, lateral);
  const middle = middleAt(patient, x - pose.turn, y - 0.4 * pose.breath);
  const lung = lungAt(patient, pose, lateral, y, dome) * (1 - 0.92 * middle);

  // Air weighs nothing; the lung is thinner towards its outer rim.
  const air = lung * (0.24 + 0.12 * smoothStep((patient.lungWidth + 0.06 - lateral) / 0.3));
  const soft = patient.tissue * chestThickness(x) - air + 0.07 * middle;
  const bones =
    spineAt(x - pose.turn, y) +
    clavicles(patient, lateral, y) +
    scapulae(lateral, y) +
    edge(patient.lungWidth + 0.07 - lateral, 0.03) *
      // The beam hardens in heart and liver: ribs stand out less against them.
      (1 - 0.45 * Math.max(middle, edge(y - dome, 0.02))) *
      (posteriorRibs(patient, lateral, y) + anteriorRibs(patient, lateral, y));
  const density =
    soft +
    bones -
    tracheaAt(x - pose.turn, y) +
    abdomenAt(patient, x, y, dome) +
    breasts(patient, lateral, y) +
    0.06 * (valueNoise(patient.textureSeed, 3 * x, 3 * y) - 0.5);
  return { density: body * density, lung };
}

/** Neck, shoulders, arms and flanks, with soft edges. */
function bodyAt(x: number, y: number): number {
  const lateral = Math.abs(x);
  const shoulder = -1.15 + 0.42 * smoothStep((lateral - 0.12) / 0.8);
  const flank = 0.89 + 0.45 * smoothStep((-0.12 - y) / 0.55) + 0.03 * y;
  return edge(y - shoulder, 0.03) * edge(flank - lateral, 0.025);
}

/** An ellipse seen from the front, relative to its middle. */
function chestThickness(x: number): number {
  return 0.6 + 0.4 * Math.sqrt(Math.max(0, 1 - (x / 1.05) ** 2));
}

/** One lung; its outline is the same on both sides but for the diaphragm. */
function lungAt(patient: Patient, pose: Pose, lateral: number, y: number, dome: number): number {
  const height = (y - patient.lungTop) / (1.25 + 0.3 * pose.breath);
  if (height <= 0 || y > dome + 0.02) return 0;
  // From the apex both borders part like a dome; the outer one keeps widening to the base.
  const apex = 0.36;
  const outer = apex + (patient.lungWidth - apex) * opening(height / 0.85);
  const inner = apex - (apex - 0.03) * opening(height / 0.25);
  return edge(outer - lateral, 0.022) * edge(lateral - inner, 0.03) * edge(dome - y, 0.018);
}

/** A quarter of an ellipse, from 0 at 0 to 1 at 1. */
function opening(share: number): number {
  return share >= 1 ? 1 : Math.sqrt(share * (2 - share));
}

/** The diaphragm's height at a distance from the midline: a dome that falls off to the costophrenic angle. */
function domeAt(patient: Patient, pose: Pose, side: -1 | 1, lateral: number): number {
  const top = side < 0 ? patient.diaphragm.right : patient.diaphragm.left;
  const offset = (lateral - 0.34) / (patient.lungWidth - 0.34);
  const drop = offset > 0 ? patient.costophrenicDepth : 0.08;
  return top + pose.breath + drop * offset ** 2;
}

/** Heart, great vessels and hila: what hides the lung's middle. */
function middleAt(patient: Patient, x: number, y: number): number {
  // Further out than the largest heart.
  if (Math.abs(x) > 0.65) return 0;
  const { mediastinum, aorta, ventricle, atrium, heartTop } = patient;
  const throat = 0.04 * smoothStep((-0.55 - y) / 0.3);
  const left =
    mediastinum +
    throat +
    aorta * Math.exp(-(((y + 0.36) / 0.09) ** 2)) +
    ventricle *
      smoothStep((y - heartTop) / 0.55) *
      (1 - 0.35 * smoothStep((y - heartTop - 0.5) / 0.35));
  const right = mediastinum + throat + atrium * smoothStep((y - heartTop) / 0.35);
  const silhouette = edge(x > 0 ? left - x : right + x, 0.035);
  const hilum = 0.3 * ellipse((Math.abs(x) - 0.15) / 0.09, (y + 0.06) / 0.14, 0.6);
  return Math.max(silhouette, hilum);
}

function ellipse(across: number, down: number, softness: number): number {
  return edge(1 - length(across, down), softness);
}

/** Liver, spleen and the stomach's bubble of gas, below the diaphragm. */
function abdomenAt(patient: Patient, x: number, y: number, dome: number): number {
  const below = edge(y - dome, 0.02);
  if (below === 0) return 0;
  const bubble = ellipse((x - 0.4) / 0.2, (y - patient.diaphragm.left - 0.18) / 0.1, 0.4);
  return below * (0.08 - patient.gastricBubble * bubble);
}

function spineAt(x: number, y: number): number {
  if (Math.abs(x) > 0.11) return 0;
  // 14 vertebrae to the image, with darker discs between.
  const vertebra = 0.7 + 0.3 * Math.abs(Math.sin((Math.PI * y) / 0.145));
  return 0.09 * vertebra * edge(0.085 - Math.abs(x), 0.02);
}

function tracheaAt(x: number, y: number): number {
  const tube = edge(0.042 - Math.abs(x), 0.018) * edge(-0.2 - y, 0.05);
  // Carina at −0.2; from there the main bronchi part.
  const reach = y + 0.2;
  const bronchi =
    edge(0.028 - Math.abs(Math.abs(x) - 0.9 * reach), 0.018) *
    edge(0.07 - Math.abs(reach - 0.07), 0.02);
  return 0.12 * Math.max(tube, 0.7 * bronchi);
}

/** A rib in cross-section: a tube, whose walls stop more than its middle. */
function ribProfile(distance: number, width: number): number {
  const relative = Math.abs(distance) / width;
  return relative > 1.35 ? 0 : edge(1 - relative, 0.35) * (0.62 + 0.38 * relative * relative);
}

const posteriorRibCount = 11;

/** The back ribs: from the spine outwards, first level, then ever steeper down. */
function posteriorRibs({ ribs }: Patient, lateral: number, y: number): number {
  if (lateral < 0.08) return 0;
  for (let rib = 0; rib < posteriorRibCount; rib += 1) {
    const reach = (1 + 0.07 * rib) * lateral;
    const level = ribs.first + rib * ribs.spacing + ribs.droop * reach * reach - 0.07 * lateral;
    const profile = ribProfile(y - level, ribs.width);
    // The first ribs are short hoops.
    if (profile > 0) return ribs.density * profile * edge(0.42 + 0.13 * rib - lateral, 0.05);
  }
  return 0;
}

/** The front ribs: fainter, falling towards the midline, ending in cartilage that X-rays do not show. */
function anteriorRibs({ ribs }: Patient, lateral: number, y: number): number {
  for (let rib = 1; rib < 7; rib += 1) {
    const toMidline = patientRim - lateral;
    const level =
      ribs.first + 0.1 + rib * ribs.spacing * 1.2 + 0.5 * toMidline * (1 - 0.25 * toMidline);
    const profile = ribProfile(y - level, 1.15 * ribs.width);
    if (profile > 0) return 0.55 * ribs.density * profile * edge(lateral - 0.3 - 0.025 * rib, 0.06);
  }
  return 0;
}

/** Where back ribs turn into front ribs. */
const patientRim = 0.78;

function clavicles({ clavicle }: Patient, lateral: number, y: number): number {
  const ends = edge(lateral - 0.08, 0.03) * edge(0.85 - lateral, 0.06);
  if (ends === 0) return 0;
  const level = clavicle.height - clavicle.slope * (lateral - 0.1) - 0.03 * Math.sin(6 * lateral);
  return clavicle.density * ends * ribProfile(y - level, 0.04);
}

/** The blades' inner borders run from the shoulders down and slightly outwards. */
function scapulae(lateral: number, y: number): number {
  const border = 0.66 + 0.18 * (y + 0.6);
  return 0.05 * edge(lateral - border, 0.03) * edge(0.05 - y, 0.15) * edge(y + 0.7, 0.06);
}

function breasts({ breast }: Patient, lateral: number, y: number): number {
  return breast === 0 ? 0 : breast * ellipse((lateral - 0.42) / 0.36, (y - 0.22) / 0.36, 0.25);
}
