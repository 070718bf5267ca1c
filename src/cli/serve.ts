/** `roentgen serve`: models as a service over HTTP, until it is told to stop. */
import { predictorSettingsSchema } from '../inference/index.js';
import {
  accessSchema,
  limitsSchema,
  operationSchema,
  serve,
  type RunningServer,
} from '../serving/index.js';
import { notice } from '../models/index.js';
import { styleFor } from './style.js';
import type { Terminal } from './terminal.js';
import { alignColumns, formatCount, formatPercent, plural } from './text.js';
import type { Verb } from './verb.js';

export const serveVerb: Verb = {
  description:
    'Answers over HTTP what models think of images: POST /predict and /explain, the Open Inference ' +
    'Protocol under /v2, Prometheus metrics at /metrics, a page at /. Files that change are loaded beside ' +
    'the old ones and take their place without a lost request. The log is JSON on stderr.',
  positionals: {
    models:
      'Model files, run directories, name=path, name@version=path, or folders of runs or <name>/<version>/*.safetensors',
  },
  flags: {
    Access: accessSchema,
    Limits: limitsSchema,
    Operation: operationSchema,
    Prediction: predictorSettingsSchema,
  },
  examples: [
    { command: 'serve runs/demo', explanation: 'for this machine alone' },
    {
      command: 'serve chest=runs/best --host 0.0.0.0 --token-file token',
      explanation: 'for all who have the token',
    },
  ],
  async run(args, session) {
    // From the start: a signal that comes while models are loaded ends it as well as a later one.
    const stop = askedToStop(session.terminal);
    const server = await serve({
      models: args.positionals('models'),
      ...args.flags(accessSchema),
      ...args.flags(limitsSchema),
      ...args.flags(operationSchema),
      ...args.flags(predictorSettingsSchema),
    });
    const { url, models, authenticated } = server;
    const asJson = (): string => `${JSON.stringify({ url, authenticated, models })}\n`;
    process.stdout.write(session.json ? asJson() : describeServer(server));
    await stop;
    const finished = await server.close();
    const text = finished ? 'Stopped.\n' : 'Stopped, and cut what was not finished in time.\n';
    return { text, json: undefined, failed: !finished };
  },
};

/** Waits for Ctrl-C, or for what supervisors send; the second time the process ends at once. */
async function askedToStop(terminal: Terminal): Promise<void> {
  const signals = ['SIGINT', 'SIGTERM'] as const;
  await new Promise<void>((resolve) => {
    const stop = (): void => {
      for (const signal of signals) process.removeListener(signal, stop);
      terminal.print('Finishing what was accepted …');
      resolve();
    };
    for (const signal of signals) process.on(signal, stop);
  });
}

/** What is served, to whom, and how much of it. */
function describeServer(server: RunningServer): string {
  const { bold, dim } = styleFor(process.stdout);
  const header = ['model', 'version', 'architecture', 'input', 'answers'];
  const table = alignColumns([header, ...server.models.map(modelRow)]).map((line, row) =>
    row === 0 ? dim(line) : line,
  );
  return [
    '',
    `${bold('Serving')} ${plural(server.models.length, 'model')} at ${bold(server.url)}`,
    '',
    ...table,
    '',
    ...alignColumns(facts(server)),
    '',
    'Ctrl-C finishes what was accepted, and ends.',
    dim(notice),
    '',
    '',
  ]
    .map((line) => (line === '' ? line : `  ${line}`))
    .join('\n');
}

function modelRow(model: RunningServer['models'][number]): string[] {
  const { name, version, architecture, classes, input, operatingPoint: point, abstains } = model;
  const { channels, height, width } = input;
  const answers = point
    ? `${point.positive} from ${formatPercent(point.threshold)} on`
    : classes.join(', ');
  return [
    name,
    version,
    architecture,
    `${channels}×${height}×${width}`,
    abstains ? `${answers}, or uncertain` : answers,
  ];
}

function facts({ url, authenticated, settings }: RunningServer): [string, string][] {
  const { rateLimit, maxImages, maxBodyMiB, maxPixels, capacity, requestTimeout } = settings;
  const { reloadInterval, precision } = settings;
  const header = authenticated ? " -H 'Authorization: Bearer …'" : '';
  return [
    ['access', `${authenticated ? 'with the token' : 'without a token'}, on ${settings.host}`],
    ['a request', `${plural(maxImages, 'image')}, ${maxBodyMiB} MiB, ${requestTimeout} s`],
    ['an image', `${formatCount(maxPixels)} pixels`],
    [
      'a client',
      rateLimit === 0 ? 'any number of requests' : `${plural(rateLimit, 'request')} a minute`,
    ],
    ['in work', `${plural(capacity, 'image')} at most, ${precision}`],
    [
      'new files',
      reloadInterval === 0 ? 'never looked for' : `looked for every ${reloadInterval} s`,
    ],
    ['try', `curl${header} -F file=@image.png ${url}/predict`],
  ];
}
