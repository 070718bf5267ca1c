/** Predictions inside a Node service against onnxruntime-node, on the same networks. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { onnxruntimeVersion } from '../../src/benchmark/index.js';
import { packageRoot, RoentgenError, systemInfo } from '../../src/native/index.js';
import { inTurn, program, run, runForOne } from './child.js';
import type { Finding } from './finding.js';
import { radiographs } from './images.js';
import { judge } from './inferenceFindings.js';
import { batch, cores, sidesFor, type Results, type Side } from './inferenceSides.js';
import { besideNeighbor } from './neighbor.js';
import { findOnnxruntime } from './onnxruntime.js';
import type { Context, Part } from './part.js';
import type { InferencePlan, InferenceResult } from './programs/infer.js';
import { median } from './statistics.js';

const models = ['resnet18', 'resnet50'];
const efforts = {
  full: { rounds: 5, seconds: 5, commands: 9 },
  quick: { rounds: 2, seconds: 1.5, commands: 3 },
};

interface DrawnModel {
  name: string;
  path: string;
  onnx: string;
}

export const inference: Part = {
  name: 'inference',
  method:
    `Networks of two classes with drawn weights on 1×224×224, ${cores} cores, each engine in processes of its own, in ` +
    'turn; a value is the median or the rate of one process. Ours: `model.predictTensor` with the defaults of ' +
    '`loadModel`; native: the compiled network below it, all cores on one batch. onnxruntime: onnxruntime-node ' +
    `${onnxruntimeVersion} with the file of our ONNX export, fp32, all optimizations, all cores on one call. Both get ` +
    `the same normalized noise. Latency: one image after another. Throughput: batches of ${batch} one after another; ` +
    `ours single calls, ${batch * cores} of which wait at any time; “apart” is onnxruntime with a batch on each core ` +
    'at the same time. Busy neighbor: a process with one thread that never rests. First answer: from the start of the ' +
    'process, with libraries and model. `roentgen predict`: from the shell to its end. All files are in the page cache.',
  async measure(context) {
    const { folder, say } = context;
    const onnxruntime = await findOnnxruntime(say);
    const drawn = await run<DrawnModel>(program('draw', folder, ...models));
    const findings: Finding[] = [];
    for (const model of drawn) findings.push(...(await compare(model, onnxruntime, context)));
    for (const model of drawn) findings.push(await coldCommand(model, context));
    return findings;
  },
};

async function compare(
  model: DrawnModel,
  onnxruntime: string,
  { effort, say }: Context,
): Promise<Finding[]> {
  const { rounds, seconds } = efforts[effort];
  const sides = Object.entries(sidesFor(systemInfo().autoPrecision));
  say(`inference ${model.name}: ${rounds} × ${sides.length} processes`);
  const measured = await inTurn(
    rounds,
    sides.map(
      ([, side]) =>
        () =>
          measureSide(side, model, onnxruntime, seconds),
    ),
  );
  const results: Results = Object.fromEntries(
    sides.map(([name], at) => [name, measured[at] ?? []]),
  );
  return judge(model.name, results);
}

function measureSide(
  { neighbor = false, workers = 1, perCall = batch, inFlight = 1, measures, ...side }: Side,
  model: DrawnModel,
  onnxruntime: string,
  seconds: number,
): Promise<InferenceResult> {
  const plan: InferencePlan = {
    ...{ ...side, cores, workers, perCall, inFlight, onnxruntime },
    model: side.engine === 'onnxruntime' ? model.onnx : model.path,
    // One image takes a tenth of what a batch does.
    latencySeconds: measures === 'throughput' ? 0 : seconds / 3,
    throughputSeconds: measures === 'latency' ? 0 : seconds,
  };
  const measure = (): Promise<InferenceResult> =>
    runForOne<InferenceResult>(program('infer', JSON.stringify(plan)));
  return neighbor ? besideNeighbor(measure) : measure();
}

async function coldCommand(
  { name, path }: DrawnModel,
  { effort, folder, say }: Context,
): Promise<Finding> {
  const { commands } = efforts[effort];
  say(`inference ${name}: ${commands} × roentgen predict`);
  const images = join(await radiographs(join(folder, `images ${name}`), 2), 'NORMAL');
  const [image = ''] = await readdir(images);
  const predict = (): Promise<number> => secondsOf('predict', path, join(images, image));
  await predict(); // brings the files into the page cache
  const [values = []] = await inTurn(commands, [predict]);
  return {
    what: `roentgen predict of one image, ${name}`,
    value: median(values),
    unit: 's',
    bar: { atMost: 1.2 },
    series: [{ label: 'whole command', unit: 's', values }],
  };
}

/** Of a whole `roentgen` command. */
async function secondsOf(...args: string[]): Promise<number> {
  const started = performance.now();
  const script = join(packageRoot, 'scripts', 'roentgen.mjs');
  const child = spawn(process.execPath, [script, ...args], { stdio: ['ignore', 'ignore', 'pipe'] });
  const [messages, [code]] = await Promise.all([
    text(child.stderr),
    once(child, 'close') as Promise<[number | null]>,
  ]);
  if (code === 0) return (performance.now() - started) / 1000;
  throw new RoentgenError('ERR_INTERNAL', `roentgen ${args.join(' ')} failed:\n${messages}`);
}
