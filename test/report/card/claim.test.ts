import test from 'ava';
import type { ReportContent } from '../../../src/report/index.js';
import {
  checklistNames,
  checklists,
  claimChecklist,
  formatChecklist,
} from '../../../src/report/index.js';
import { contents } from './cards.js';
import { bareContent, fullContent, trainingHash } from './content.js';
import { evaluatedSplit } from './evaluatedSplit.js';

function filledItems(content: ReportContent): number[] {
  const { items } = claimChecklist(content);
  return items.filter(({ status }) => status === 'filled').map(({ number }) => number);
}

function itemOf(content: ReportContent, number: number): { status: string; text: string } {
  const item = claimChecklist(content).items.find((entry) => entry.number === number);
  return { status: item?.status ?? 'absent', text: item?.text ?? '' };
}

/** Which items stop being filled with a change of the full contents. */
function lost(change: (content: ReportContent) => Partial<ReportContent>): number[] {
  const full = fullContent();
  const left = new Set(filledItems({ ...full, ...change(full) }));
  return filledItems(full).filter((number) => !left.has(number));
}

for (const [name, content] of Object.entries(contents)) {
  test(`${name}: the items are 1 to 42 in order, each filled or asking`, (t) => {
    const { items, filled, byPerson } = claimChecklist(content);
    t.deepEqual(
      items.map(({ number }) => number),
      Array.from({ length: 42 }, (_, index) => index + 1),
    );
    t.true(items.every(({ text, topic }) => text.length > 10 && topic.length > 4));
    t.true(items.every(({ status, known }) => status === 'person' || known === null));
    t.is(filled, items.filter(({ status }) => status === 'filled').length);
    t.is(filled + byPerson, 42);
  });
}

test('items stand in the parts of a manuscript that CLAIM gives them', (t) => {
  const firsts = new Map<string, number>();
  for (const { section, number } of claimChecklist(bareContent()).items) {
    firsts.set(section, firsts.get(section) ?? number);
  }
  t.deepEqual(
    [...firsts],
    [
      ['Title and abstract', 1],
      ['Introduction', 3],
      ['Methods: study design', 5],
      ['Methods: data', 7],
      ['Methods: ground truth', 14],
      ['Methods: data partitions', 19],
      ['Methods: model', 22],
      ['Methods: training', 25],
      ['Methods: evaluation', 28],
      ['Results: data', 33],
      ['Results: model performance', 35],
      ['Discussion', 38],
      ['Other information', 40],
    ],
  );
});

test('a full run fills what a run can know, and nothing of the rest', (t) => {
  const expected = [9, 13, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 32, 35, 36, 37];
  t.deepEqual(filledItems(contents.binary), expected);
  t.deepEqual(filledItems(contents.ternary), expected);
});

test('a run that was neither audited nor evaluated fills only what training knows', (t) => {
  t.deepEqual(filledItems(bareContent()), [9, 22, 26, 27]);
});

test('an item asks as soon as what it needs is missing', (t) => {
  const ownData = (content: ReportContent): Partial<ReportContent> => ({
    evaluations: content.evaluations.filter(({ dataHash }) => dataHash === trainingHash),
  });
  const validationOnly = (content: ReportContent): Partial<ReportContent> => ({
    evaluations: content.evaluations.filter(({ name }) => name === 'validation'),
  });
  const noGallery = (content: ReportContent): Partial<ReportContent> => ({
    evaluations: content.evaluations.map((split) => ({ ...split, gallery: [] })),
  });
  t.deepEqual(
    lost(() => ({ audit: null })),
    [13, 21],
  );
  t.deepEqual(
    lost(({ data }) => ({ data: { ...data, groupBy: 'file' } })),
    [21],
  );
  t.deepEqual(
    lost(() => ({ versions: [] })),
    [23],
  );
  t.deepEqual(
    lost(() => ({ initialization: undefined })),
    [24],
  );
  t.deepEqual(
    lost(() => ({ settings: [] })),
    [25],
  );
  t.deepEqual(
    lost(() => ({ probes: null })),
    [30],
  );
  t.deepEqual(
    lost(() => ({ probes: [] })),
    [30],
  );
  t.deepEqual(lost(ownData), [32]);
  t.deepEqual(lost(noGallery), [37]);
  t.deepEqual(lost(validationOnly), [20, 32, 35, 36, 37]);
  t.deepEqual(
    lost(() => ({ evaluations: [] })),
    [20, 28, 29, 32, 35, 36, 37],
  );
});

test('patients that no name or manifest tells apart are no level of separation', (t) => {
  const { audit, evaluations } = fullContent();
  const alone = {
    audit: audit && { ...audit, groups: audit.images },
    evaluations: evaluations.map((split) => ({
      ...split,
      intervals: { ...split.intervals, groups: split.intervals.images },
    })),
  };
  t.deepEqual(
    lost(() => alone),
    [21],
  );
});

test('an evaluation of all the data of training is neither a test nor external', (t) => {
  const content = bareContent();
  const split = { name: 'all', data: 'x', dataHash: trainingHash, images: 90, seed: 4 };
  const evaluations = [evaluatedSplit(content.classes, split)];
  t.deepEqual(filledItems({ ...content, evaluations }), [9, 22, 26, 27, 28, 29]);
});

test('answers hold the figures of the run', (t) => {
  const content = fullContent();
  const { intervals, metrics } = content.evaluations[0] ?? {};
  const accuracy = intervals?.overall.accuracy;
  const ends = [accuracy?.low, accuracy?.high].map((end) => end?.toFixed(3)).join('–');
  const wrong = (metrics?.samples ?? 0) * (1 - (metrics?.accuracy ?? 0));
  t.true(
    itemOf(content, 36).text.includes(`Accuracy ${String(accuracy?.value.toFixed(3))} (${ends})`),
  );
  t.true(itemOf(content, 37).text.startsWith(`${String(Math.round(wrong))} of 624 images are`));
  t.regex(
    itemOf(content, 20).text,
    /Training 4,694 images \(80\.4%\).* test 624 images \(10\.7%\)/,
  );
  t.regex(itemOf(content, 26).text, /Epoch 4, the best by loss on 522 validation images/);
  t.regex(
    itemOf(content, 35).text,
    /test of chest_xray.*validation of chest_xray.*epoch 4: accuracy 0\.940/,
  );
});

test('splits that share patients are not called disjoint', (t) => {
  const content = fullContent();
  const audit = content.audit && {
    ...content.audit,
    verdict: 'fail' as const,
    checks: content.audit.checks.map((check) => ({
      ...check,
      status: 'fail' as const,
      summary: '3 patients are in two splits.',
    })),
  };
  t.regex(itemOf({ ...content, audit }, 21).text, /fail\. 3 patients are in two splits\./);
});

test('the document lists every item once, ticks those the run answers, and says which version it is', (t) => {
  const checklist = claimChecklist(fullContent());
  const document = formatChecklist(checklist);
  const listed = [...document.matchAll(/^- \[([ x])\] \*\*(\d+)\./gm)];
  t.deepEqual(
    listed.map(([, box, number]) => [Number(number), box === 'x']),
    checklist.items.map(({ number, status }) => [number, status === 'filled']),
  );
  t.true(document.includes('answers **17** of 42 items; a person must answer **25**'));
  t.regex(document, /10\.1148\/ryai\.2020200029/);
  t.regex(document, /10\.1148\/ryai\.240300/);
  t.regex(document, /The run warns:\n\n- \*\*Leakage was allowed/);
});

test('no name from outside becomes a tag in the document', (t) => {
  t.notRegex(formatChecklist(claimChecklist(contents.hostile)), /</);
});

test('checklists are found by name', (t) => {
  t.deepEqual(checklistNames, ['claim']);
  t.deepEqual(checklists.claim(fullContent()), claimChecklist(fullContent()));
});
