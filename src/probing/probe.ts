/** Probing a collection for shortcuts: what can be told of the labels without looking at the lungs. */
import { join } from 'node:path';
import { writeFileAtomic } from '../native/index.js';
import { conclude, hasEnoughGroups, judge, rule } from './judgment.js';
import { learnAndAnswer } from './learn.js';
import { judgeModel } from './modelJudgment.js';
import { probes, type Probe } from './probes.js';
import { openSubject, type ProbeHooks, type ProbeOptions, type Subject } from './subject.js';
import type { Material, ProbeFinding, ProbeReport, View } from './types.js';

export const probeFile = 'probe.json';

/**
 * Trains small networks that see only what cannot show disease (facts of the files, the border, the image without the
 * lungs) or hardly anything of it (brightness, a thumbnail), on the training images, and judges them, and the model of
 * a run, on a validation part that shares no patient with these. The test split is not read.
 *
 * With a run it writes `probe.json` into its directory. The same data, options and number of threads give the same
 * figures. For research and education: not a medical device.
 *
 * @throws RoentgenError as `openSubject` says: `openData`'s, ERR_INVALID_ARGUMENT, ERR_NOT_FOUND, ERR_MODEL_MISMATCH,
 * ERR_UNSUPPORTED, ERR_EMPTY_DATASET, ERR_SINGLE_CLASS; ERR_UNREADABLE_IMAGE; ERR_NO_SPACE, ERR_IO; ABORT_ERR
 */
export async function probe(options: ProbeOptions, hooks: ProbeHooks = {}): Promise<ProbeReport> {
  const started = performance.now();
  using subject = await openSubject(options, hooks);
  const { material, seed, run } = subject;
  const { index, positions, train } = material;
  const validation = positions.slice(train);
  const groups = validation.map((position) => index.groups[position] ?? '');
  const labels = labelsOf(material, validation);

  const seen = await seeAll(subject, hooks);
  const model = await judgeModel(subject, hooks);
  const chance = 1 / new Set(labels).size;
  const circumstances = {
    deciding: seen.views.filter(({ probe }) => probe.decides).length,
    enoughGroups: hasEnoughGroups(labels, groups),
    ...{ chance, model },
  };
  const findings: ProbeFinding[] = [];
  for (const { probe, view } of seen.views) {
    const probabilities = await answer(probe, view, subject, hooks);
    const scored = { probabilities, labels, groups, classes: index.classes.length };
    findings.push(conclude(probe, judge(scored, index.classes, seed), circumstances));
  }
  const output = run && join(run.path, probeFile);
  const report: ProbeReport = {
    data: options.data,
    dataHash: index.sourceHash,
    classes: index.classes,
    train,
    validation: validation.length,
    validationGroups: new Set(groups).size,
    validationFrom: subject.validationFrom,
    seed,
    chance,
    model,
    probes: findings,
    leftOut: seen.leftOut,
    flagged: findings.some(({ flagged }) => flagged),
    rule,
    notes: seen.notes,
    problems: [...subject.problems, ...seen.problems],
    seconds: (performance.now() - started) / 1000,
    output,
  };
  if (output !== null) await writeFileAtomic(output, `${JSON.stringify(report, null, 2)}\n`);
  return report;
}

function labelsOf({ index }: Material, positions: readonly number[]): Int32Array {
  return Int32Array.from(positions, (position) => index.labels[position] ?? -1);
}

/** What a probe that has learned makes of the validation part, row-major [N, classes]. */
async function answer(
  { title, layers }: Probe,
  view: View,
  { material, seed }: Subject,
  { onEvent, signal }: ProbeHooks,
): Promise<Float64Array> {
  const { index, positions, train } = material;
  const lesson = { view, layers, labels: labelsOf(material, positions), train, seed };
  const onShare = (share: number): void => onEvent?.({ kind: 'step', title, share });
  return learnAndAnswer({ ...lesson, classes: index.classes.length }, { onShare, signal });
}

interface Seen {
  views: { probe: Probe; view: View }[];
  leftOut: { name: string; title: string; reason: string }[];
  notes: string[];
  problems: ProbeReport['problems'];
}

/** All views come before the model and the lessons: a folder without masks is an error at once, not after a minute. */
async function seeAll({ material }: Subject, { signal }: ProbeHooks): Promise<Seen> {
  const seen: Seen = { views: [], leftOut: [], notes: [], problems: [] };
  for (const probe of probes) {
    const view = await probe.view(material, signal);
    seen.problems.push(...(view.problems ?? []));
    if ('reason' in view) {
      seen.leftOut.push({ name: probe.name, title: probe.title, reason: view.reason });
      continue;
    }
    seen.views.push({ probe, view });
    if (view.note !== undefined) seen.notes.push(view.note);
  }
  return seen;
}
