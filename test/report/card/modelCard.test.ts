import test from 'ava';
import { parse } from 'yaml';
import { overallFigures } from '../../../src/evaluation/index.js';
import type { ReportContent } from '../../../src/report/index.js';
import { modelCard } from '../../../src/report/index.js';
import { contents } from './cards.js';
import { bareContent, fullContent, hostileNames, otherHash, trainingHash } from './content.js';
import { evaluatedSplit } from './evaluatedSplit.js';
import { fixture, onOneLine, tableOf } from './oracle.js';

interface FrontMatter {
  library_name: string;
  pipeline_tag: string;
  tags: string[];
  license?: string;
  datasets?: string[];
  'model-index'?: { name: string; results: ModelIndexResult[] }[];
}

interface ModelIndexResult {
  task: { type: string };
  dataset: { name: string; split: string; revision: string };
  metrics: { type: string; name: string; value: number; args: Record<string, unknown> }[];
}

const names = ['binary', 'ternary', 'bare', 'hostile'] as const;

const sectionTitles = [
  ...[
    'Headline',
    'Warnings',
    'Model',
    'Intended use',
    'Out of scope',
    'Training data',
    'Population',
  ],
  ...[
    'Training and selection',
    'Audit of the data',
    'Evaluation',
    'Calibration',
    'Operating point',
  ],
  ...['Prior shift', 'Prediction sets and unfamiliar images', 'Shortcut probes', 'Ledger'],
  ...['Limitations', 'How to use', 'Versions', 'How to cite', 'License'],
];

/** The block between the lines of dashes, and what follows it. */
function parts(card: string): { yaml: string; body: string } {
  const [, yaml = '', body = ''] = /^---\n(.*?\n)---\n(.*)$/s.exec(card) ?? [];
  return { yaml, body };
}

function frontMatterOf(content: ReportContent): FrontMatter {
  return parse(parts(modelCard(content)).yaml) as FrontMatter;
}

function resultsOf(content: ReportContent): ModelIndexResult[] {
  return frontMatterOf(content)['model-index']?.[0]?.results ?? [];
}

/** The text under a heading of the second level. */
function sectionOf(card: string, title: string): string {
  const section = card.split('\n## ').find((text) => text.startsWith(`${title}\n`));
  return section?.slice(title.length).trim() ?? '';
}

for (const name of names) {
  test(`${name}: the oracle read the front matter and the tables that are written now`, (t) => {
    const card = modelCard(contents[name]);
    const again = 'run scripts/oracles/card.py again';
    t.is(`---\n${parts(card).yaml}---\n`, fixture.cards[name].frontMatter.trimEnd() + '\n', again);
    const lines = card.split('\n').filter((line) => line.startsWith('|'));
    t.deepEqual(lines, fixture.cards[name].tableLines, again);
  });

  test(`${name}: the Hub's client reads the metadata as we mean it`, (t) => {
    t.deepEqual(frontMatterOf(contents[name]), fixture.cards[name].data as FrontMatter);
  });

  test(`${name}: every section is there, and is read as one`, (t) => {
    const written = [...modelCard(contents[name]).matchAll(/^## (.+)$/gm)].map(
      ([, title]) => title,
    );
    const read = fixture.cards[name].headings.filter(({ level }) => level === 2);
    t.deepEqual(written, sectionTitles);
    t.deepEqual(
      read.map(({ text }) => text),
      sectionTitles,
    );
  });

  test(`${name}: what must come before all use is said`, (t) => {
    const card = modelCard(contents[name]);
    t.regex(card, /Research and education only; not a medical device/);
    t.regex(card, /not FDA-cleared and not CE-marked/);
  });
}

for (const name of ['binary', 'ternary'] as const) {
  test(`${name}: the model-index holds every defined figure with its interval, to a millionth`, (t) => {
    const { evaluations } = contents[name];
    const results = resultsOf(contents[name]);
    t.is(results.length, evaluations.length);
    for (const [index, { name: split, dataHash, intervals }] of evaluations.entries()) {
      const result = results[index];
      t.is(result?.task.type, 'image-classification');
      t.is(result?.dataset.split, split);
      t.is(result?.dataset.revision, dataHash);
      const estimates = overallFigures.flatMap((figure) => intervals.overall[figure] ?? []);
      const millionth = (value: number): number => Number(value.toFixed(6));
      const byFigures = (a: number[], b: number[]): number =>
        a.map((value, position) => value - (b[position] ?? 0)).find(Boolean) ?? 0;
      t.deepEqual(
        (result?.metrics ?? [])
          .map(({ value, args }) => [value, Number(args['low']), Number(args['high'])])
          .sort(byFigures),
        estimates.map(({ value, low, high }) => [value, low, high].map(millionth)).sort(byFigures),
      );
    }
  });

  test(`${name}: the table of an evaluation says what its intervals say`, (t) => {
    const [first] = contents[name].evaluations;
    const table = tableOf(fixture.cards[name], 'Figure');
    for (const [title, figure] of [
      ['Accuracy', 'accuracy'],
      ['AUROC', 'auroc'],
      ['Recall (macro)', 'macroRecall'],
      ['Brier score', 'brier'],
    ] as const) {
      const estimate = first?.intervals.overall[figure];
      const [value, low, high] = [estimate?.value, estimate?.low, estimate?.high].map((end) =>
        end?.toFixed(3),
      );
      const row = table.find(([head]) => head === title);
      t.deepEqual(row, [
        title,
        `${String(value)} (${String(low)}–${String(high)})`,
        estimate?.method ?? '',
      ]);
    }
  });
}

test('names and intervals in the model-index belong to the same figure', (t) => {
  const accuracy = resultsOf(contents.binary)[0]?.metrics.find(({ type }) => type === 'accuracy');
  const estimate = contents.binary.evaluations[0]?.intervals.overall.accuracy;
  t.is(accuracy?.value, Number(estimate?.value.toFixed(6)));
  t.is(accuracy?.args['method'], 'wilson');
  t.is(accuracy?.args['confidence'], 0.95);
  t.is(
    accuracy?.name,
    `Accuracy (95% CI ${String(estimate?.low.toFixed(3))}–${String(estimate?.high.toFixed(3))})`,
  );
});

test('a model that answers with mirror images says so', (t) => {
  const row = /^\| Answers +\| the mean over an image and its mirror image +\|$/m;
  t.regex(modelCard({ ...contents.binary, tta: 'hflip' }), row);
  t.notRegex(modelCard(contents.binary), row);
});

test('an undefined figure is left out of the model-index, and named in the text', (t) => {
  const types = resultsOf(contents.ternary).flatMap(({ metrics }) =>
    metrics.map(({ type }) => type),
  );
  t.false(types.includes('sensitivity'));
  t.true(types.includes('roc_auc'));
  t.regex(modelCard(contents.ternary), /Undefined here: Sensitivity, Specificity\./);
});

test('without an evaluation there is no model-index, which the Hub would refuse', (t) => {
  t.false('model-index' in frontMatterOf(bareContent()));
});

test('what a run cannot know is left to a person: license, data sets of the Hub, population', (t) => {
  const card = frontMatterOf(fullContent());
  t.false('license' in card);
  t.false('datasets' in card);
  const text = modelCard(fullContent());
  for (const title of ['Intended use', 'Population', 'Limitations', 'How to cite', 'License']) {
    t.regex(sectionOf(text, title), /\*\*A person must say:\*\*/, title);
  }
});

test('no name from outside is read as Markdown, HTML or YAML', (t) => {
  const reading = fixture.cards.hostile;
  const plain = hostileNames.map(onOneLine);
  t.deepEqual(tableOf(reading, 'By class')[0]?.slice(1), plain);
  t.deepEqual(
    tableOf(reading, 'True class ↓, answer →')
      .slice(1)
      .map(([name]) => name),
    plain,
  );
  t.true(
    plain.every((name) => reading.items.includes(name)),
    'the warnings',
  );
  t.is(reading.headings[0]?.text, '--- license: mit --- <b>title</b>');
  t.deepEqual(
    reading.kinds.filter((kind) => /html|link|image|hr|del|^s_/.test(kind)),
    [],
  );
  t.is(frontMatterOf(contents.hostile)['model-index']?.[0]?.name, contents.hostile.title);
  t.is(frontMatterOf(contents.hostile).license, undefined);
});

test('a card holds no tag at all, wherever a name comes from', (t) => {
  t.notRegex(parts(modelCard(contents.hostile)).body, /</);
});

test('a card tells nothing of the machine it was written on', (t) => {
  t.notRegex(modelCard(fullContent()), /somebody|\/home/);
});

test('what was not done is explained where it would stand', (t) => {
  const card = modelCard(bareContent());
  const explained = {
    Headline: /not evaluated on labeled images.*not audited/s,
    Warnings: /raised none/,
    'Audit of the data': /None was made/,
    Evaluation: /not evaluated/,
    Calibration: /Nothing was fitted/,
    'Operating point': /None was chosen/,
    'Prior shift': /not estimated/,
    'Prediction sets and unfamiliar images': /None were fitted/,
    'Shortcut probes': /None were run/,
    Ledger: /test evaluated 0 times/,
    Versions: /Not recorded/,
  };
  for (const [title, sentence] of Object.entries(explained)) {
    t.regex(sectionOf(card, title), sentence, title);
  }
});

test('the headline is of test images, and says how often they were looked at', (t) => {
  const headline = sectionOf(modelCard(fullContent()), 'Headline');
  t.regex(headline, /On 624 images in 469 groups \(test of chest_xray\)/);
  t.regex(headline, /test evaluated 2 times/);
  t.regex(headline, /Audit of the data: \*\*warn\*\*/);
});

test('looks at other data do not count as looks at the test split', (t) => {
  const content = fullContent();
  const ledger = content.ledger.map((entry) => ({ ...entry, dataHash: otherHash }));
  const headline = sectionOf(modelCard({ ...content, ledger }), 'Headline');
  t.regex(headline, /test evaluated 0 times/);
});

for (const name of ['validation', 'all', 'train']) {
  test(`figures of ${name} on the data of training are not sold as those of a test`, (t) => {
    const { data } = bareContent();
    const split = { name, data: data.source, dataHash: trainingHash, images: 100, seed: 1 };
    const evaluations = [evaluatedSplit(['NORMAL', 'PNEUMONIA'], split)];
    const card = modelCard({ ...bareContent(), evaluations });
    t.regex(sectionOf(card, 'Headline'), /There is no evaluation on test images/);
    t.regex(sectionOf(card, 'Limitations'), /No figure comes from images that took no part/);
  });
}

test('a test split that chose the epoch is no test', (t) => {
  const content = fullContent();
  const selected = { ...content, data: { ...content.data, validationFrom: 'test' } };
  const own = content.evaluations.filter(({ dataHash }) => dataHash === trainingHash);
  const card = modelCard({ ...selected, evaluations: own });
  t.regex(sectionOf(card, 'Headline'), /There is no evaluation on test images/);
  t.regex(
    sectionOf(card, 'Training data'),
    /the test images, whose figures are therefore too good/,
  );
  t.regex(sectionOf(modelCard(selected), 'Headline'), /\(elsewhere of radiography\.csv\)/);
});

test('warnings, failed audits and flagged probes are repeated as limits', (t) => {
  const content = fullContent();
  const failed = content.audit && { ...content.audit, verdict: 'fail' as const };
  const limits = sectionOf(modelCard({ ...content, audit: failed }), 'Limitations');
  t.regex(limits, /audit of the data failed/);
  t.regex(limits, /may use shortcuts/);
  t.notRegex(limits, /Shortcuts were not looked for/);
  t.regex(sectionOf(modelCard(content), 'Warnings'), /Leakage was allowed: 3 patients/);
});

test('the operating point stands beside the most probable class', (t) => {
  const rows = fixture.cards.binary.tables.find((table) => table[0]?.[2] === 'Operating point');
  const [accuracy, sensitivity, specificity] = rows?.slice(1) ?? [];
  t.is(accuracy?.[0], 'Accuracy');
  t.regex(sensitivity?.[2] ?? '', /^0\.973 \(/);
  t.is(specificity?.[2], 'undefined');
});

test('a run without validation images does not claim that an epoch was selected', (t) => {
  const content = bareContent();
  const data = { ...content.data, validation: 0, validationFrom: 'none' };
  const section = sectionOf(modelCard({ ...content, data }), 'Training and selection');
  t.regex(section, /no epoch was selected/);
  t.notRegex(section, /the best by/);
});
