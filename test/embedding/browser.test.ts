/** The map in a browser: it fits, it is accessible, it stays by itself, and shows the image that is meant. */
import axe, { type AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';
import type { Gathered } from '../../src/embedding/gathered.js';
import { scatterPage } from '../../src/embedding/map/page.js';
import { testInBrowser } from '../report/browser.js';

const format = { channels: 1, height: 20, width: 16, fit: 'fill' } as const;

/** Nine images in three columns and rows, the last one new; each as bright as its row says. */
function madeUp({ hostile = '', fresh = 1 } = {}): Gathered {
  const count = 9;
  const rows = [...Array(count).keys()];
  const known = count - fresh;
  return {
    embeddings: {
      layer: 'embedding',
      features: 4,
      values: new Float32Array(4 * count),
      classes: [`NORMAL${hostile}`, 'PNEUMONIA'],
      names: rows.map((row) => `image-${row}${hostile}.png`),
      labels: Int32Array.from(rows, (row) => (row < known ? row % 2 : -1)),
      groups: rows.map(String),
      splits: rows.map((row) => (row >= known ? null : row < 4 ? 'train' : 'test')),
    },
    ...{ count, known, format },
    answers: {
      labels: rows.map((row) => (row === 3 ? 0 : row % 2)),
      probabilities: Float64Array.from(
        rows.flatMap((row) => (row % 2 && row !== 3 ? [0.1, 0.9] : [0.8, 0.2])),
      ),
    },
    pixels: (row) => new Uint8Array(20 * 16).fill(25 * (row + 1)),
  };
}

const points = Float64Array.from(
  [...Array(9).keys()].flatMap((row) => [row % 3, -Math.floor(row / 3)]),
);
const facts = { method: 'tsne', trustworthiness: 0.93, divergence: 1.2 } as const;

async function pageOf(options?: Parameters<typeof madeUp>[0]): Promise<string> {
  return scatterPage(madeUp(options), points, facts);
}

const words = async (page: Page): Promise<string | null> => page.locator('#words').textContent();

for (const width of [400, 1400]) {
  testInBrowser(
    `the map fits ${width} pixels, without a complaint or a request`,
    async (t, open) => {
      const { page, complaints, requests } = await open(await pageOf(), {
        viewport: { width, height: 900 },
      });
      t.true((await page.evaluate<number>('document.scrollingElement.scrollWidth')) <= width);
      const box = await page.locator('#plot').boundingBox();
      await page.mouse.move(
        (box?.x ?? 0) + (box?.width ?? 0) / 2,
        (box?.y ?? 0) + (box?.height ?? 0) / 2,
      );
      t.is(await words(page), 'image-4.png\nClass: NORMAL\nNetwork: NORMAL (0.800)\nSplit: test');
      await page.mouse.move(
        (box?.x ?? 0) + (box?.width ?? 0) / 4,
        (box?.y ?? 0) + (box?.height ?? 0) / 4,
      );
      t.is(await words(page), 'No image is chosen.');
      t.deepEqual(complaints, []);
      t.deepEqual(requests, []);
    },
  );
}

for (const colorScheme of ['light', 'dark'] as const) {
  testInBrowser(`axe finds no fault with the map in ${colorScheme}`, async (t, open) => {
    const { page } = await open(await pageOf(), { colorScheme });
    await page.locator('#plot').press('n');
    await page.evaluate(axe.source);
    const { violations, passes } = await page.evaluate<AxeResults>('axe.run(document)');
    t.deepEqual(
      violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(' ')}`),
      [],
    );
    t.true(passes.some(({ id }) => id === 'color-contrast'));
  });
}

testInBrowser(
  'keys go from image to image, and to the new one; each shows its own picture',
  async (t, open) => {
    const { page } = await open(await pageOf());
    const plot = page.locator('#plot');
    await plot.press('ArrowRight');
    t.regex((await words(page)) ?? '', /^image-4/, 'first the middle');
    const steps = [
      ['ArrowRight', 5],
      ['ArrowUp', 2],
      ['ArrowLeft', 1],
      ['ArrowLeft', 0],
      ['ArrowDown', 3],
      ['n', 8],
    ] as const;
    for (const [key, row] of steps) {
      await plot.press(key);
      t.regex((await words(page)) ?? '', new RegExp(`^image-${row}`), key);
      // Drawn once its sheet is decoded.
      await page.waitForFunction(
        `Math.abs(document.getElementById('picture').getContext('2d').getImageData(112, 112, 1, 1).data[0] - ${25 * (row + 1)}) < 6`,
      );
    }
    t.is(await words(page), 'image-8.png\nNew image\nNetwork: NORMAL (0.800)');
    await plot.press('Escape');
    t.is(await words(page), 'No image is chosen.');
  },
);

testInBrowser('classes, splits and errors of the network can be hidden', async (t, open) => {
  const { page } = await open(await pageOf());
  const count = page.locator('#count');
  t.is(await count.textContent(), '9 of 9 images shown');
  const wrong = page.locator('label', { hasText: 'wrong' }).locator('input');
  await wrong.uncheck();
  t.is(await count.textContent(), '8 of 9 images shown');
  await page.locator('label', { hasText: 'PNEUMONIA' }).locator('input').uncheck();
  t.is(await count.textContent(), '5 of 9 images shown');
  await page.locator('label', { hasText: 'new image' }).locator('input').uncheck();
  t.is(await count.textContent(), '4 of 9 images shown');
  const plot = page.locator('#plot');
  await plot.press('ArrowRight');
  await plot.press('ArrowRight');
  t.notRegex((await words(page)) ?? '', /PNEUMONIA\n/, 'hidden images are not reached');
});

testInBrowser('zooming keeps the image in place, and all come back', async (t, open) => {
  const { page } = await open(await pageOf());
  const plot = page.locator('#plot');
  await plot.press('ArrowRight');
  await plot.press('ArrowRight');
  for (let time = 0; time < 12; time += 1) await plot.press('+');
  const box = await plot.boundingBox();
  const [middleX, middleY] = [
    (box?.x ?? 0) + (box?.width ?? 0) / 2,
    (box?.y ?? 0) + (box?.height ?? 0) / 2,
  ];
  await plot.press('Escape');
  await page.mouse.move(middleX, middleY);
  t.is(await words(page), 'No image is chosen.', 'the middle has nothing near any more');
  await plot.press('0');
  await page.mouse.move(middleX + 1, middleY);
  t.regex((await words(page)) ?? '', /^image-4/);
});

testInBrowser('hostile names run nothing', async (t, open) => {
  const hostile = '</script><script>alert(1)</script><img src=x onerror=alert(2)>';
  const { page, complaints, requests } = await open(await pageOf({ hostile }));
  await page.locator('#plot').press('ArrowRight');
  t.true((await words(page))?.includes(hostile));
  t.deepEqual(complaints, []);
  t.deepEqual(requests, []);
  t.is(await page.locator('img').count(), 0);
});

testInBrowser('without new images nothing speaks of them', async (t, open) => {
  const { page } = await open(await pageOf({ fresh: 0 }));
  t.is(await page.locator('[data-do="new"]').count(), 0);
  t.notRegex(await page.locator('body').innerText(), /new image/i);
});
