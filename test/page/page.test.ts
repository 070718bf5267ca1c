/** The page in a browser, before a server with canned answers. */
import { readFile } from 'node:fs/promises';
import axe, { type AxeResults } from 'axe-core';
import type { ExecutionContext } from 'ava';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { parseCsv } from '../../src/data/csv.js';
import { testInBrowser, type Open, type OpenedPage } from '../report/browser.js';
import { phantomPng } from './canned.js';
import { startFake, type Fake } from './fakeServer.js';

interface Opened extends OpenedPage {
  fake: Fake;
}

async function openPage(
  t: ExecutionContext,
  open: Open,
  options: BrowserContextOptions = {},
): Promise<Opened> {
  const fake = await startFake(t);
  return { fake, ...(await open({ url: fake.url }, options)) };
}

interface Given {
  name: string;
  mimeType: string;
  buffer: Buffer;
}

async function image(name: string): Promise<Given> {
  return { name, mimeType: 'image/png', buffer: await phantomPng('bacterial', 96) };
}

async function choose(page: Page, ...files: readonly (string | Given)[]): Promise<void> {
  const given = files.map(async (file) => (typeof file === 'string' ? image(file) : file));
  await page.locator('input[type=file]').setInputFiles(await Promise.all(given));
}

/** Drops or pastes files as a person would, where the focus is. */
async function hand(page: Page, gesture: 'drop' | 'paste', files: readonly Given[]): Promise<void> {
  const given = files.map(({ name, mimeType, buffer }) => ({
    ...{ name, mimeType },
    base64: buffer.toString('base64'),
  }));
  await page.evaluate(
    `(async () => {
      const transfer = new DataTransfer();
      for (const { name, mimeType, base64 } of ${JSON.stringify(given)}) {
        const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
        transfer.items.add(new File([bytes], name, { type: mimeType }));
      }
      const options = { bubbles: true, cancelable: true };
      document.body.dispatchEvent(
        ${JSON.stringify(gesture)} === 'drop'
          ? new DragEvent('drop', { ...options, dataTransfer: transfer })
          : new ClipboardEvent('paste', { ...options, clipboardData: transfer }),
      );
    })()`,
  );
}

const headline = (page: Page) => page.locator('.pane .headline');
const names = (page: Page) => page.locator('.entry .name').allTextContents();
const shownName = (page: Page) => page.locator('.pane h2').first();

/** What the browser itself says of every answer that is a failure. */
const ownWords = /^Failed to load resource/;

for (const gesture of ['drop', 'paste'] as const) {
  testInBrowser(
    `a ${gesture} of an X-ray gives an answer, bars and a map, and no complaint`,
    async (t, open) => {
      const { page, complaints, requests, fake } = await openPage(t, open);
      await page.getByText('Drop a chest X-ray here').waitFor();
      await hand(page, gesture, [await image('chest.png')]);
      await page.locator('.map').waitFor();
      t.is(await headline(page).textContent(), 'PNEUMONIA 93.4 %');
      t.deepEqual(await page.locator('.bars .value').allTextContents(), ['6.6 %', '93.4 %']);
      const [fill, mark] = await page.evaluate<number[]>(
        `['.fill', '.mark'].map((part) => {
        const bars = document.querySelectorAll('.bars li');
        const track = bars[1].querySelector('.track').getBoundingClientRect();
        const { left, right, width } = bars[1].querySelector(part).getBoundingClientRect();
        return ((part === '.fill' ? right : left + width / 2) - track.left) / track.width;
      })`,
      );
      t.true(Math.abs((fill ?? 0) - 0.934) < 0.01, 'the bar is as long as the probability');
      t.true(Math.abs((mark ?? 0) - 0.38) < 0.01, 'the mark is at the operating point');
      t.is(await page.locator('.bars li:first-child .mark').count(), 0);
      t.regex((await page.locator('.caption').textContent()) ?? '', /^Grad-CAM at layer4/);
      t.true(await page.getByText('Not a medical device').first().isVisible());
      t.deepEqual(complaints, []);
      t.deepEqual(requests, []);
      t.is(fake.asked.filter((request) => request.startsWith('POST /predict')).length, 1);
    },
  );
}

testInBrowser('doubt is shown as such, with the classes it may be', async (t, open) => {
  const { page } = await openPage(t, open);
  await choose(page, 'doubt.png');
  await page.locator('.doubt').waitFor();
  t.is(await headline(page).textContent(), 'Uncertain (ambiguous)');
  t.true(await page.getByText('It may be NORMAL or PNEUMONIA.').isVisible());
  t.true(await page.getByText('Prediction set: NORMAL, PNEUMONIA').isVisible());
  await choose(page, 'strange.png');
  await page.getByText('Uncertain (unfamiliar)', { exact: true }).waitFor();
  t.true(await page.getByText('unlike those that the model learned from').isVisible());
  t.is(await page.locator('.bars .answered').count(), 0, 'no class stands out');
});

testInBrowser(
  'the map fades, goes and comes, and another layer or method is asked for',
  async (t, open) => {
    const { page, fake } = await openPage(t, open);
    await choose(page, 'chest.png');
    const map = page.locator('.map');
    await map.waitFor();
    const first = await map.getAttribute('src');
    await page.getByLabel('Opacity').fill('25');
    t.is(await page.evaluate("getComputedStyle(document.querySelector('.map')).opacity"), '0.25');
    await page.getByRole('button', { name: 'Heat map' }).click();
    t.is(await map.count(), 0);
    await page.getByRole('button', { name: 'Heat map' }).click();
    await page.getByLabel('Layer', { exact: true }).selectOption('layer1');
    await page.getByText('Grad-CAM at layer1').waitFor();
    t.not(await map.getAttribute('src'), first);
    await page
      .getByLabel('Method', { exact: true })
      .selectOption({ label: 'Integrated gradients' });
    await page.getByText('Red speaks for PNEUMONIA, blue against it.').waitFor();
    t.is(await page.getByLabel('Layer', { exact: true }).count(), 0, 'it looks at no layer');
    const before = fake.asked.length;
    await page.getByLabel('Method', { exact: true }).selectOption({ label: 'Grad-CAM' });
    await page.getByText('Grad-CAM at layer1').waitFor();
    t.is(fake.asked.length, before, 'what was asked before is not asked again');
  },
);

testInBrowser('a map without evidence is said to be empty', async (t, open) => {
  const { page, fake } = await openPage(t, open);
  fake.behavior.evidence = false;
  await choose(page, 'chest.png');
  await page.getByText('No evidence: Grad-CAM at layer4 finds nothing').waitFor();
  t.is(await page.locator('.map').count(), 0);
});

testInBrowser(
  'of a file that the browser cannot show, what the network saw is shown',
  async (t, open) => {
    const { page } = await openPage(t, open);
    await page.getByText('Choose images').waitFor();
    await choose(page, { name: 'scan.dcm', mimeType: '', buffer: Buffer.from('DICM') });
    await page.locator('.base').waitFor();
    t.true((await page.locator('.base').getAttribute('src'))?.startsWith('data:image/png'));
    await page.locator('.entry img').waitFor();
    t.is(await headline(page).textContent(), 'PNEUMONIA 93.4 %');
  },
);

testInBrowser(
  'another model answers for the same images, and its classes are the bars',
  async (t, open) => {
    const { page } = await openPage(t, open);
    await choose(page, 'chest.png');
    await headline(page).waitFor();
    await page.getByLabel('Model').selectOption({ label: 'kinds (version 1)' });
    await page.locator('.bars').getByText('BACTERIA').waitFor();
    t.is(await page.locator('.bars li').count(), 3);
    t.is(await page.locator('.bars .mark').count(), 0, 'it has no operating point');
    t.true(await page.getByText('This model cannot say when it is uncertain.').isVisible());
  },
);

testInBrowser(
  'everything can be done from the keyboard, and the focus is seen',
  async (t, open) => {
    const { page } = await openPage(t, open);
    await choose(page, 'a.png', 'healthy-b.png', 'c.png');
    await page.locator('.map').waitFor();
    t.is(await shownName(page).textContent(), 'a.png');
    await page.keyboard.press('ArrowRight');
    t.is(await shownName(page).textContent(), 'healthy-b.png');
    await page.getByText('NORMAL 93.0 %').waitFor();
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('ArrowLeft');
    t.is(await shownName(page).textContent(), 'a.png');
    await page.keyboard.press('o');
    t.is(await page.locator('.map').count(), 0);
    await page.keyboard.press('o');
    await page.keyboard.press('c');
    t.deepEqual(await page.locator('.pane h2').allTextContents(), ['a.png', 'healthy-b.png']);
    await page.keyboard.press('ArrowRight');
    t.deepEqual(await page.locator('.pane h2').allTextContents(), ['a.png', 'c.png']);
    await page.keyboard.press('1');
    await page.keyboard.press('ArrowRight');
    t.deepEqual(await page.locator('.pane h2').allTextContents(), ['healthy-b.png', 'c.png']);
    await page.keyboard.press('c');
    t.is(await page.locator('.pane').count(), 1);
    await page.keyboard.press('?');
    await page.getByRole('dialog').waitFor();
    await page.getByLabel('These keys are on').press('Space');
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
    await page.keyboard.press('o');
    t.is(await page.locator('.map').count(), 1, 'the keys are off');

    await page.evaluate('document.activeElement.blur()');
    const unseen: unknown[] = [];
    const count = await page.locator('button, select, input, summary').count();
    for (let stop = 0; stop < count; stop += 1) {
      await page.keyboard.press('Tab');
      const [tag, outline] = await page.evaluate<[string, string]>(
        '[document.activeElement.outerHTML, getComputedStyle(document.activeElement).outlineStyle]',
      );
      if (!tag.startsWith('<body') && outline === 'none') unseen.push(tag);
    }
    t.deepEqual(unseen, []);
  },
);

testInBrowser('arrows in a slider move the slider', async (t, open) => {
  const { page } = await openPage(t, open);
  await choose(page, 'a.png', 'b.png');
  await page.locator('.map').waitFor();
  await page.getByLabel('Opacity').press('ArrowRight');
  t.is(await page.getByLabel('Opacity').inputValue(), '75');
  t.is(await shownName(page).textContent(), 'a.png');
});

testInBrowser('two layers of one image stand side by side', async (t, open) => {
  const { page } = await openPage(t, open, { viewport: { width: 1280, height: 900 } });
  await choose(page, 'a.png');
  await page.locator('.map').waitFor();
  await page.getByRole('button', { name: 'Compare' }).click();
  await page.getByLabel('Layer', { exact: true }).nth(1).selectOption('layer2');
  await page.getByText('Grad-CAM at layer2').waitFor();
  t.true(await page.getByText('Grad-CAM at layer4').isVisible());
  const boxes = await Promise.all(
    (await page.locator('.frame').all()).map((frame) => frame.boundingBox()),
  );
  t.is(boxes[0]?.y, boxes[1]?.y);
  t.is(boxes[0]?.width, boxes[1]?.width);
});

testInBrowser('the CSV holds the answers as predict writes them', async (t, open) => {
  const { page, fake } = await openPage(t, open);
  fake.behavior.failure = (name) =>
    name.includes('broken') ? { status: 422, error: 'no image' } : null;
  await choose(page, '=a.png', 'doubt.png', 'broken.png');
  await page.getByText('no answer').waitFor();
  const waiting = page.waitForEvent('download');
  await page.getByRole('button', { name: 'CSV' }).click();
  const download = await waiting;
  t.is(download.suggestedFilename(), 'predictions.csv');
  const rows = parseCsv(await readFile(await download.path(), 'utf8'), 'download');
  t.deepEqual(
    rows.map(({ cells }) => cells),
    [
      ['filename', 'label', 'prob_NORMAL', 'prob_PNEUMONIA', 'prediction_set', 'abstain'],
      ["'=a.png", 'PNEUMONIA', String(1 - 0.934), '0.934', 'PNEUMONIA', ''],
      ['doubt.png', 'PNEUMONIA', '0.56', '0.44', 'NORMAL|PNEUMONIA', 'ambiguous'],
    ],
  );
});

for (const [status, error, words] of [
  [422, 'broken.png is cut short', 'This file cannot be read as an image.'],
  [415, 'broken.png is a PDF', 'The server does not take files of this kind.'],
  [413, 'more than 32 MB', 'Too large for this server.'],
  [500, 'something broke', 'The server could not answer.'],
] as const) {
  testInBrowser(
    `${status} is said plainly, and the next file is not held up by it`,
    async (t, open) => {
      const { page, fake, complaints } = await openPage(t, open);
      fake.behavior.failure = (name) => (name.includes('broken') ? { status, error } : null);
      await choose(page, 'broken.png', 'good.png');
      await page.getByText(words).waitFor();
      t.true(await page.locator('.failure').getByText(error).isVisible());
      await page.locator('.entry .said').waitFor();
      fake.behavior.failure = null;
      await page.getByRole('button', { name: 'Try again' }).click();
      t.is(await headline(page).textContent(), 'PNEUMONIA 93.4 %');
      t.true(complaints.every((complaint) => ownWords.test(complaint)));
    },
  );
}

testInBrowser('a busy server is asked again after the time it named', async (t, open) => {
  const { page, fake } = await openPage(t, open);
  let refusals = 0;
  const times: number[] = [];
  fake.behavior.failure = () => {
    times.push(Date.now());
    refusals += 1;
    return refusals > 1
      ? null
      : { status: 503, error: 'too many', headers: { 'retry-after': '2' } };
  };
  await choose(page, 'a.png');
  await page.getByText('The server is busy; it will be asked again.').waitFor();
  await headline(page).waitFor();
  t.true((times[1] ?? 0) - (times[0] ?? 0) >= 1990);
});

testInBrowser(
  'a server that goes is missed, looked for, and sent what waits when it is back',
  async (t, open) => {
    const { page, fake } = await openPage(t, open);
    await page.getByText('Choose images').waitFor();
    await page.locator('.examples').waitFor();
    await fake.leave();
    await choose(page, 'a.png', 'b.png');
    await page.getByText('The server cannot be reached.').waitFor();
    t.true(await page.getByText('2 images will be sent when it is back').isVisible());
    await fake.comeBack();
    await page.getByRole('button', { name: 'Try now' }).click();
    await headline(page).waitFor();
    t.is(await page.getByText('The server cannot be reached.').count(), 0);
    await page.locator('.entry .said').nth(1).waitFor();
  },
);

testInBrowser('a lost server is found again without a click', async (t, open) => {
  const { page, fake } = await openPage(t, open);
  await page.locator('.examples').waitFor();
  await fake.leave();
  await choose(page, 'a.png');
  await page.getByText('The server cannot be reached.').waitFor();
  await fake.comeBack();
  await headline(page).waitFor();
  t.pass();
});

testInBrowser(
  'a token is asked for, refused, taken, and kept in this tab alone',
  async (t, open) => {
    const fake = await startFake(t);
    fake.behavior.token = 'secret';
    const { page } = await open({ url: fake.url });
    const field = page.getByLabel('Token');
    await field.fill('wrong');
    await field.press('Enter');
    await page.getByText('The server did not accept this token.').waitFor();
    await field.fill('secret');
    await field.press('Enter');
    await page.getByLabel('Model').waitFor();
    await choose(page, 'a.png');
    await headline(page).waitFor();
    t.deepEqual(
      await page.evaluate('[localStorage.length, document.cookie, sessionStorage.length]'),
      [0, '', 1],
    );
    t.false(fake.asked.some((request) => request.includes('secret')));
    await page.reload();
    await page.getByLabel('Model').waitFor();
    t.deepEqual(await names(page), [], 'the session is gone');
  },
);

testInBrowser(
  'two images are on their way at a time, and what waits can be called off',
  async (t, open) => {
    const { page, fake } = await openPage(t, open);
    await page.locator('.examples').waitFor();
    let release = (): void => undefined;
    fake.behavior.gate = new Promise((done) => {
      release = done;
    });
    await choose(page, 'a.png', 'b.png', 'c.png', 'd.png');
    await page.locator('.entry', { hasText: 'reading' }).nth(1).waitFor();
    t.is(await page.locator('.entry', { hasText: 'waiting' }).count(), 2);
    t.is(fake.uploads.most, 2);
    await page.getByRole('button', { name: 'Cancel', exact: true }).click();
    t.true(await page.getByText('Canceled.').isVisible());
    await page.getByRole('button', { name: 'Cancel 3' }).click();
    t.is(await page.locator('.entry', { hasText: 'canceled' }).count(), 4);
    release();
    fake.behavior.gate = null;
    await page.getByRole('button', { name: 'Try again' }).click();
    await headline(page).waitFor();
    t.is(await page.locator('.entry', { hasText: 'canceled' }).count(), 3);
  },
);

testInBrowser('examples are there to try, before and after the first image', async (t, open) => {
  const { page } = await openPage(t, open);
  await page.getByRole('button', { name: 'bacterial' }).click();
  await headline(page).waitFor();
  t.deepEqual(await names(page), ['bacterial.png']);
  await page.getByText('Examples').click();
  await page.getByRole('button', { name: 'normal' }).click();
  t.deepEqual(await names(page), ['bacterial.png', 'normal.png']);
});

testInBrowser(
  'an image goes, the session goes, and the place to drop them is back',
  async (t, open) => {
    const { page } = await openPage(t, open);
    await choose(page, 'a.png', 'b.png');
    await page.getByRole('button', { name: 'Remove a.png' }).click();
    t.deepEqual(await names(page), ['b.png']);
    await page.getByRole('button', { name: 'Clear' }).click();
    t.true(await page.getByText('Drop a chest X-ray here').isVisible());
  },
);

testInBrowser('hostile names are text', async (t, open) => {
  const { page, complaints } = await openPage(t, open);
  const hostile = '<img src=x onerror=alert(1)>.png';
  await choose(page, hostile);
  await headline(page).waitFor();
  t.is(await shownName(page).textContent(), hostile);
  t.deepEqual(complaints, []);
});

for (const colorScheme of ['light', 'dark'] as const) {
  testInBrowser(
    `axe finds no fault in ${colorScheme}: empty, answer, doubt, comparison, failure, help, token`,
    async (t, open) => {
      const { page, fake } = await openPage(t, open, { colorScheme, reducedMotion: 'reduce' });
      const check = async (what: string): Promise<void> => {
        // axe is no part of the page, and is let in past its policy.
        await page.evaluate(axe.source);
        const { violations, passes } = await page.evaluate<AxeResults>('axe.run(document)');
        t.deepEqual(
          violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(' ')}`),
          [],
          what,
        );
        t.true(passes.some(({ id }) => id === 'color-contrast'));
      };
      await page.locator('.examples').waitFor();
      await check('empty');
      await choose(page, 'a.png');
      await page.locator('.map').waitFor();
      await check('answer');
      await choose(page, 'doubt.png');
      await page.locator('.doubt').waitFor();
      await page.keyboard.press('c');
      await page.locator('.map').nth(1).waitFor();
      await check('comparison with doubt');
      await page.keyboard.press('c');
      fake.behavior.failure = () => ({ status: 422, error: 'no image' });
      await choose(page, 'broken.png');
      await page.locator('.failure').waitFor();
      await check('failure');
      await page.keyboard.press('?');
      await check('help');
      await page.keyboard.press('Escape');
      fake.behavior.token = 'secret';
      await page.getByRole('button', { name: 'Try again' }).click();
      await page.getByLabel('Token').waitFor();
      await check('token');
      await fake.leave();
      await page.getByLabel('Token').fill('secret');
      await page.getByRole('button', { name: 'Use it' }).click();
      await page.getByText('The server cannot be reached.').waitFor();
      await check('lost');
    },
  );
}

for (const [what, width, zoom] of [
  ['a phone', 390, 1],
  ['a small phone', 320, 1],
  ['letters of twice the size', 390, 2],
  ['a desktop', 1280, 1],
  ['a desktop with letters of twice the size', 1280, 2],
] as const) {
  testInBrowser(`nothing is cut off on ${what}`, async (t, open) => {
    const { page } = await openPage(t, open, { viewport: { width, height: 800 } });
    const fits = async (state: string): Promise<void> => {
      await page.evaluate(`document.documentElement.style.fontSize = '${zoom * 100}%'`);
      const widest = await page.evaluate<number>('document.scrollingElement.scrollWidth');
      t.true(widest <= width, `${state}: ${widest}`);
    };
    await page.locator('.examples').waitFor();
    await fits('empty');
    await choose(page, `${'long'.repeat(30)}.png`, 'doubt.png');
    await page.locator('.map').waitFor();
    await fits('answer');
    await page.getByRole('button', { name: 'Compare' }).click();
    await page.locator('.map').nth(1).waitFor();
    await fits('comparison');
  });
}
