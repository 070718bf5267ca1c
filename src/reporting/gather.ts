/** Everything that a run directory holds, as the content of its report. */
import { readAudit } from '../data/index.js';
import { readLedger } from '../evaluation/index.js';
import { loadModel } from '../inference/index.js';
import { RoentgenError } from '../native/index.js';
import { readProbes } from '../probing/index.js';
import type { ReportContent } from '../report/index.js';
import { readRun } from '../training/index.js';
import { readEvaluations } from './evaluations.js';
import {
  describeInitialization,
  describeNormalization,
  settingFacts,
  versionFacts,
  warningsOf,
} from './facts.js';

/**
 * @throws RoentgenError ERR_NOT_FOUND where the folder is no run or has no model yet; ERR_INVALID_CONFIG,
 * ERR_INVALID_FILE naming a damaged file; ERR_UNSUPPORTED for a run whose network has no classes
 */
export async function gatherReport(runDirectory: string): Promise<ReportContent> {
  const run = await readRun(runDirectory);
  using model = await loadModel(runDirectory);
  if (model.task !== 'classification') {
    throw new RoentgenError(
      'ERR_UNSUPPORTED',
      `${runDirectory} trained ${run.settings.model}, which restores images: a report is about classes.`,
    );
  }
  const { channels, height, width } = model.format;
  const ledger = await readLedger(runDirectory);
  const probes = await readProbes(runDirectory);
  const { settings, data, dataHash, images, history, end } = run;
  return {
    title: run.name,
    created: run.started,
    architecture: model.architecture,
    parameters: model.parameters,
    classes: model.classes,
    input: [channels, height, width].join('×'),
    tta: model.tta,
    data: {
      source: data,
      hash: dataHash,
      ...images,
      groupBy: settings.groupBy ?? 'kermany',
      normalization: describeNormalization(run.normalization),
    },
    settings: settingFacts(settings),
    versions: versionFacts(run.versions),
    initialization: describeInitialization(settings),
    warnings: warningsOf(run, model.decision, probes),
    history,
    bestEpoch: run.best?.epoch ?? history.length,
    evalMetric: settings.evalMetric,
    stopReason: end?.stopReason ?? 'interrupted',
    seconds: end?.seconds ?? history.reduce((total, { seconds }) => total + seconds, 0),
    decisionRule: model.decision,
    audit: await readAudit(runDirectory),
    probes,
    ledger,
    evaluations: await readEvaluations(runDirectory, run),
  };
}
