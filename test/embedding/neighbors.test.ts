/** k-nearest neighbors on embeddings, by the addon: scikit-learn's answers, and no patient votes for herself. */
import test from 'ava';
import {
  classifyByNeighbors,
  type Embeddings,
  type KnnOptions,
} from '../../src/embedding/index.js';
import { evaluateNeighbors, knnQuestion } from '../../src/embedding/knn/report.js';
import { fixture } from './support.js';

interface Case {
  classes: number;
  k: number;
  metric: 'euclidean' | 'cosine';
  weights: 'uniform' | 'distance';
  references: number[];
  labels: number[];
  queries: number[];
  distances: number[];
  probabilities: number[];
}

function embeddingsOf(
  values: readonly number[],
  features: number,
  labels: readonly number[],
): Embeddings {
  const rows = [...labels.keys()];
  return {
    layer: 'embedding',
    features,
    values: Float32Array.from(values),
    classes: Array.from({ length: Math.max(...labels) + 1 }, (_, at) => `class ${at}`),
    names: rows.map((row) => `${row}.png`),
    labels: Int32Array.from(labels),
    groups: rows.map(String),
    splits: rows.map(() => null),
  };
}

const { cases } = fixture('knn') as { cases: Case[] };

/** Which of equally far references is taken is the library's choice: only cases without such choices are compared. */
function decided({ distances, k, references, queries }: Case, query: number): boolean {
  const farthest = distances[query * k + k - 1] ?? 0;
  const asFar = [...Array(references.length / 3).keys()].filter((row) => {
    const squared = [0, 1, 2].reduce(
      (sum, at) => sum + ((references[3 * row + at] ?? 0) - (queries[3 * query + at] ?? 0)) ** 2,
      0,
    );
    return Math.sqrt(squared) <= farthest + 1e-9;
  });
  return asFar.length === k;
}

const enough = cases.filter((knn) => {
  const queries = [...Array(knn.queries.length / 3).keys()];
  return knn.metric === 'euclidean' && queries.filter((query) => decided(knn, query)).length >= 5;
});

test('three cases have enough queries without such choices', (t) => {
  t.is(enough.length, 3);
});

for (const knn of enough) {
  test(`${knn.k} neighbors, ${knn.weights}, ${knn.classes} classes: scikit-learn's shares`, async (t) => {
    const { references, queries, labels, k, classes } = knn;
    const unknown = Array.from({ length: queries.length / 3 }, () => 0);
    const all = embeddingsOf([...references, ...queries], 3, [...labels, ...unknown]);
    const question = {
      references: [...labels.keys()],
      queries: [...unknown.keys()].map((query) => labels.length + query),
    };
    const options = { k, weighting: knn.weights };
    const answer = await classifyByNeighbors(all, question, options);
    const compared = [...unknown.keys()].filter((query) => decided(knn, query));
    for (const query of compared) {
      for (let at = query * classes; at < (query + 1) * classes; at += 1) {
        const difference = (answer.probabilities[at] ?? -1) - (knn.probabilities[at] ?? 0);
        t.true(Math.abs(difference) < 1e-4, `query ${query}`);
      }
    }
  });
}

/** Two patients of class 0 on the left, two of class 1 on the right; one image of each lies among the others'. */
const line = embeddingsOf(
  [0, 0.1, 10.2, 1, 1.1, 9, 9.1, 0.3, 10, 10.1],
  1,
  [0, 0, 0, 0, 0, 1, 1, 1, 1, 1],
);
const patients: Embeddings = {
  ...line,
  groups: ['A', 'A', 'A', 'B', 'B', 'C', 'C', 'C', 'D', 'D'],
};
const everyone = { references: [...line.names.keys()], queries: [...line.names.keys()] };

test('images of the same patient do not vote, unless told so', async (t) => {
  const others = await classifyByNeighbors(patients, everyone, { k: 2 });
  for (const row of everyone.queries) {
    const voters = Array.from(others.neighbors.indices.subarray(2 * row, 2 * row + 2));
    t.true(
      voters.every((voter) => patients.groups[voter] !== patients.groups[row]),
      String(row),
    );
  }
  const all = await classifyByNeighbors(patients, everyone, { k: 1, samePatient: true });
  t.is(all.neighbors.indices[0], 1, 'the nearest is of the same patient');
  t.false(
    everyone.queries.some((row) => all.neighbors.indices[row] === row),
    'never itself',
  );
});

test('without a train split all labeled images vote, else those of train', (t) => {
  t.deepEqual(knnQuestion(patients), { split: 'all', ...everyone });
  const split: Embeddings = {
    ...patients,
    splits: ['train', 'train', 'test', 'train', 'val', 'train', 'train', 'test', 'val', null],
    labels: patients.labels.map((label, row) => (row === 0 ? -1 : label)),
  };
  t.deepEqual(knnQuestion(split), { split: 'test', references: [1, 3, 5, 6], queries: [2, 7] });
  t.deepEqual(knnQuestion(split, 'val').queries, [4, 8]);
  t.throws(() => knnQuestion(patients, 'val'), {
    code: 'ERR_EMPTY_DATASET',
    message: /split val; there are no splits/,
  });
});

test('the report counts right and wrong answers of both, and how often they are the same', async (t) => {
  const network = {
    labels: [0, 0, 0, 0, 1, 1, 1, 1, 1, 1],
    probabilities: Float64Array.from([0, 0, 0, 0, 1, 1, 1, 1, 1, 1], Number).reduce(
      (rows, label, row) => {
        rows[2 * row + label] = 1;
        return rows;
      },
      new Float64Array(20),
    ),
  };
  const { report, answer } = await evaluateNeighbors(patients, network, { k: 1 });
  const right = answer.labels.filter((label, row) => label === patients.labels[row]).length;
  t.is(report.neighbors.accuracy?.value, right / 10);
  t.is(report.network?.accuracy?.value, 0.9);
  t.like(report, { images: 10, references: 10, split: 'all', k: 1, samePatient: false });
  t.is((report.agreement?.bothRight ?? 0) + (report.agreement?.onlyNeighbors ?? 0), right);
  t.is((report.agreement?.bothRight ?? 0) + (report.agreement?.onlyNetwork ?? 0), 9);
  t.is((await evaluateNeighbors(patients, null, { k: 1 })).report.agreement, null);
});

const refusals: readonly (readonly [
  name: string,
  options: KnnOptions,
  embeddings: Embeddings,
  code: string,
  message: RegExp,
])[] = [
  [
    'more neighbors than references',
    { k: 11 },
    patients,
    'ERR_INVALID_ARGUMENT',
    /11 neighbors .* only 10/,
  ],
  [
    "more neighbors than other patients' images",
    { k: 8 },
    patients,
    'ERR_INVALID_ARGUMENT',
    /8 neighbors .* only 7/,
  ],
  ['no neighbors', { k: 0 }, patients, 'ERR_INVALID_ARGUMENT', /a positive integer for k/],
  [
    'one class',
    {},
    { ...patients, labels: new Int32Array(10) },
    'ERR_SINGLE_CLASS',
    /all 10 are of class 0/,
  ],
  [
    'an unknown class',
    {},
    { ...patients, labels: patients.labels.map((label, row) => (row === 3 ? -1 : label)) },
    'ERR_INVALID_ARGUMENT',
    /3\.png/,
  ],
  [
    'a value that is not finite',
    { k: 1 },
    { ...patients, values: patients.values.map((value, at) => (at === 4 ? NaN : value)) },
    'ERR_INVALID_ARGUMENT',
    /Row 4 .*NaN/,
  ],
];

for (const [name, options, embeddings, code, message] of refusals) {
  test(`refused: ${name}`, async (t) => {
    await t.throwsAsync(classifyByNeighbors(embeddings, everyone, options), { code, message });
  });
}
