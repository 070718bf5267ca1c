/** The report in a browser: it fits, it is accessible, it stays by itself, and its slider tells the truth. */
import axe, { type AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';
import { evaluateClassification } from '../../src/evaluation/index.js';
import { reportHtml, type EvaluatedSplit, type ReportContent } from '../../src/report/index.js';
import { testInBrowser } from './browser.js';
import { bareContent, madeUpContent, operatingThreshold, ternary } from './content.js';

const contents: Readonly<Record<string, () => Promise<ReportContent>>> = {
  'two classes': () => madeUpContent(),
  'three classes': () => madeUpContent({ classes: ternary }),
  'a run without evaluation': async () => bareContent(await madeUpContent()),
  'fifteen classes': () =>
    madeUpContent({
      classes: Array.from({ length: 15 }, (_, index) => `Finding number ${index}`),
      images: 60,
    }),
  'names without a place to break': () =>
    madeUpContent({
      classes: ['N'.repeat(120), 'P'.repeat(120)],
      filename: (index) => `${'f'.repeat(200)}${index}.png`,
    }),
};

for (const [name, content] of Object.entries(contents)) {
  let written: Promise<string> | undefined;
  const html = async (): Promise<string> => (written ??= content().then(reportHtml));

  for (const width of [400, 1400]) {
    testInBrowser(
      `the report fits ${width} pixels, without a complaint or a request: ${name}`,
      async (t, open) => {
        const viewport = { width, height: 900 };
        const { page, complaints, requests } = await open(await html(), {
          viewport,
        });
        t.deepEqual(complaints, []);
        t.deepEqual(requests, []);
        t.true((await page.evaluate<number>('document.scrollingElement.scrollWidth')) <= width);
      },
    );
  }

  for (const colorScheme of ['light', 'dark'] as const) {
    testInBrowser(
      `axe finds no fault with the report in ${colorScheme}: ${name}`,
      async (t, open) => {
        const { page } = await open(await html(), { colorScheme });
        await page.evaluate(axe.source);
        const { violations, passes } = await page.evaluate<AxeResults>('axe.run(document)');
        t.deepEqual(
          violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(' ')}`),
          [],
        );
        t.true(passes.some(({ id }) => id === 'color-contrast'));
      },
    );
  }
}

/** The probability of class `index` after the temperature, by way of the logits. */
function calibrated({ predictions, decision, metrics }: EvaluatedSplit, index: number): number[] {
  const classes = metrics.classes.length;
  return predictions.labels.map((_, image) => {
    const row = predictions.probabilities.slice(image * classes, (image + 1) * classes);
    const powers = row.map((p) => Math.exp(Math.log(p) / (decision?.temperature ?? 1)));
    return (powers[index] ?? 0) / powers.reduce((sum, power) => sum + power, 0);
  });
}

/** What src/evaluation says where `index` is answered from `threshold` on. */
function expectedAt(split: EvaluatedSplit, index: number, threshold: number) {
  const answers = calibrated(split, index).map((score) => (score >= threshold ? 1 : 0));
  const metrics = evaluateClassification({
    probabilities: answers.flatMap((answer) => [1 - answer, answer]),
    labels: split.predictions.labels.map((label) => (label === index ? 1 : 0)),
    classes: ['other', 'positive'],
  });
  const words = (value: number | null | undefined): string => value?.toFixed(3) ?? '–';
  const [others, positives] = metrics.perClass;
  return {
    sensitivity: words(metrics.binary?.sensitivity),
    specificity: words(metrics.binary?.specificity),
    ppv: words(positives?.precision),
    npv: words(others?.precision),
    accuracy: words(metrics.accuracy),
    trueNegatives: String(metrics.confusionMatrix[0]?.[0]),
    falsePositives: String(metrics.confusionMatrix[0]?.[1]),
    falseNegatives: String(metrics.confusionMatrix[1]?.[0]),
    truePositives: String(metrics.confusionMatrix[1]?.[1]),
  };
}

async function shownFigures(page: Page): Promise<Record<string, string>> {
  const cells = await page.locator('#evaluation-1-explorer [data-figure]').all();
  const entries = cells.map(async (cell) => [
    await cell.getAttribute('data-figure'),
    await cell.textContent(),
  ]);
  return Object.fromEntries(await Promise.all(entries)) as Record<string, string>;
}

async function firstSplit(content: ReportContent): Promise<EvaluatedSplit> {
  const [split] = content.evaluations;
  return split ?? Promise.reject(new Error('no evaluation'));
}

testInBrowser(
  'the slider begins at the operating point, and its figures are those of the evaluation',
  async (t, open) => {
    const content = await madeUpContent();
    const split = await firstSplit(content);
    const { page } = await open(await reportHtml(content));
    t.deepEqual(await shownFigures(page), expectedAt(split, 1, operatingThreshold));
    const slider = page.locator('#evaluation-1-explorer-threshold');
    for (const threshold of [0.1, 0.25, 0.731, 0.9]) {
      await slider.fill(String(threshold));
      t.deepEqual(await shownFigures(page), expectedAt(split, 1, threshold), `at ${threshold}`);
    }
    const status = page.locator('#evaluation-1-explorer [role=status]');
    const { sensitivity, specificity } = expectedAt(split, 1, 0.9);
    t.is(
      await status.textContent(),
      `At 0.900: sensitivity ${sensitivity}, specificity ${specificity}.`,
    );
  },
);

testInBrowser(
  'the slider obeys the keyboard, and a button brings the operating point back',
  async (t, open) => {
    const content = await madeUpContent();
    const split = await firstSplit(content);
    const { page } = await open(await reportHtml(content));
    const slider = page.locator('#evaluation-1-explorer-threshold');
    await slider.fill('0.5');
    await slider.press('ArrowRight');
    await slider.press('ArrowRight');
    t.deepEqual(await shownFigures(page), expectedAt(split, 1, 0.502));
    await page.locator('#evaluation-1-explorer button').first().press('Enter');
    t.deepEqual(await shownFigures(page), expectedAt(split, 1, operatingThreshold));
    const value = page.locator('#evaluation-1-explorer output');
    t.is(await value.textContent(), operatingThreshold.toFixed(4));
  },
);

testInBrowser('of three classes each can be set against the others', async (t, open) => {
  const content = await madeUpContent({ classes: ternary });
  const split = await firstSplit(content);
  const { page } = await open(await reportHtml(content));
  t.deepEqual(await shownFigures(page), expectedAt(split, 0, 0.5));
  await page.locator('#evaluation-1-explorer-class').selectOption({ label: 'VIRUS' });
  await page.locator('#evaluation-1-explorer-threshold').fill('0.3');
  t.deepEqual(await shownFigures(page), expectedAt(split, 2, 0.3));
});

testInBrowser(
  'without its script the page shows the figures of the operating point',
  async (t, open) => {
    const content = await madeUpContent();
    const { page } = await open(await reportHtml(content), { javaScriptEnabled: false });
    t.deepEqual(
      await shownFigures(page),
      expectedAt(await firstSplit(content), 1, operatingThreshold),
    );
    t.false(await page.locator('#evaluation-1-explorer-threshold').isVisible());
  },
);

testInBrowser('hostile names run nothing and change nothing', async (t, open) => {
  const hostile = '</script><script>alert(1)</script><img src=x onerror=alert(2)>';
  const content = await madeUpContent({
    classes: [`"'${hostile}`, '<!--<script>'],
    filename: () => `" onload="alert(3)${hostile}`,
  });
  const { page, complaints, requests } = await open(
    await reportHtml({ ...content, title: hostile, warnings: [hostile] }),
  );
  t.deepEqual(complaints, []);
  t.deepEqual(requests, []);
  t.is(await page.locator('h1').textContent(), hostile);
  t.is(await page.locator('img:not(.gallery img)').count(), 0);
  t.deepEqual(
    await shownFigures(page),
    expectedAt(await firstSplit(content), 1, operatingThreshold),
  );
});

testInBrowser('the report prints, and no chart is cut', async (t, open) => {
  const { page } = await open(await reportHtml(await madeUpContent()));
  const pdf = await page.pdf({ format: 'A4' });
  t.is(pdf.subarray(0, 5).toString('latin1'), '%PDF-');
  t.true((pdf.toString('latin1').match(/\/Type\s*\/Page\b/g)?.length ?? 0) > 3);
  await page.emulateMedia({ media: 'print' });
  // A4 less its margins.
  await page.setViewportSize({ width: 688, height: 1000 });
  t.true((await page.evaluate<number>('document.scrollingElement.scrollWidth')) <= 688);
  const kept = await page.evaluate<string[]>(
    "Array.from(document.querySelectorAll('.chart, .gallery li'), (part) => getComputedStyle(part).breakInside)",
  );
  t.deepEqual([...new Set(kept)], ['avoid']);
  t.false(await page.locator('#evaluation-1-explorer-threshold').isVisible());
});

testInBrowser('everything that takes the focus shows it, the skip link first', async (t, open) => {
  const { page } = await open(await reportHtml(await madeUpContent()));
  await page.keyboard.press('Tab');
  t.is(await page.evaluate('document.activeElement.className'), 'skip');
  t.true(await page.locator('.skip').isVisible());
  t.is(await page.evaluate('getComputedStyle(document.activeElement).outlineStyle'), 'solid');
});
