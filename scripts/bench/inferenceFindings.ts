/** What the measurements of one network in all engines say. */
import { rateRatio, type Bar, type Finding, type Series } from './finding.js';
import type { Results } from './inferenceSides.js';
import type { InferenceResult } from './programs/infer.js';
import { median } from './statistics.js';

/** Processes of one side. */
type Processes = readonly InferenceResult[];

/** Ours in one precision. */
interface Contender {
  precision: string;
  ours: Processes;
  native: Processes;
  busy: Processes;
  latency: Bar;
  throughput: Bar;
  /** Of outputs. */
  error: Bar;
}

export function judge(model: string, results: Results): Finding[] {
  const { ours = [], native = [], oursBusy = [], oursBf16, nativeBf16, oursBf16Busy } = results;
  const { onnxruntime = [], onnxruntimeBusy = [] } = results;
  const contenders: Contender[] = [
    {
      ...{ precision: 'fp32', ours, native, busy: oursBusy },
      ...{ latency: { atMost: 1.05 }, throughput: { atLeast: 0.95 }, error: { atMost: 1e-4 } },
    },
  ];
  if (oursBf16 && nativeBf16 && oursBf16Busy) {
    contenders.push({
      ...{ precision: 'bf16', ours: oursBf16, native: nativeBf16, busy: oursBf16Busy },
      // bf16 has 8 bits of precision; over all layers 0.004 is usual.
      ...{ latency: { atMost: 0.65 }, throughput: { atLeast: 1.5 }, error: { atMost: 0.02 } },
    });
  }
  return [
    ...contenders.flatMap((contender) => speeds(model, contender, results)),
    ...contenders.map(({ precision, ours: alone, busy }) =>
      slowdown(`${model} in ${precision}`, alone, busy, { atMost: 2 }),
    ),
    slowdown(`${model} in onnxruntime`, onnxruntime, onnxruntimeBusy),
    ...contenders.map((contender) => difference(model, contender, onnxruntime)),
    ...costs(model, results),
  ];
}

function series(
  label: string,
  unit: string,
  processes: Processes,
  value: (result: InferenceResult) => number | null,
): Series {
  return { label, unit, values: processes.map((result) => value(result) ?? NaN) };
}

const latencies = (label: string, processes: Processes): Series =>
  series(label, 'ms', processes, ({ latency }) => latency);
const throughputs = (label: string, processes: Processes): Series =>
  series(label, 'img/s', processes, ({ throughput }) => throughput);

function speeds(
  model: string,
  { precision, ours, native, latency, throughput }: Contender,
  { onnxruntime = [], onnxruntimeApart = [] }: Results,
): Finding[] {
  const one = rateRatio(
    `${model} in ${precision}, latency over onnxruntime's`,
    latencies('ours', ours),
    latencies('onnxruntime', onnxruntime),
    latency,
  );
  const many = rateRatio(
    `${model} in ${precision}, throughput over onnxruntime's`,
    throughputs('ours', ours),
    throughputs('onnxruntime', onnxruntime),
    throughput,
  );
  one.series.push(latencies('native', native));
  many.series.push(
    throughputs('native', native),
    throughputs('onnxruntime apart', onnxruntimeApart),
  );
  return [one, many];
}

function slowdown(what: string, alone: Processes, busy: Processes, bar?: Bar): Finding {
  const [beside, before] = [latencies('beside it', busy), latencies('alone', alone)];
  return {
    what: `${what}, latency beside a busy neighbor over that alone`,
    value: median(beside.values) / median(before.values),
    unit: '×',
    ...(bar && { bar }),
    series: [beside, before],
  };
}

/** Shows that both did the same work: the largest difference of an output, over the largest output or 1. */
function difference(
  model: string,
  { precision, ours, native, busy, error }: Contender,
  onnxruntime: Processes,
): Finding {
  const expected = onnxruntime[0]?.outputs ?? [];
  const size = Math.max(1, ...expected.map(Math.abs));
  const farthest = ({ outputs }: InferenceResult): number =>
    Math.max(...expected.map((value, at) => Math.abs(value - (outputs[at] ?? NaN)))) / size;
  return {
    what: `${model} in ${precision}, largest relative difference of an output from onnxruntime's`,
    value: Math.max(...[...ours, ...native, ...busy].map(farthest)),
    unit: '',
    bar: error,
    series: [],
  };
}

function costs(model: string, { ours = [], onnxruntime = [] }: Results): Finding[] {
  const told = (
    what: string,
    unit: string,
    value: (result: InferenceResult) => number,
  ): Finding => {
    const our = series('ours', unit, ours, value);
    const theirs = series('onnxruntime', unit, onnxruntime, value);
    return { what: `${model}, ${what}`, value: median(our.values), unit, series: [our, theirs] };
  };
  return [
    told('first answer of a new process', 's', ({ firstAnswer }) => firstAnswer),
    told('peak memory of the process', 'MB', ({ peak }) => peak),
  ];
}
