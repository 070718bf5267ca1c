/** Climbing the ladder: what repairs bring the target's embeddings nearer to the source's, without a label. */
import { formatRepairs, referenceQuantiles, type Repair } from '../../data/index.js';
import { RoentgenError } from '../../native/index.js';
import { acceptedOfBoth, acceptedShare, sharesOn } from '../answers.js';
import {
  judge,
  leastGain,
  standAdapted,
  standUnder,
  type Climb,
  type Standing,
} from './attempt.js';
import { errorOfGain } from './gain.js';
import { refusedForLooks, sharesAgree } from './prior.js';
import { inOrder, pixelRungs, type PixelRung } from './rungs.js';
import type { Ladder, Trial } from './types.js';

const criterion =
  'A repair is kept where it brings the embeddings of the target nearer to those of the source: MMD², with the ' +
  "source's classes in whatever shares fit best, so that more or fewer sick are no shift, falls by more than " +
  `${leastGain} standard errors (of the same images, in whole patients). Of several the one that gains most is kept, ` +
  'and the others are tried on top of it, until MMD² is no larger than between halves of the source. Then come AdaBN, ' +
  'by the same rule, and the shares of the classes: these are re-estimated where no change of looks is left, neither in ' +
  'MMD² nor in what the gate refuses, since the estimate takes all change for one of shares, where others bring MMD² ' +
  'down by as much, and where answers and embeddings agree on them. No label of the target is looked at.';

/** @throws RoentgenError as `answersOf` and `decodeImages`; ABORT_ERR */
export async function climbLadder(climb: Climb): Promise<Ladder> {
  const { study, ofModel, hooks } = climb;
  const { source, target } = study;
  const { usual } = ofModel.drift;
  const own = target.format.repairs ?? [];
  const start: Standing = { repairs: own, answers: ofModel.target, mixed: ofModel.mixed };
  const trials: Trial[] = [];
  const quantiles = await referenceQuantiles(source.dataset, target.format, source.positions, {
    signal: hooks.signal,
  });
  const repairsOf = (rungs: readonly PixelRung[]): Repair[] => [
    ...own,
    ...inOrder(rungs).map(({ repair }) => repair(quantiles)),
  ];
  let [standing, rungs]: [Standing, PixelRung[]] = [start, []];
  for (let round = 1; standing.mixed.least.squared > usual; round += 1) {
    const tried = await tryRungs(climb, standing, { rungs, round, repairsOf });
    trials.push(...tried.map(({ trial }) => trial));
    const best = tried.find(({ trial }) => trial.outcome === 'kept');
    if (best === undefined) break;
    standing = best.standing;
    rungs = [...rungs, best.rung];
  }
  const adapted = standing.mixed.least.squared > usual ? await tryAdapting(climb, standing) : null;
  if (adapted) trials.push(adapted.trial);
  const adaBN = adapted?.trial.outcome === 'kept';
  if (adaBN && adapted.standing) standing = adapted.standing;
  const prior = tryShares(climb, standing);
  trials.push(prior);
  const rounds = numberRounds(trials);
  return {
    criterion,
    trials: rounds,
    kept: rounds.filter(({ outcome }) => outcome === 'kept').map(({ title }) => title),
    repairs: [...standing.repairs],
    ...{ adaBN, prior: prior.outcome === 'kept' },
    accepted: acceptedShares(start, standing),
    ...{ before: start.mixed.least.squared, after: standing.mixed.least.squared, usual },
  };
}

function acceptedShares(before: Standing, after: Standing): Ladder['accepted'] {
  const [first, last] = [acceptedShare(before.answers), acceptedShare(after.answers)];
  return first && last && { before: first.value, after: last.value };
}

/** AdaBN and the shares come in rounds of their own, after the last of the pixels. */
function numberRounds(trials: readonly Trial[]): Trial[] {
  const last = Math.max(0, ...trials.map(({ round }) => round));
  let extra = last;
  return trials.map((trial) => (trial.round > 0 ? trial : { ...trial, round: (extra += 1) }));
}

interface Tried {
  rung: PixelRung;
  trial: Trial;
  standing: Standing;
}

/** Each rung whose stage is free on top of those that stand; the one that gains most comes first. */
async function tryRungs(
  climb: Climb,
  before: Standing,
  {
    rungs,
    round,
    repairsOf,
  }: {
    rungs: readonly PixelRung[];
    round: number;
    repairsOf: (rungs: readonly PixelRung[]) => Repair[];
  },
): Promise<Tried[]> {
  const taken = new Set(rungs.map(({ stage }) => stage));
  const open = pixelRungs.filter(({ stage }) => !taken.has(stage));
  const tried: Tried[] = [];
  for (const [at, rung] of open.entries()) {
    const { name, title } = rung;
    climb.hooks.onEvent?.({ kind: 'step', title: `trying ${title}`, share: at / open.length });
    const standing = await standUnder(climb, repairsOf([...rungs, rung]));
    const trial = { round, rung: name, title, ...judge(before, standing, climb) };
    tried.push({ rung, trial, standing });
  }
  tried.sort((a, b) => (b.trial.gain ?? 0) - (a.trial.gain ?? 0));
  const best = tried.find(({ trial }) => trial.outcome === 'kept');
  return tried.map((one) =>
    one !== best && one.trial.outcome === 'kept'
      ? { ...one, trial: { ...one.trial, outcome: 'outdone' } }
      : one,
  );
}

async function tryAdapting(
  climb: Climb,
  before: Standing,
): Promise<{ trial: Trial; standing: Standing | null }> {
  const named = { round: 0, rung: 'adaBN', title: 'AdaBN' } as const;
  climb.hooks.onEvent?.({ kind: 'step', title: `trying ${named.title}`, share: 0 });
  try {
    const standing = await standAdapted(climb, before.repairs);
    return { trial: { ...named, ...judge(before, standing, climb) }, standing };
  } catch (error) {
    if (!(error instanceof RoentgenError) || error.code !== 'ERR_UNSUPPORTED') throw error;
    const trial = { ...named, ...unmeasured, outcome: 'notApplicable' as const };
    return {
      trial: { ...trial, reason: 'the network has no batch normalization' },
      standing: null,
    };
  }
}

const unmeasured = {
  ...{ remaining: null, gain: null, error: null },
  ...{ accepted: null, accuracy: null, reason: null },
};

function tryShares({ study, ofModel }: Climb, { answers, mixed }: Standing): Trial {
  const named = { round: 0, rung: 'prior', title: 'prior re-estimation', ...unmeasured } as const;
  if (ofModel.model.decision === null) {
    const reason =
      'the model has no decision rule, which calibrated probabilities take: calibrate it';
    return { ...named, outcome: 'notApplicable', reason };
  }
  const shares = sharesOn(ofModel.source, answers, mixed.least);
  const accepted = acceptedOfBoth(ofModel.source.answers, answers);
  const refused = accepted && refusedForLooks(accepted, shares.source);
  if (refused || mixed.least.squared > ofModel.drift.usual) {
    return { ...named, remaining: mixed.least.squared, outcome: 'otherShift' };
  }
  const groups = { source: study.source.groups, target: study.target.groups };
  const gain = mixed.asIs.squared - mixed.least.squared;
  const error = errorOfGain(mixed.asIs, mixed.least, groups);
  const agreed = sharesAgree(shares) ? 'kept' : 'disagreeing';
  const outcome = gain <= leastGain * error ? 'noise' : agreed;
  return { ...named, remaining: mixed.least.squared, gain, error, outcome };
}

/** "inverted, border cropped; AdaBN"; "nothing". */
export function describeRepair({ repairs, adaBN, prior }: Ladder): string {
  const parts = [
    ...(repairs.length > 0 ? [formatRepairs(repairs)] : []),
    ...(adaBN ? ['batch normalization re-estimated'] : []),
    ...(prior ? ['class shares re-estimated'] : []),
  ];
  return parts.join('; ') || 'nothing';
}
