/** `roentgen demo`: the whole path on synthetic radiographs, with its results explained. */
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { demo, type DemoEvent, type DemoPrediction, type DemoResult } from '../demo/index.js';
import { formatMetrics } from '../evaluation/index.js';
import { styleFor } from './style.js';
import type { Terminal } from './terminal.js';
import { alignColumns, formatPercent, formatSeconds, plural } from './text.js';
import { createTrainingReporter } from './trainingProgress.js';
import type { Verb } from './verb.js';

const flags = z.strictObject({
  output: z.string().default('runs').describe('Folder for the images and the run'),
  quick: z
    .boolean()
    .default(false)
    .describe('Seconds instead of a minute, and a model that has learned next to nothing'),
});

export const demoVerb: Verb = {
  description:
    'Draws synthetic radiographs, trains a small network on them, evaluates it, predicts a few, writes a ' +
    'report, and says where it all is. About a minute on two cores.',
  positionals: {},
  flags: { Demonstration: flags },
  examples: [{ command: 'demo --quick', explanation: 'only to see that everything runs' }],
  async run(args, session) {
    const signal = session.catchInterrupt('Stopping …');
    const onEvent = createDemoReporter(session.terminal);
    const result = await demo(args.flags(flags), { signal, onEvent });
    return { text: describeDemo(result), json: result, showsPredictions: true };
  },
};

type Stage = Extract<DemoEvent, { kind: 'stage' }>['stage'];

const stages: readonly (readonly [stage: Stage, title: string])[] = [
  ['draw', 'Drawing synthetic chest radiographs: healthy, bacterial and viral pneumonia'],
  ['train', 'Training a small network on them'],
  ['evaluate', 'Evaluating it on radiographs that it has never seen'],
  ['predict', 'Predicting a few of these'],
  ['report', 'Writing the report'],
];

function createDemoReporter(terminal: Terminal): (event: DemoEvent) => void {
  const training = createTrainingReporter(terminal);
  return (event) => {
    if (event.kind === 'training') {
      training(event.event);
      return;
    }
    const position = stages.findIndex(([stage]) => stage === event.stage);
    const title = stages[position]?.[1] ?? '';
    terminal.print(terminal.style.bold(`${position + 1}/${stages.length} ${title}`));
  };
}

function describeDemo(result: DemoResult): string {
  const { evaluation, predictions, seconds } = result;
  const { bold } = styleFor(process.stdout);
  const sections: [title: string, lines: readonly string[]][] = [
    [
      `On ${plural(evaluation.samples, 'test radiograph')}`,
      evaluation.metrics
        ? formatMetrics(evaluation.metrics, evaluation.intervals ?? undefined)
            .trimEnd()
            .split('\n')
        : [],
    ],
    [plural(predictions.length, 'prediction'), predictionLines(predictions)],
    ['Where everything is', places(result)],
    ['What to try next', nextCommands(result)],
  ];
  const body = sections.map(
    ([title, lines]) =>
      `${bold(title)}\n${lines.map((line) => `  ${line}`.trimEnd()).join('\n')}\n`,
  );
  return `\n${body.join('\n')}\nDone in ${formatSeconds(seconds)}.\n`;
}

function predictionLines(predictions: readonly DemoPrediction[]): string[] {
  const rows = predictions.map(({ filename, label, probability, truth }) => [
    filename,
    label,
    formatPercent(probability),
    label === truth ? 'right' : 'wrong',
  ]);
  return alignColumns([['radiograph', 'prediction', 'probability', ''], ...rows], 'llrl');
}

function places({ run, evaluation, predictionsFile, report, data }: DemoResult): string[] {
  return alignColumns([
    [report.html, 'all of it as one page: open it in a browser'],
    [run.model, 'the model: weights, classes, preprocessing'],
    [join(run.runDirectory, 'curves.svg'), 'loss and accuracy, epoch by epoch'],
    [join(run.runDirectory, 'config.yaml'), 'all that repeats this run'],
    [evaluation.output ?? '', 'report, confusion matrix, ROC curves'],
    [predictionsFile, 'the predictions above'],
    [data.images, 'the radiographs'],
  ]);
}

function nextCommands({ run, data }: DemoResult): string[] {
  const other = join(dirname(dirname(data.images)), 'other-scanner');
  return alignColumns([
    [`npx roentgen predict ${run.runDirectory} ${join(data.images, 'val')}`, 'more predictions'],
    [`npx roentgen data phantom ${other} --scanner second`, 'lungs from another scanner …'],
    [`npx roentgen evaluate ${run.runDirectory} ${join(other, 'images')}`, '… and what it costs'],
    ['npx roentgen train FOLDER --model resnet18', 'your own images, as FOLDER/CLASS/*'],
  ]);
}
