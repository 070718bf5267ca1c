/** What several processes on one machine come to, beside one process with as many threads, and a model of their cost. */
import { freePort } from '../../src/cli/freePort.js';
import { inTurn, program, run } from './child.js';
import { rateRatio, type Bar, type Finding, type Series } from './finding.js';
import type { Effort, Part } from './part.js';
import { median } from './statistics.js';

/** Of a step of all processes together. */
interface Step {
  stepSeconds: number;
  parameters: number;
  norms: number;
}

interface Subject {
  model: string;
  precision: 'fp32' | 'bf16';
  batch: number;
  /** Whether the model of cost is fitted to it; it is checked on the others. */
  tells?: boolean;
  bar?: Bar;
}

const subjects: readonly Subject[] = [
  { model: 'resnet18', precision: 'fp32', batch: 32, bar: { atLeast: 0.95 } },
  { model: 'resnet18', precision: 'bf16', batch: 32 },
  { model: 'resnet34', precision: 'fp32', batch: 16 },
  { model: 'resnet50', precision: 'fp32', batch: 16, tells: true },
  { model: 'alexnet', precision: 'fp32', batch: 32, tells: true },
  { model: 'lmap3', precision: 'fp32', batch: 32 },
];

const efforts: Record<Effort, { rounds: number; epochs: number }> = {
  full: { rounds: 3, epochs: 4 },
  quick: { rounds: 1, epochs: 2 },
};

/** Processes, of one thread each. */
const processes = 2;

export const distributed: Part = {
  name: 'distributed',
  method:
    `Training steps at 224², Adam, images of noise: one process with ${processes} threads; ${processes} processes of ` +
    `one thread that share each batch (\`--nproc ${processes}\`); and ${processes} that know nothing of each other, ` +
    "each with its part of the batch. An epoch has three steps, each process's first is a warm-up. The model of " +
    'cost: a shared step takes the time of the part beside the other processes, plus a time for each parameter ' +
    'whose gradient is exchanged, plus a time for each wait, two for each batch normalization. What resnet50 and ' +
    'alexnet take tells the two times; the other networks are foretold.',
  async measure({ effort, say }) {
    const costs: Cost[] = [];
    for (const subject of subjects) {
      say(`distributed ${subject.model}, ${subject.precision}, batch ${subject.batch}`);
      costs.push(await measureCost(subject, effort));
    }
    return [...costs.map(scaling), ...predictions(costs)];
  },
};

interface Cost {
  subject: Subject;
  /** Seconds of steps. */
  together: Series;
  threads: Series;
  apart: Series;
  parameters: number;
  norms: number;
}

async function measureCost(subject: Subject, effort: Effort): Promise<Cost> {
  const { model, precision, batch } = subject;
  const { rounds, epochs } = efforts[effort];
  const start = (size: number, threads: number, place: readonly (string | number)[] = []) =>
    run<Step>(program('share', ...[model, precision, size, epochs, threads, ...place].map(String)));
  const ranks = Array.from({ length: processes }, (_, rank) => rank);
  const [threads = [], together = [], apart = []] = await inTurn(rounds, [
    () => start(batch, processes),
    async () => {
      const port = await freePort();
      const all = ranks.map((rank) => start(batch, 1, [rank, processes, port]));
      return (await Promise.all(all)).flat();
    },
    async () => (await Promise.all(ranks.map(() => start(batch / processes, 1)))).flat(),
  ]);
  const series = (label: string, steps: readonly Step[][]): Series => ({
    label,
    unit: 's/step',
    values: steps.flat().map(({ stepSeconds }) => stepSeconds),
  });
  const { parameters = NaN, norms = NaN } = together.flat()[0] ?? {};
  return {
    subject,
    together: series('processes', together),
    threads: series('threads', threads),
    apart: series('apart', apart),
    parameters,
    norms,
  };
}

function scaling({ subject, together, threads }: Cost): Finding {
  const { model, precision, batch, bar } = subject;
  const rates = ({ label, values }: Series): Series => ({
    label,
    unit: 'img/s',
    values: values.map((seconds) => batch / seconds),
  });
  const what = `${model}, ${precision}, batch ${batch}: ${processes} processes against ${processes} threads`;
  return rateRatio(what, rates(together), rates(threads), bar);
}

/** The cost of a parameter and of a wait, as two unlike networks tell, and the others' steps as these foretell them. */
function predictions(costs: readonly Cost[]): Finding[] {
  const fp32 = costs.filter(({ subject }) => subject.precision === 'fp32');
  const [one, other] = fp32.filter(({ subject }) => subject.tells);
  if (!one || !other) return [];
  const rates = fit(one, other);
  const cost = (what: string, value: number, unit: string): Finding => ({
    ...{ what, value, unit },
    series: [],
  });
  return [
    cost('cost of a million parameters', 1e9 * rates.gradient, 'ms/step'),
    cost('cost of a wait', 1000 * rates.wait, 'ms'),
    ...fp32.filter(({ subject }) => !subject.tells).map((each) => prediction(each, rates)),
  ];
}

function prediction(cost: Cost, { gradient, wait }: Rates): Finding {
  const predicted = median(cost.apart.values) + gradient * cost.parameters + wait * waitsOf(cost);
  const { model, precision } = cost.subject;
  return {
    what: `${model}, ${precision}: a step as foretold, over measured`,
    value: predicted / median(cost.together.values),
    unit: '×',
    series: [cost.apart, { label: 'foretold', unit: 's/step', values: [predicted] }, cost.together],
  };
}

interface Rates {
  /** Seconds for each parameter, and for each wait. */
  gradient: number;
  wait: number;
}

const waitsOf = ({ norms }: Cost): number => 2 * norms;

/** Of two equations in two unknowns. */
function fit(one: Cost, other: Cost): Rates {
  const added = ({ together, apart }: Cost): number =>
    median(together.values) - median(apart.values);
  const determinant = one.parameters * waitsOf(other) - waitsOf(one) * other.parameters;
  return {
    gradient: (added(one) * waitsOf(other) - waitsOf(one) * added(other)) / determinant,
    wait: (one.parameters * added(other) - added(one) * other.parameters) / determinant,
  };
}
