/** `roentgen train`: settings from the defaults, a file and flags; the run; and where its results are. */
import { z } from 'zod';
import { formatMetrics } from '../evaluation/index.js';
import { isAbort, RoentgenError, type Group } from '../native/index.js';
import {
  followTraining,
  readLaunch,
  resumeTraining,
  train,
  trainOptionsSchema,
  type StopReason,
  type TrainHooks,
  type Launch,
  type RunResult,
} from '../training/index.js';
import { readConfigFile } from './configFile.js';
import { UsageError } from './failure.js';
import { flagName, settle } from './flags.js';
import { experimentOf, joinLaunched, newestRun } from './group.js';
import { launchProcesses } from './launcher.js';
import { writeRunReport } from './runReport.js';
import { readingFlags } from './sharedFlags.js';
import { formatSeconds } from './text.js';
import { createTrainingReporter } from './trainingProgress.js';
import type { Session } from './session.js';
import type { Arguments, Outcome, Verb } from './verb.js';

const runFlags = readingFlags.extend({
  config: z.string().optional().describe('YAML file of data and settings; flags come before it'),
  output: z.string().default('runs').describe('Parent folder of the run directory'),
  experiment: z.string().optional().describe('Name of the run directory [the model and the time]'),
  resume: z
    .string()
    .optional()
    .describe('Run directory to go on with, instead of DATA and settings'),
  threads: z.number().int().min(1).max(1024).optional().describe('Threads to compute with [cores]'),
});

/** Of training that several processes share. */
const groupFlags = z.strictObject({
  nproc: z
    .number()
    .int()
    .min(1)
    .max(1024)
    .default(1)
    .describe('Processes on this machine that train together; several hosts need a launcher'),
  maxRestarts: z
    .number()
    .int()
    .min(0)
    .default(0)
    .describe('With --nproc: how often all go on from the last checkpoint after one has died'),
  peerTimeout: z
    .number()
    .min(1)
    .default(600)
    .describe('Seconds after which a process that is absent or silent ends all the others'),
});

/** What a configuration file may say. */
const configSchema = trainOptionsSchema.extend({ data: z.string().optional() });

export const trainVerb: Verb = {
  description:
    'Audits the data, trains a classifier, keeps the epoch that validates best, and writes a new run directory with a ' +
    'report and a model card. ' +
    'Settings come from the defaults (in brackets), then the --config file, then the flags.',
  positionals: {
    data: 'Folder root/CLASS/* or root/{train,val,test}/CLASS/*, a CSV manifest, or a packed file',
  },
  flags: { Run: runFlags, Processes: groupFlags, Settings: trainOptionsSchema },
  examples: [
    { command: 'train chest_xray', explanation: 'resnet18, 10 epochs' },
    {
      command: 'train chest_xray --model lmap3 --epochs 20 -b 64 --eval-metric auroc',
      explanation: 'a small network for longer, chosen by AUROC',
    },
    {
      command: 'train -c runs/demo/config.yaml --seed 1',
      explanation: 'repeat a run, but for its seed',
    },
    { command: 'train --resume runs/demo', explanation: 'go on with a run that was interrupted' },
    {
      command: 'train chest_xray --nproc 4 --max-restarts 2',
      explanation:
        'four processes share each batch; torchrun and Slurm start them on several hosts',
    },
  ],
  async run(args, session) {
    const { nproc, maxRestarts, peerTimeout } = args.flags(groupFlags);
    const launch = readLaunch();
    if (launch === null && nproc > 1) {
      const { terminal } = session;
      const failed = await launchProcesses({ count: nproc, maxRestarts, terminal });
      return { text: '', json: undefined, failed };
    }
    if (launch === null) return trainHere(args, session);
    const places = args.flags(runFlags);
    using group = await joinLaunched(launch, { peerTimeout, threads: places.threads });
    if (group.rank === 0) return await trainHere(args, session, { group, launch });
    const { cacheDir, workers } = places;
    // Ctrl-C reaches all processes of a terminal: the first one stops all after the same update.
    session.catchInterrupt('');
    await followTraining(group, { data: args.optional('data'), cacheDir, workers });
    return { text: '', json: undefined };
  },
};

/** Trains in this process: alone, or as the first of a group. */
async function trainHere(args: Arguments, session: Session, shared?: SharedHere): Promise<Outcome> {
  const { config, resume, ...places } = args.flags(runFlags);
  const start =
    resume === undefined
      ? await newTraining(args, config, { ...places, ...shared })
      : resumedTraining(args, resume, { ...places, ...shared });
  const signal = session.catchInterrupt(
    'Stopping to save the last state; Ctrl-C again exits at once',
  );
  const hooks = { signal, onEvent: createTrainingReporter(session.terminal) };
  const result = await start(hooks).catch((error: unknown) => {
    if (isAbort(error)) session.terminal.print(describeAbort(error));
    throw error;
  });
  const report = result.metrics === null ? '' : await writeRunReport(result.runDirectory);
  return {
    text: `${describeResult(result)}${report}`,
    json: result,
    problems: result.problems,
    keepGoing: places.keepGoing,
  };
}

/** The group that this process leads. */
interface SharedHere {
  group: Group;
  launch: Launch;
}

type Start = (hooks: TrainHooks) => Promise<RunResult>;
type RunPlaces = Omit<z.output<typeof runFlags>, 'config' | 'resume'> & Partial<SharedHere>;

async function newTraining(
  args: Arguments,
  config: string | undefined,
  { launch, ...places }: RunPlaces,
): Promise<Start> {
  const { data, settings } = await readSettings(args, config);
  if (launch === undefined) return (hooks) => train({ ...settings, ...places, data }, hooks);
  const experiment = places.experiment ?? experimentOf(launch, settings.model);
  // A name that the user gave may be that of a run of before; a launch's own is its alone.
  const again = launch.attempt > 0 || places.experiment === undefined;
  const left =
    again && experiment !== undefined ? await newestRun(places.output, experiment) : undefined;
  return left === undefined
    ? (hooks) => train({ ...settings, ...places, experiment, data }, hooks)
    : (hooks) => resumeTraining(left, places, hooks);
}

/** A resumed run takes its data and settings from its folder: to name others would be to start another run. */
function resumedTraining(args: Arguments, run: string, places: RunPlaces): Start {
  const [extra] = [...args.given(trainOptionsSchema).keys()].map((key) => `--${flagName(key)}`);
  const surplus = args.optional('data') ?? extra;
  if (surplus !== undefined) {
    throw new UsageError(
      `--resume goes on with the data and settings of ${run}: leave out ${surplus}`,
      'roentgen train',
    );
  }
  const { cacheDir, workers, threads, group } = places;
  return (hooks) => resumeTraining(run, { cacheDir, workers, threads, group }, hooks);
}

/** Defaults < file < flags, and DATA from the command line before the file's. */
async function readSettings(args: Arguments, config: string | undefined) {
  const fromFile = config === undefined ? new Map() : await readConfigFile(config, configSchema);
  const given = new Map([...fromFile, ...args.given(trainOptionsSchema)]);
  const { data: dataOfFile, ...settings } = settle(configSchema, given);
  const data = args.optional('data') ?? dataOfFile;
  if (data !== undefined) return { data, settings };
  throw new UsageError(
    'DATA is missing: name a folder, or `data` in the --config file',
    'roentgen train',
  );
}

/** Before there is a run directory, what packing has done is kept. */
function describeAbort(error: unknown): string {
  const directory = error instanceof RoentgenError ? error.details['runDirectory'] : undefined;
  return typeof directory === 'string'
    ? `Stopped. The last state is saved in ${directory}\nTo go on from it: roentgen train --resume ${directory}`
    : 'Stopped. Images that are decoded need not be decoded again';
}

const stopWords: Readonly<Record<StopReason, string>> = {
  completed: '',
  'early-stopping': ' (stopped early: validation no longer improved)',
  'max-time': ' (stopped: another epoch would not have fit in the time)',
  hook: ' (stopped by a hook)',
};

function describeResult(result: RunResult): string {
  const { metrics, intervals, bestEpoch, seconds, model, runDirectory, stopReason } = result;
  const report =
    metrics === null
      ? ''
      : `\nValidation, epoch ${bestEpoch}:\n\n${formatMetrics(metrics, intervals ?? undefined)}`;
  return `${report}\nTrained in ${formatSeconds(seconds)}${stopWords[stopReason]}\n  run    ${runDirectory}\n  model  ${model}\n`;
}
