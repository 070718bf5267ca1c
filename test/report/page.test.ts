/** The report says what a run has and what it has not, verdict first, and lets no name out of its text. */
import test from 'ava';
import { html, scriptJson } from '../../src/report/page/html.js';
import { explorerFigures } from '../../src/report/page/explorerFigures.js';
import { reportHtml, type ReportContent } from '../../src/report/index.js';
import { bareContent, madeUpContent, ternary } from './content.js';

/** What a reader sees of HTML: its words, one space between them. */
function words(page: string): string {
  return page
    .replace(/<(script|style)[^>]*>.*?<\/\1>/gs, ' ')
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ');
}

test('the headline is a sentence with the figures, their intervals, the images and the patients', async (t) => {
  const content = await madeUpContent();
  const text = words(await reportHtml(content));
  const [split] = content.evaluations;
  const { accuracy, auroc } = split?.intervals.overall ?? {};
  const number = (value: number | undefined): string => value?.toFixed(3) ?? '';
  t.true(
    text.includes(
      `On 120 test images of 60 patients: accuracy ${number(accuracy?.value)} (95% interval ` +
        `${number(accuracy?.low)} to ${number(accuracy?.high)}), AUROC ${number(auroc?.value)}`,
    ),
  );
});

test('a model that answers with mirror images says so', async (t) => {
  const content = await madeUpContent();
  const sentence = 'It answers with the mean over an image and its mirror image.';
  t.true(words(await reportHtml({ ...content, tta: 'hflip' })).includes(sentence));
  t.false(words(await reportHtml(content)).includes(sentence));
});

test('verdict, then evaluations in their order, then training, audit, probes, ledger, settings', async (t) => {
  const page = await reportHtml(await madeUpContent());
  const headings = Array.from(page.matchAll(/<h2[^>]*>([^<]*)</g), ([, title]) => title);
  t.deepEqual(headings, [
    'Test',
    'Validation',
    'Training',
    'Audit of the data',
    'Shortcut probes',
    'Ledger',
    'Settings and versions',
  ]);
  const text = words(page);
  t.true(text.indexOf('not a medical device') < text.indexOf('Figures with intervals'));
  t.true(text.indexOf('Leakage was allowed') < text.indexOf('Figures with intervals'));
});

test('looks at these data are counted, alone or among all, and looks at others are not', async (t) => {
  const content = await madeUpContent();
  const [entry] = content.ledger;
  const twice = words(await reportHtml(content));
  t.regex(twice, /Test evaluated twice/);
  const others = content.ledger.map((each) => ({ ...each, dataHash: 'e'.repeat(64) }));
  const ledger = entry ? [...others, entry, entry, { ...entry, split: 'all' }] : [];
  t.regex(words(await reportHtml({ ...content, ledger })), /Test evaluated 3 times/);
});

test('a headline on validation images says that the epoch was chosen on them', async (t) => {
  const content = await madeUpContent({ name: 'validation' });
  t.regex(words(await reportHtml(content)), /The epoch was chosen on these images/);
  t.notRegex(words(await reportHtml(await madeUpContent())), /The epoch was chosen on/);
});

test('what a run has not is said, section by section', async (t) => {
  const text = words(await reportHtml(bareContent(await madeUpContent())));
  for (const sentence of [
    'Nothing has been evaluated yet',
    'The model has not been evaluated on labeled images',
    'No epoch is recorded',
    'The data were not audited',
    'No probe was run',
    'No evaluation is in the ledger',
    'Test evaluated never',
    'No versions are recorded',
  ]) {
    t.true(text.includes(sentence), sentence);
  }
});

test('an evaluation without decision rule, gallery or AUROC is shown with what it has', async (t) => {
  const content = await madeUpContent();
  const evaluations = content.evaluations.map((split) => ({
    ...split,
    decision: null,
    gallery: [],
    intervals: { ...split.intervals, overall: { ...split.intervals.overall, auroc: null } },
  }));
  const text = words(await reportHtml({ ...content, decisionRule: null, evaluations }));
  t.true(text.includes('No decision rule was fitted'));
  t.true(text.includes('No images were kept for a gallery'));
  t.notRegex(text, /NaN|undefined(?! \()|\[object/);
});

test('the gallery marks right and wrong in words, and captions them prediction (truth)', async (t) => {
  const content = await madeUpContent();
  const page = await reportHtml(content);
  const gallery = content.evaluations[0]?.gallery ?? [];
  const wrong = gallery.filter(({ prediction, truth }) => prediction !== truth);
  t.true(wrong.length > 0 && wrong.length < gallery.length);
  const captions = Array.from(
    page
      .split('Validation</h2>')[0]
      ?.matchAll(/<span class="answer">(.*?)<\/span>\s*<span class="prob/gs) ?? [],
    ([, caption = '']) => words(caption).trim(),
  );
  t.deepEqual(
    captions,
    gallery.map(({ prediction, truth }) =>
      prediction === truth
        ? `✓ Right: ${prediction} (${truth})`
        : `✗ Wrong: ${prediction} (${truth})`,
    ),
  );
});

test('a thumbnail that is no picture of its own is not fetched', async (t) => {
  const content = await madeUpContent();
  const [split] = content.evaluations;
  const [image] = split?.gallery ?? [];
  if (!split || !image) {
    t.fail('no image');
    return;
  }
  const gallery = [{ ...image, thumbnail: 'https://example.org/spy.jpg' }];
  const page = await reportHtml({ ...content, evaluations: [{ ...split, gallery }] });
  t.false(page.includes('example.org'));
});

test('every epoch has a row with its seconds, and the kept one is marked', async (t) => {
  const content = await madeUpContent();
  const text = words(await reportHtml(content));
  for (const { epoch, seconds } of content.history) {
    const name = epoch === content.bestEpoch ? `${epoch} (kept)` : String(epoch);
    t.true(text.includes(` ${name} `), name);
    t.true(text.includes(` ${seconds.toFixed(1)} `), `${seconds} s`);
  }
});

test('the same content gives the same bytes', async (t) => {
  const write = async (): Promise<string> =>
    reportHtml(await madeUpContent({ classes: ternary, images: 40 }));
  t.is(await write(), await write());
});

test('nothing in the page asks for anything', async (t) => {
  const page = await reportHtml(await madeUpContent());
  const addresses = Array.from(page.matchAll(/(?:src|href|action)="([^"]*)"/g), ([, url]) => url);
  t.deepEqual(
    addresses.filter((address) => !/^(?:#|data:image\/)/.test(address ?? '')),
    [],
  );
  t.notRegex(page, /@import|url\(/);
  t.true(page.includes('default-src &#39;none&#39;'));
});

test('ids are unique, even where evaluations share a name', async (t) => {
  const content = await madeUpContent();
  const evaluations = content.evaluations.map((split) => ({ ...split, name: 'elsewhere' }));
  const page = await reportHtml({ ...content, evaluations });
  const ids = Array.from(page.matchAll(/ id="([^"]*)"/g), ([, id]) => id);
  t.is(new Set(ids).size, ids.length);
  t.regex(words(page), /Elsewhere 1 .* Elsewhere 2 /);
});

test('what is put into a template is escaped, but for HTML', (t) => {
  const inner = html`<b>${'<i>'}</b>`;
  const name = `"><script>'&`;
  t.is(
    html`<p title="${name}">${name}${inner}${[1, ' ', null, false]}</p>`.text,
    '<p title="&quot;&gt;&lt;script&gt;&#39;&amp;">&quot;&gt;&lt;script&gt;&#39;&amp;<b>&lt;i&gt;</b>1 </p>',
  );
});

test('JSON in a script element cannot end it, and stays the same JSON', (t) => {
  const value = { name: '</script><!--\u2028&', list: [1, null] };
  const { text } = scriptJson(value);
  t.notRegex(text, /[<>&\u2028]/);
  t.deepEqual(JSON.parse(text), value);
});

test('a threshold is part of what it answers, and a rate of nothing is null', (t) => {
  const { truePositives, falsePositives, ppv, npv } = explorerFigures(
    [0.5, 0.2],
    [true, false],
    0.5,
  );
  t.deepEqual([truePositives, falsePositives, ppv, npv], [1, 0, 1, 1]);
  const none = explorerFigures([0.5, 0.2], [true, true], 0.6);
  t.is(none.specificity, null);
  t.is(none.ppv, null);
  t.is(none.sensitivity, 0);
});

test('a report of many classes and one of none are both written', async (t) => {
  const classes = Array.from({ length: 15 }, (_, index) => `class ${index}`);
  const content: ReportContent = await madeUpContent({ classes, images: 60 });
  await t.notThrowsAsync(reportHtml(content));
  await t.notThrowsAsync(reportHtml(bareContent({ ...content, classes: [] })));
});
