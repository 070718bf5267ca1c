/** `roentgen evaluate`: how good a model is on labeled images. */
import { z } from 'zod';
import { splits } from '../data/index.js';
import { formatDecision, formatMetrics, type ReconstructionMetrics } from '../evaluation/index.js';
import {
  evaluate,
  isRunDirectory,
  type EvaluateEvent,
  type EvaluateResult,
} from '../inference/index.js';
import { aggregateRuns } from './evaluateRuns.js';
import { UsageError } from './failure.js';
import { inferenceFlags } from './inferenceFlags.js';
import { createPackingReporter } from './packingProgress.js';
import { progressLine } from './progressLine.js';
import { writeRunReport } from './runReport.js';
import { labelFlags } from './labelFlags.js';
import { readingFlags } from './sharedFlags.js';
import type { Terminal } from './terminal.js';
import { alignColumns, describeTta, formatCount, plural } from './text.js';
import type { Verb } from './verb.js';

const flags = inferenceFlags.extend({
  split: z
    .enum([...splits, 'all'])
    .optional()
    .describe('Images to look at [test where the data have splits, else all]'),
  map: z
    .array(z.string())
    .optional()
    .describe("Classes of DATA by the model's names, as COVID=PNEUMONIA,Normal=NORMAL"),
  positive: z
    .string()
    .optional()
    .describe('Of two classes the one whose recall is the sensitivity [the last]'),
  why: z
    .string()
    .optional()
    .describe("What the figures are for, kept in the run's ledger [to report a figure]"),
  runs: z
    .array(z.string())
    .optional()
    .describe('Instead of MODEL and DATA: runs evaluated already, whose figures are averaged'),
  output: z
    .string()
    .optional()
    .describe(
      'New folder for metrics, predictions and charts [in the run directory, if one is given]',
    ),
});
/** The model says which classes there are. */
const imageFlags = labelFlags.omit({ classes: true });

export const evaluateVerb: Verb = {
  description:
    'Prints precision, recall and F1 as scikit-learn does, the confusion matrix, accuracy and AUROC. ' +
    'Where the model has a decision rule, also calibration, operating point and prediction sets, with intervals. ' +
    'With a run directory or --output it also writes metrics.json, predictions.csv, charts and pictures of the errors, ' +
    'and it renews the report of a run, whose ledger keeps every look at test images.',
  positionals: {
    model: 'Run directory or model file',
    data: 'Folder of class folders, a CSV manifest, or a packed file',
  },
  flags: { Evaluation: flags, Images: imageFlags, Reading: readingFlags },
  examples: [
    { command: 'evaluate runs/demo chest_xray', explanation: 'the test split' },
    {
      command: 'evaluate --runs runs/a runs/b runs/c',
      explanation: 'mean and interval over runs of several seeds',
    },
    {
      command: 'evaluate model.safetensors hospital_b --split all --output report_b',
      explanation: 'all images from elsewhere',
    },
  ],
  async run(args, session) {
    const { keepGoing, ...reading } = args.flags(readingFlags);
    const { runs, ...options } = args.flags(flags);
    if (runs) return aggregateRuns(runs, args, options.positive);
    const [model, data] = [args.optional('model'), args.optional('data')];
    if (model === undefined || data === undefined) {
      throw new UsageError('Expected MODEL and DATA, or --runs', 'roentgen evaluate');
    }
    const result = await evaluate(
      {
        ...{ model, data },
        ...options,
        ...args.flags(imageFlags),
        ...reading,
        keepGoing,
      },
      {
        signal: session.catchInterrupt('Stopping …'),
        onEvent: createEvaluationReporter(session.terminal),
      },
    );
    const isRun = result.metrics !== null && isRunDirectory(model);
    const report = isRun ? await writeRunReport(model) : '';
    return {
      text: `${describeEvaluation(result)}${report}`,
      json: result,
      problems: result.problems,
      keepGoing,
      showsPredictions: true,
    };
  },
};

/** Progress of whatever runs a model over a packed dataset. */
export function createEvaluationReporter(
  terminal: Terminal,
  doing = 'evaluating',
): (event: EvaluateEvent) => void {
  const packing = createPackingReporter(terminal);
  return (event) => {
    if (event.kind === 'packing') {
      packing(event);
      return;
    }
    const { step, steps, samples, elapsedSeconds } = event;
    terminal.live((width) => {
      const parts = [
        { text: doing, rank: 0 },
        { text: `${formatCount(samples)} images`, rank: 1 },
        { text: `${(samples / elapsedSeconds).toFixed(0)} img/s`, rank: 2 },
      ];
      return progressLine(parts, step / steps, width, terminal.style);
    });
  };
}

/** The report, and where its files are. */
function describeEvaluation(result: EvaluateResult): string {
  const { split, samples, loss, metrics, intervals, reconstruction, decision, output } = result;
  const which = split === 'all' ? 'all splits' : split;
  const repaired = result.repair === null ? '' : `Repaired: ${result.repair}\n`;
  const title = `${plural(samples, 'image')} (${which}), loss ${loss.toFixed(4)}\n${repaired}${describeTta(result.tta)}`;
  const report = metrics ? formatMetrics(metrics, intervals ?? undefined) : '';
  const decisions =
    metrics && decision
      ? `\n${formatDecision(decision, { classes: metrics.classes, images: samples })}`
      : '';
  const errors = reconstruction ? describeReconstruction(reconstruction) : '';
  const looks = result.looks === null ? '' : `\n${describeLooks(result.looks)}\n`;
  const place = output === null ? '' : `\n  files  ${output}\n`;
  return `${title}\n${report}${decisions}${errors}${looks}${place}`;
}

function describeLooks(looks: number): string {
  const times = looks === 1 ? 'once' : `${looks} times`;
  return `These images have been looked at ${times} with models of this run (ledger.jsonl).`;
}

function describeReconstruction({ mean, std, min, max, quantiles }: ReconstructionMetrics): string {
  const figures = { mean, std, min, ...quantiles, max };
  const rows = Object.entries(figures).map(([name, value]) => [name, value.toPrecision(4)]);
  return `${["Mean squared error of an image's normalized pixels", ...alignColumns(rows, 'lr')].join('\n')}\n`;
}
